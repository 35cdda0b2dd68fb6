# shellcheck shell=bash
# Starts, watches and ends the processes of a script. To be sourced; LOGS must name a folder.

declare -A PIDS=() # by the name that the process was started under

# start NAME COMMAND…: runs a command in the background; its output goes to LOGS/NAME.log.
start() {
    local name=$1
    shift
    "$@" >"$LOGS/$name.log" 2>&1 </dev/null &
    PIDS[$name]=$!
}

# ended PID: whether the process is no more.
ended() {
    ! kill -0 "$1" 2>/dev/null
}

# stop NAME [SECONDS]: asks the process to end and waits for that; past the time, 10 s by default, it is killed.
# The status is the process's.
stop() {
    local name=$1 seconds=${2:-10} pid=${PIDS[$1]:-} status=0
    [[ -n $pid ]] || return 0
    unset "PIDS[$name]"
    kill -TERM "$pid" 2>/dev/null || true
    wait_until "$seconds" ended "$pid" || kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || status=$?
    return "$status"
}

# kill_at_once NAME: SIGKILL, so that the process can't say goodbye to anybody.
kill_at_once() {
    local pid=${PIDS[$1]}
    unset "PIDS[$1]"
    kill -KILL "$pid"
    wait "$pid" 2>/dev/null || true
}

# stop_all: ends every process that is still running, all at the same time.
stop_all() {
    local name
    ((${#PIDS[@]} > 0)) || return 0
    kill -TERM "${PIDS[@]}" 2>/dev/null || true
    for name in "${!PIDS[@]}"; do stop "$name" 5 || true; done
}

# wait_until SECONDS COMMAND…: repeats the command, ten times a second, until it succeeds; fails when the time is over.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# free_ports PORT…: one free port of 127.0.0.1 for each, itself when it is free; all different.
free_ports() {
    python3 - "$@" <<'PYTHON'
import socket
import sys

held = []
for preferred in map(int, sys.argv[1:]):
    for port in (preferred, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
            break
        except OSError:
            listener.close()
    held.append(listener)
print(*(listener.getsockname()[1] for listener in held))
PYTHON
}
