"""Load from many connections, each of which asks again as soon as it is answered, by one process with one thread."""
import multiprocessing, os, select, signal, socket, time
from lib.processes import exit_with


class ClosedLoop:
    """Sends each connection's requests (bytes) over and over for some seconds.

    - rounds: for each connection the requests that it repeats.
    - core: the processor core that the client stays on; None for any.
    """

    def __init__(self, port, rounds, seconds, core=None):
        mine, its = multiprocessing.get_context("fork").Pipe()
        self.pipe, self.seconds = mine, seconds
        self.child = multiprocessing.get_context("fork").Process(
            target=run, args=(its, mine, port, rounds, seconds, core), daemon=True)
        self.child.start()
        its.close()

    def finish(self):
        """Waits for the end: milliseconds of each answered request, and the seconds that it took."""
        if not self.pipe.poll(self.seconds + 60):
            exit_with("the load did not end")
        try:
            times, seconds, failure = self.pipe.recv()
        except EOFError:
            exit_with("the load's process has ended")
        self.child.join(10)
        if failure:
            exit_with(failure)
        return times, seconds


def run(pipe, others, port, rounds, seconds, core):
    others.close()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(0)
    if core is not None:
        os.sched_setaffinity(0, {core})
    try:
        pipe.send((*load(port, rounds, seconds), None))
    except (OSError, ValueError) as error:
        pipe.send(([], 1, f"the load failed: {error}"))
    os._exit(0)


def load(port, rounds, seconds):
    epoll, connections = select.epoll(), {}
    for requests in rounds:
        connection = socket.create_connection(("127.0.0.1", port), 30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        epoll.register(connection.fileno(), select.EPOLLIN)
        connections[connection.fileno()] = [connection, requests, 0, b"", 0]
    times, clock = [], time.perf_counter
    begin = clock()
    end = begin + seconds
    for state in connections.values():
        state[4] = clock()
        state[0].sendall(state[1][0])
    while (now := clock()) < end:
        for file, _ in epoll.poll(1):
            state = connections[file]
            data = state[0].recv(262_144)
            if not data:
                raise ValueError("the server closed a connection")
            data = state[3] + data if state[3] else data
            head = data.find(b"\r\n\r\n")
            if head < 0:
                state[3] = data
                continue
            at = data.find(b"ontent-", 0, head)
            while at >= 0 and data[at:at + 14].lower() != b"ontent-length:":
                at = data.find(b"ontent-", at + 7, head)
            length = int(data[at + 14:data.find(b"\r\n", at)]) if at >= 0 else 0
            if len(data) < head + 4 + length:
                state[3] = data
                continue
            if data[9:10] != b"2":
                raise ValueError(data[:600].decode(errors="replace"))
            now = clock()
            times.append((now - state[4]) * 1000)
            state[3], state[4], state[2] = b"", now, state[2] + 1
            state[0].sendall(state[1][state[2] % len(state[1])])
    return times, clock() - begin
