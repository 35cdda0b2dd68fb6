"""Who holds which sockets and files, from /proc."""
import os

STATES = {"01": "established", "04": "fin-wait-1", "05": "fin-wait-2", "08": "close-wait", "09": "last-ack", "0B": "closing"}


def open_files(pid):
    """What a process has open: {descriptor: what}."""
    found = {}
    for file in os.listdir(f"/proc/{pid}/fd"):
        try:
            found[file] = os.readlink(f"/proc/{pid}/fd/{file}")
        except OSError:
            pass  # closed meanwhile
    return found


def connections(pids):
    """TCP connections that processes hold: [(local port, remote port, state)]. Those who listen are none."""
    inodes = {
        what[8:-1] for pid in pids for what in open_files(pid).values() if what.startswith("socket:[")}
    found = []
    for table in ("tcp", "tcp6"):
        try:
            with open(f"/proc/net/{table}") as file:
                rows = [line.split() for line in file.readlines()[1:]]
        except OSError:
            continue
        for row in rows:
            if row[9] in inodes and row[3] != "0A":
                port = lambda address: int(address.rpartition(":")[2], 16)
                found.append((port(row[1]), port(row[2]), STATES.get(row[3], row[3])))
    return found
