#!/usr/bin/env python3
"""Peers and clients that die at every byte, slow clients; what the other side sees of it, and what is left behind.

- A peer sends the first N bytes of an answer and ends the connection, in order or with a reset, for every N and several
  kinds of answers. In the middle of a head the client must get 502; in the middle of a body an answer that it can see
  is not whole (or 502); nobody may wait. Then the answers come whole, but in two pieces.
- A client sends the first N bytes of a request and leaves, in order, with a reset or half (it still reads). No peer may
  get a whole request from it unless it was whole; who can still read must be answered what was whole.
- Clients leave in the middle of answers: their peers must be let go.
- Clients that send their heads a byte at a time, or nothing, or don't read: others are served meanwhile, and they are cut off.

Afterwards the proxy must hold no connection and no file more than before, and its own figures must say so too.

    benchmarks/robustness.py --binary .build/release/signalbox

`--subject nginx` and so on does the same to another proxy, to compare.
"""
import argparse, collections, re, resource, select, socket, struct, threading, time
from concurrent.futures import ThreadPoolExecutor
from lib import proxies
from lib.dying_backend import ANSWERS, BODY, DyingBackend
from lib.figures import Targets, spread, table
from lib.http1 import Connection, request
from lib.processes import Stage, exit_with, family, free_port
from lib.sockets import connections, open_files

