"""Thousands of workers that wait for the next snapshot, in child processes with one thread each."""
import multiprocessing, os, select, signal, socket, struct, time
from lib.http1 import header, request
from lib.processes import cpu_seconds, exit_with
from lib.signalbox import BEARER

SO_TIMESTAMPNS = 35
IP_BIND_ADDRESS_NO_PORT = 24
PER_ADDRESS = 15_000  # connections from one source address: its ports are limited


class Watchers:
    """Workers w-0, w-1, … that hold `GET /v1/routing` and ask again from each index that they get."""

    def __init__(self, port, count, index, query, processes=1):
        self.count, self.children = count, []
        fork, shares = multiprocessing.get_context("fork"), range(0, count + 1)
        for k in range(processes):
            mine, its = fork.Pipe()
            numbers = shares[count * k // processes:count * (k + 1) // processes]
            child = fork.Process(target=run, args=(its, mine, port, numbers, index, query), daemon=True)
            child.start()
            its.close()
            self.children.append((child, mine))
        self.receive()

    def receive(self, limit=120):
        answers = []
        for _, pipe in self.children:
            try:
                if not pipe.poll(limit):
                    exit_with(f"the watchers did not get there within {limit} s")
                answers.append(pipe.recv())
            except EOFError:
                exit_with("a process of watchers has ended; what it said is above")
        return answers

    def reached(self, index):
        """Waits until every watcher has an index of at least that; when each got there, in seconds since 1970."""
        for _, pipe in self.children:
            pipe.send(index)
        return [time for times in self.receive() for time in times]

    def cpu_seconds(self):
        """Processor time of the client processes so far."""
        return sum(cpu_seconds(child.pid) for child, _ in self.children)

    def close(self):
        for child, pipe in self.children:
            pipe.close()
            child.join(10)
            if child.is_alive():
                child.kill()


def run(pipe, others, port, numbers, index, query):
    """A child process. Ends when the parent has closed its end of the pipe."""
    others.close()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(0)
    Loop(pipe, port, numbers, index, query).run()
    os._exit(0)  # none of what the parent wants to clean up


class Loop:
    def __init__(self, pipe, port, numbers, index, query):
        self.pipe, self.port = pipe, port
        self.epoll, self.sockets, self.parts = select.epoll(), {}, {}
        self.reached, self.log = {}, []  # by file descriptor: its index; answers not asked for yet
        self.goal = None
        head = request("GET", "?", headers=BEARER).partition(b"GET ?")[2]
        self.make = lambda number, index: b"GET /v1/routing?index=%d&worker=w-%d&%s%s" % (index, number, query, head)
        self.numbers = {}
        for number in numbers:
            self.open(number, index)
        self.epoll.register(pipe.fileno(), select.EPOLLIN)
        pipe.send(len(self.sockets))

    def open(self, number, index):
        watcher = socket.socket()
        # The kernel notes when an answer arrived: what this process takes to come to it is not the server's time.
        watcher.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        watcher.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        watcher.bind((f"127.0.0.{2 + number // PER_ADDRESS}", 0))
        watcher.settimeout(30)
        watcher.connect(("127.0.0.1", self.port))
        watcher.setblocking(False)
        file = watcher.fileno()
        self.sockets[file], self.numbers[file], self.reached[file] = watcher, number, index
        watcher.send(self.make(number, index))
        self.epoll.register(file, select.EPOLLIN)

    def run(self):
        own = self.pipe.fileno()
        while True:
            answers = []
            for file, _ in self.epoll.poll(maxevents=64):
                if file != own:
                    answers.append(self.read(file))
                    continue
                try:
                    self.goal = self.pipe.recv()
                except EOFError:
                    return
            # Read all that is there before the time-consuming rest.
            for answer in answers:
                if answer:
                    self.take(*answer)
            if self.goal is not None:
                self.report()

    def read(self, file):
        """What has arrived: the answer when it is whole, and when it came; else None."""
        data, ancillary, _, _ = self.sockets[file].recvmsg(262_144, 64)
        if not data:
            raise SystemExit(f"the server closed the connection of watcher {self.numbers[file]}")
        parts = self.parts.get(file)
        if parts is None:
            end = data.find(b"\r\n\r\n")
            head = data[:end].lower()
            missing = int(header(head, "content-length") or 0) + end + 4 - len(data)
            if missing > 0:
                self.parts[file] = [head, missing]
                return None
        else:
            parts[1] -= len(data)
            if parts[1] > 0:
                return None
            head = self.parts.pop(file)[0]
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2]) if ancillary else (time.time(), 0)
        return file, head, seconds + nanoseconds / 1e9

    def take(self, file, head, arrived):
        status = int(head[9:12])
        if status not in (200, 304):
            raise SystemExit(f"watcher {self.numbers[file]} was answered {status}")
        index = int(header(head, "x-signalbox-index"))
        self.reached[file] = index
        self.log.append((file, index, arrived))
        self.sockets[file].send(self.make(self.numbers[file], index))

    def report(self):
        """Says when each watcher got to the goal, as soon as all have."""
        if min(self.reached.values()) < self.goal:
            return
        times = {}
        for file, index, arrived in self.log:
            if index >= self.goal and file not in times:
                times[file] = arrived
        self.pipe.send(list(times.values()))
        self.goal, self.log = None, []
