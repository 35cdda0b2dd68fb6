"""Load that knows whom it asks for: each request has a key, and who answered it is noted. For small answers."""
import array, multiprocessing, os, select, signal, socket, time
from lib.processes import exit_with

NONE, OTHER = 0, 1  # who answered: nobody or not with 200; with 200, but something unexpected. From 2 on: the answers


class KeyedLoad:
    """A process that sends requests over several connections, each of which asks again as soon as it is answered.

    - requests: bytes, by key's number.
    - order: numbers of keys, in the order in which they are asked for; over and over if `endless`, until `finish`.
    - answers: the bodies (bytes) that are expected.
    """

    def __init__(self, port, requests, order, answers, connections, endless=False):
        context = multiprocessing.get_context("fork")
        self.pipe, its = context.Pipe()
        self.endless = endless
        self.child = context.Process(
            target=run, args=(its, self.pipe, port, requests, order, answers, connections, endless), daemon=True)
        self.child.start()
        its.close()

    def finish(self, limit=300):
        """Ends an endless load, or waits for the end: lists of key, answer (see above), start and end (monotonic s)."""
        try:
            if self.endless:
                self.pipe.send(None)
            if not self.pipe.poll(limit):
                exit_with(f"the load did not end within {limit} s")
            found = self.pipe.recv()
        except (EOFError, OSError):
            exit_with("the load's process has ended")
        self.child.join(10)
        if isinstance(found, str):
            exit_with(found)
        return found


def run(pipe, others, port, requests, order, answers, connections, endless):
    others.close()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(0)
    try:
        pipe.send(load(pipe, port, requests, order, answers, connections, endless))
    except (OSError, ValueError) as error:
        pipe.send(f"the load failed: {error!r}")
    os._exit(0)


def load(pipe, port, requests, order, answers, connections, endless):
    keys, whom, begins, ends = array.array("l"), array.array("b"), array.array("d"), array.array("d")
    bodies = {body: number for number, body in enumerate(answers, 2)}
    epoll, clock, asked, total = select.epoll(), time.monotonic, 0, len(order)
    states = {}  # by file descriptor: socket, key, start, what has arrived
    stopping = False

    def open_one():
        connection = socket.create_connection(("127.0.0.1", port), 30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        epoll.register(connection.fileno(), select.EPOLLIN)
        states[connection.fileno()] = [connection, 0, 0.0, b""]
        return states[connection.fileno()]

    def ask(state):
        """Sends the next request; false when there is none."""
        nonlocal asked
        if stopping or (asked >= total and not endless):
            return False
        key = order[asked % total]
        asked += 1
        state[1], state[2], state[3] = key, clock(), b""
        state[0].sendall(requests[key])
        return True

    def note(state, answer):
        keys.append(state[1])
        whom.append(answer)
        begins.append(state[2])
        ends.append(clock())

    waiting = sum(ask(open_one()) for _ in range(connections))
    while waiting:
        if endless and not stopping and pipe.poll():
            stopping = True
        ready = epoll.poll(30)
        if not ready:
            raise ValueError("no answer within 30 s")
        for file, _ in ready:
            state = states[file]
            try:
                data = state[0].recv(65_536)
            except OSError:
                data = b""
            if data:
                data = state[3] + data
                head = data.find(b"\r\n\r\n")
                at = data.lower().find(b"\r\ncontent-length:", 0, head + 2) if head >= 0 else -1
                if head < 0 or len(data) < head + 4 + (int(data[at + 17:data.find(b"\r\n", at + 2)]) if at >= 0 else 0):
                    state[3] = data
                    continue
                note(state, bodies.get(data[head + 4:], OTHER) if data[9:12] == b"200" else NONE)
            if not data or b"\r\nconnection: close" in data[:head + 2].lower():
                # A connection that breaks while it is waited for is a failed request.
                if not data:
                    note(state, NONE)
                epoll.unregister(file)
                state[0].close()
                del states[file]
                state = open_one()
            try:
                waiting -= not ask(state)
            except OSError:
                note(state, NONE)
                waiting -= 1
    return keys.tolist(), whom.tolist(), begins.tolist(), ends.tolist()