WHOLE, REFUSED, TRUNCATED, NOTHING, WAITED, OTHER = "whole", "502", "truncated", "nothing", "waited in vain", "something else"
LIMIT = 5  # seconds that a client waits for an answer
PATIENCE = 40  # answers that are waited for in vain, before the rest is left out


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), LIMIT)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def reset(client):
    """Ends a connection with a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


class Reader:
    """Reads answers strictly: what is not whole is told from what is."""

    def __init__(self, client):
        self.client, self.data, self.ended = client, b"", None  # how the connection ended: fin, rst or time

    def more(self):
        if self.ended:
            return False
        try:
            data = self.client.recv(65_536)
            self.ended = None if data else "fin"
        except TimeoutError:
            self.ended = "time"
        except OSError:
            self.ended = "rst"
        else:
            self.data += data
        return not self.ended

    def until(self, condition):
        while not condition():
            if not self.more():
                return False
        return True

    def answer(self, head_only=False):
        """(outcome, status, body, whether the connection stays) of the next answer; interim ones are passed over."""
        while True:
            if not self.until(lambda: b"\r\n\r\n" in self.data):
                outcome = WAITED if self.ended == "time" else TRUNCATED if self.data else NOTHING
                return outcome, 0, b"", False
            head, _, self.data = self.data.partition(b"\r\n\r\n")
            found = re.match(rb"HTTP/1\.[01] (\d{3}) ", head + b" ")
            if not found:
                return OTHER, 0, head, False
            status, head = int(found[1]), head.lower() + b"\r\n"
            if status >= 200:
                break
        outcome, body = self.body(head, status, head_only)
        stays = b"\r\nconnection: close\r\n" not in head and self.ended is None
        if outcome == WHOLE and status in (502, 504):
            outcome = REFUSED
        return outcome, status, body, stays

    def body(self, head, status, head_only):
        broken = lambda: WAITED if self.ended == "time" else TRUNCATED
        length = re.search(rb"\r\ncontent-length: *(\d+)\r\n", head)
        if head_only or status in (204, 304):
            return WHOLE, b""
        if b"\r\ntransfer-encoding: chunked\r\n" in head:
            return self.chunks(broken)
        if length:
            if not self.until(lambda: len(self.data) >= int(length[1])):
                return broken(), self.data
            body, self.data = self.data[:int(length[1])], self.data[int(length[1]):]
            return WHOLE, body
        self.until(lambda: False)
        return (WHOLE if self.ended == "fin" else broken()), self.data

    def chunks(self, broken):
        body = b""
        while True:
            if not self.until(lambda: b"\r\n" in self.data):
                return broken(), body
            line, _, self.data = self.data.partition(b"\r\n")
            try:
                size = int(line.split(b";")[0], 16)
            except ValueError:
                return OTHER, body
            if size == 0:
                break
            if not self.until(lambda: len(self.data) >= size + 2):
                return broken(), body
            body, self.data = body + self.data[:size], self.data[size + 2:]
        while True:
            if not self.until(lambda: b"\r\n" in self.data):
                return broken(), body
            line, _, self.data = self.data.partition(b"\r\n")
            if not line:
                return WHOLE, body


class Findings:
    """What was seen, by case; and what was not as it must be."""

    def __init__(self):
        self.counts, self.wrong, self.lock, self.waits, self.left_out = {}, [], threading.Lock(), 0, 0

    def add(self, case, outcome, right, about):
        with self.lock:
            self.counts.setdefault(case, collections.Counter())[outcome] += 1
            self.waits += outcome == WAITED
            if not right:
                self.counts[case]["wrong"] += 1
                self.wrong.append(f"{' '.join(case)}, {about}: {outcome}")

    def show(self, title, outcomes):
        print(f"\n{title}")
        table(["", "how", "cases", *outcomes, "not as it must be"], [
            [*case, sum(counts.values()) - counts["wrong"], *(counts[outcome] or "" for outcome in outcomes), counts["wrong"]]
            for case, counts in self.counts.items()])
        for line in self.wrong[:20]:
            print(f"wrong: {line}")
        if self.left_out:
            print(f"{self.left_out} cases were left out: {PATIENCE} answers had been waited for in vain")

    def in_parallel(self, work, cases, stage):
        """Does the work for each case. What it raises is a finding."""
        def attempt(case):
            if self.waits >= PATIENCE:
                self.left_out += 1
                return
            try:
                work(*case)
            except OSError as error:
                self.add(case[:2], OTHER, False, f"{case[2]} bytes: {error!r}")
        with ThreadPoolExecutor(8) as pool:
            for result in [pool.submit(attempt, case) for case in cases]:
                stage.check()
                result.result()


class Bench:
    def __init__(self, stage, proxy, backend, options):
        self.stage, self.proxy, self.backend, self.options = stage, proxy, backend, options

    # Peers that die

    def peers(self):
        found, step = Findings(), self.options.step
        cases = [
            (kind, how, offset) for kind in self.options.answers for how in ("fin", "rst", "split")
            for offset in sorted({*range(0, len(ANSWERS[kind].bytes) + 1, step), len(ANSWERS[kind].bytes)})]
        found.in_parallel(lambda *case: self.peer(found, *case), cases, self.stage)
        found.show("A peer that ends the connection after N bytes, for every N",
                   [WHOLE, REFUSED, TRUNCATED, NOTHING, WAITED, OTHER])
        return found

    def peer(self, found, kind, how, offset):
        answer = ANSWERS[kind]
        client = connect(self.proxy.port)
        try:
            client.sendall(request(answer.method, f"/die/{kind}/{how}/{offset}", host=proxies.HOST))
            reader = Reader(client)
            outcome, status, body, stays = reader.answer(answer.method == "HEAD")
            if outcome == WHOLE and (status != answer.status or body != self.expected(answer, how, offset)):
                outcome = OTHER
            right = outcome in self.allowed(answer, how, offset)
            about = f"{offset} of {len(answer.bytes)} bytes: {status} {body[:30]!r}"
            if right and stays:
                # The client's connection is none the worse for it.
                client.sendall(request("GET", "/", host=proxies.HOST))
                again = reader.answer()
                if again[:3] != (WHOLE, 200, BODY):
                    right, about = False, f"{about}, and then {again[:3]}"
            found.add((kind, how), outcome, right, about)
        finally:
            client.close()

    @staticmethod
    def expected(answer, how, offset):
        """The body of an answer that was whole."""
        if answer.endless and how != "split":
            return answer.body[:max(0, offset - answer.head)]
        return answer.body

    @staticmethod
    def allowed(answer, how, offset):
        if how == "split":
            return {WHOLE}
        if offset < answer.head:
            return {REFUSED}
        if answer.endless:
            return {WHOLE} if how == "fin" else {TRUNCATED, REFUSED}
        if offset == len(answer.bytes):
            # What a reset overtakes may be lost to the proxy.
            return {WHOLE} if how == "fin" else {WHOLE, TRUNCATED, REFUSED}
        return {TRUNCATED, REFUSED}

    # Clients that die

    def clients(self):
        found, step = Findings(), self.options.step
        host = proxies.HOST
        fields = f"Host: {host}\r\nUser-Agent: bench\r\n"
        chunks = "5\r\nabcde\r\n0a;x=y\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n"
        kinds = {
            "GET": lambda path: [f"GET {path} HTTP/1.1\r\n{fields}\r\n"],
            "POST": lambda path: [f"POST {path} HTTP/1.1\r\n{fields}Content-Length: 20\r\n\r\n{BODY.decode()}"],
            "POST in chunks": lambda path: [f"POST {path} HTTP/1.1\r\n{fields}Transfer-Encoding: chunked\r\n\r\n{chunks}"],
            "POST, 100-continue": lambda path: [
                f"POST {path} HTTP/1.1\r\n{fields}Expect: 100-continue\r\nContent-Length: 20\r\n\r\n{BODY.decode()}"],
            "two GETs": lambda path: [f"GET {path} HTTP/1.1\r\n{fields}\r\n"] * 2}
        cases = []
        for kind, make in kinds.items():
            for how in ("fin", "rst", "half"):
                size = len("".join(make("/sink/000000")))
                for offset in sorted({*range(0, size + 1, step), size}):
                    name = f"{len(cases):06}"
                    cases.append((kind, how, offset, name, [part.encode() for part in make(f"/sink/{name}")]))
        found.in_parallel(lambda *case: self.client(found, *case), cases, self.stage)
        time.sleep(0.5)
        for kind, how, offset, name, parts in cases:
            whole, got = whole_requests(parts, offset), self.backend.completed.get(name, 0)
            if got > whole:
                found.add((kind, how), "a peer got more", False, f"{offset} bytes: {whole} whole requests, {got} of a peer's")
        found.show("A client that leaves after N bytes, for every N", [
            "left", "answered", "closed", "refused", NOTHING, WAITED, "a peer got more", OTHER])
        return found

    def client(self, found, kind, how, offset, name, parts):
        client, case = connect(self.proxy.port), (kind, how)
        try:
            client.sendall(b"".join(parts)[:offset])
            if how != "half":
                reset(client) if how == "rst" else client.close()
                return found.add(case, "left", True, "")
            client.shutdown(socket.SHUT_WR)
            reader, whole = Reader(client), whole_requests(parts, offset)
            for _ in range(whole):
                outcome, status, body, _ = reader.answer()
                if (outcome, status, body) != (WHOLE, 200, BODY):
                    return found.add(case, outcome, False, f"{offset} bytes, {whole} whole requests: {status} {body[:30]!r}")
            # What is left is no request: refused, or the connection ends.
            outcome, status, body, _ = reader.answer()
            about = f"{offset} bytes, after {whole} whole requests: {status} {body[:30]!r}"
            if outcome == NOTHING:
                return found.add(case, "answered" if whole else "closed", True, about)
            found.add(case, "refused" if 400 <= status < 500 else outcome, 400 <= status < 500, about)
        except ConnectionError:
            found.add(case, "closed", how != "half" or not whole_requests(parts, offset), f"{offset} bytes")
        finally:
            client.close()

    # Clients that leave in the middle of answers

    def leavers(self):
        """Clients that leave after N bytes of a long answer: their number, how many of them didn't get that much, how many
        peers were still sending a while after, and how long that was."""
        failed = []

        def leave(size, how):
            client = connect(self.proxy.port)
            client.sendall(request("GET", "/slow/100000", host=proxies.HOST))
            got = 0
            try:
                while got < size and (data := client.recv(size - got)):
                    got += len(data)
            except OSError:
                failed.append(size)
            reset(client) if how == "rst" else client.close()
        sizes = range(0, 4096, 4096 // self.options.leavers)
        with ThreadPoolExecutor(16) as pool:
            for result in [pool.submit(leave, size, how) for size in sizes for how in ("fin", "rst")]:
                result.result()
        begin = time.monotonic()
        while self.backend.streaming and time.monotonic() - begin < LIMIT:
            time.sleep(0.05)
        return 2 * len(sizes), len(failed), self.backend.streaming, time.monotonic() - begin

    # Slow clients

    def slow(self):
        """Slow clients of three kinds: rows of (kind, clients, cut off, seconds of first and last); probes' ms."""
        number, limit = self.options.slow, self.options.slow_limit
        head = request("GET", "/", None, {"X-Slow": "x" * 4000}, proxies.HOST)
        kinds = {"a byte of the head every 0.5 s": [], "nothing": [], "read nothing": []}
        poll, whose = select.poll(), {}
        begin = time.monotonic()
        for kind, clients in kinds.items():
            for _ in range(number):
                client = socket.socket()
                if kind == "read nothing":
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", self.proxy.port))
                if kind == "read nothing":
                    client.sendall(request("GET", "/big/65536", host=proxies.HOST))
                else:
                    poll.register(client, select.POLLIN | select.POLLRDHUP)
                clients.append(client)
                whose[client.fileno()] = (kind, client)
        cut, times, at, due, probe = {kind: [] for kind in kinds}, [], 0, 0, Connection(self.proxy.port, 30)
        question, failed = request("GET", "/", host=proxies.HOST), 0

        def end(file):
            kind, client = whose.pop(file)
            cut[kind].append(time.monotonic() - begin)
            client.close()
        while whose and time.monotonic() - begin < limit:
            self.stage.check()
            if (now := time.monotonic()) >= due:
                due, at = now + 0.5, at + 1
                # Who doesn't read doesn't learn of the end either.
                served = {remote for local, remote, _ in self.held()[0]}
                for file, (kind, client) in list(whose.items()):
                    if kind == "read nothing" and client.getsockname()[1] not in served:
                        end(file)
                    elif kind.startswith("a byte"):
                        try:
                            client.send(head[at - 1:at])
                        except OSError:
                            pass  # the poll says so
            asked = time.monotonic()
            try:
                failed += probe.exchange(question)[0] != 200
            except OSError:
                failed += 1
            times.append((time.monotonic() - asked) * 1000)
            for file, _ in poll.poll(20):
                poll.unregister(file)
                end(file)
        for _, client in whose.values():
            reset(client)
        probe.close()
        rows = [[kind, number, len(cut[kind]), f"{min(cut[kind]):.1f}" if cut[kind] else "—",
                 f"{max(cut[kind]):.1f}" if cut[kind] else "—"] for kind in kinds]
        print(f"\nSlow clients, {time.monotonic() - begin:.0f} s")
        table(["they send", "clients", "cut off", "first, s", "last, s"], rows)
        print(f"Meanwhile another client: {len(times):,} requests, p50 / p99 / max {' / '.join(spread(times))} ms, {failed} failed")
        return {kind: len(times) for kind, times in cut.items()}, failed, max(times)

    # What is left

    def held(self):
        """Connections to clients and to peers that the proxy holds, and its open files."""
        pids = family(self.proxy.pid)
        found = connections(pids)
        peers = set(self.proxy.backends)
        return ([one for one in found if one[0] == self.proxy.port], [one for one in found if one[1] in peers],
                sum(len(open_files(pid)) for pid in pids))

    def settled(self, limit):
        """What is held when no connection is left, or at the end of the limit, and how long that took."""
        begin = time.monotonic()
        while True:
            clients, peers, files = self.held()
            if not clients and not peers or time.monotonic() - begin > limit:
                return clients, peers, files, time.monotonic() - begin
            time.sleep(0.1)

    def figures(self):
        """Signalbox's own figures of connections and requests: {name: value}."""
        if not isinstance(self.proxy, proxies.SignalboxProxy):
            return {}
        signalbox = self.proxy.signalbox
        try:
            text = signalbox.connection.ask("GET", "/metrics")[1].decode()
        except OSError as error:
            return {f"an answer to /metrics ({error!r})": 1}
        found = {}
        for line in text.splitlines():
            name, _, value = line.rpartition(" ")
            if re.match(r"signalbox_proxy_(active_requests|client_connections|\w*upstream_connections)\b", name):
                bare = name.split("{")[0]
                found[bare] = found.get(bare, 0) + float(value)
        return found


def whole_requests(parts, offset):
    """How many of the requests are whole after so many bytes."""
    whole = 0
    for part in parts:
        offset -= len(part)
        whole += offset >= 0
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--subject", default="signalbox", help=f"of {','.join(proxies.KINDS)}")
    parser.add_argument("--threads", type=int, default=2, help="event loops of Signalbox's proxy")
    parser.add_argument("--step", type=int, default=1, help="every how many bytes")
    parser.add_argument("--answers", default=",".join(ANSWERS), help=f"of {', '.join(ANSWERS)}")
    parser.add_argument("--leavers", type=int, default=64, help="clients that leave in the middle of answers, twice")
    parser.add_argument("--slow", type=int, default=200, help="slow clients of each kind")
    parser.add_argument("--slow-limit", type=float, default=150, help="seconds within which they must be cut off; 0: not tried")
    parser.add_argument("--idle-limit", type=float, default=20, help="seconds after which nothing may be held")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.step, options.leavers, options.slow, options.slow_limit, options.idle_limit = 11, 8, 10, 2, 10
    options.answers = options.answers.split(",")
    if unknown := set(options.answers) - set(ANSWERS):
        exit_with(f"there are no answers {', '.join(unknown)}")
    targets = Targets(options.strict)
    kinds = proxies.chosen(options.subject, options.binary)
    if not kinds:
        return
    with Stage(limit=900) as stage:
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        port = free_port()
        backend = DyingBackend(port)
        proxy = kinds[0](stage, [port], binary=options.binary, threads=options.threads)
        bench = Bench(stage, proxy, backend, options)
        for _ in range(20):
            Connection(proxy.port).exchange(request("GET", "/", host=proxies.HOST))
        clients, peers, before, took = bench.settled(options.idle_limit)
        print(f"{proxy.label} holds {before} files when nobody is there (after {took:.1f} s)", flush=True)

        for found, what in ((bench.peers(), "peer that dies"), (bench.clients(), "client that dies")):
            count = sum(sum(counts.values()) - counts["wrong"] for counts in found.counts.values())
            targets.expect(f"{what}: {len(found.wrong)} of {count:,} cases end otherwise than they must, at most 0",
                           not found.wrong and not found.left_out)
        clients, failed, left, took = bench.leavers()
        targets.expect(f"{failed} of {clients} clients got nothing of a long answer, at most 0", failed == 0)
        targets.expect(f"{clients} clients left in the middle of an answer; after {took:.1f} s {left} peers were still sending, "
                       "at most 0", left == 0)
        if options.slow_limit:
            cut, failed, longest = bench.slow()
            targets.expect(f"{failed} requests of others failed beside slow clients, at most 0", failed == 0)
            targets.expect(f"others waited at most {longest:.0f} ms beside slow clients, at most 1,000", longest <= 1000)
            if not options.smoke:
                for kind, number in cut.items():
                    targets.expect(f"slow clients ({kind}): {number} of {options.slow} were cut off within "
                                   f"{options.slow_limit:g} s, all", number == options.slow)
        clients, peers, files, took = bench.settled(options.idle_limit)
        print(f"\nAfter {took:.1f} s: {len(clients)} connections to clients, {len(peers)} to peers, {files} files "
              f"(before: {before}); {backend.connections} connections at the peer")
        for name, held in (("clients", clients), ("peers", peers)):
            states = collections.Counter(state for _, _, state in held)
            targets.expect(f"{len(held)} connections to {name} are left {dict(states) or ''}, at most 0", not held)
        targets.expect(f"{files} files are open, at most {before + 2}", files <= before + 2)
        for name, value in bench.figures().items():
            targets.expect(f"{name} is {value:g}, at most 0", value == 0)
    targets.close()


if __name__ == "__main__":
    main()
