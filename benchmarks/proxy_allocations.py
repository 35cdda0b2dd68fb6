#!/usr/bin/env python3
"""Allocations of memory for each proxied request: calls of malloc and its like.

A small library (lib/count_allocations.c, made with the machine's C compiler) is loaded into the proxy and counts. What
the process allocates without requests in the same time is taken off. nginx and HAProxy are counted beside it; they have
pools of their own, which ask malloc for larger pieces. Envoy can't be counted: it has an allocator of its own.

    benchmarks/proxy_allocations.py --binary .build/release/signalbox
"""
import argparse, mmap, os, shutil, struct, subprocess, threading, time
from statistics import median
from lib import backend, proxies
from lib.figures import Targets, table
from lib.http1 import Connection, request
from lib.peers import nginx
from lib.processes import Stage, exit_with

NAMES = ["malloc", "calloc", "realloc", "aligned", "free", "bytes"]
HEADERS = {"User-Agent": "bench/1.0", "Accept": "*/*", "Accept-Encoding": "gzip, br", "X-Request-Id": "0123456789abcdef"}


class Counts:
    """The file that the library counts into."""

    def __init__(self, path):
        with open(path, "wb") as file:
            file.write(bytes(8 * len(NAMES)))
        self.file = open(path, "r+b")
        self.memory = mmap.mmap(self.file.fileno(), 8 * len(NAMES))

    def read(self):
        return dict(zip(NAMES, struct.unpack(f"{len(NAMES)}Q", self.memory[:])))


def difference(before, after):
    return {name: after[name] - before[name] for name in before}


def questions(proxy, options):
    """Names, and the requests that are repeated: (bytes, connections)."""
    ask = lambda method, rest, body=None: [
        request(method, proxy.path(f"{rest}?user={key}"), body, HEADERS, proxies.HOST) for key in range(200)]
    body = b"x" * 1024
    chunked = [
        question.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n") + b"400\r\n%s\r\n0\r\n\r\n" % body
        for question in ask("POST", "x")]
    kinds = {
        "GET, 20 bytes back": (ask("GET", "x"), 1),
        f"the same over {options.connections} connections": (ask("GET", "x"), options.connections),
        "POST of 1 KiB": (ask("POST", "x", body), 1),
        "POST of 1 KiB in chunks": (chunked, 1)}
    if nginx():
        kinds["GET, 64 KiB back"] = (ask("GET", "files/65536"), 1)
    return kinds


def send(port, requests, connections, number):
    """Sends about that number of requests, over that many connections at the same time. All must be answered with 2xx."""
    failures = []

    def work(first):
        connection = Connection(port)
        try:
            for k in range(first, number, connections):
                status = connection.exchange(requests[k % len(requests)])[0]
                if status // 100 != 2:
                    raise OSError(f"a request was answered {status}")
        except OSError as error:
            failures.append(error)
        finally:
            connection.close()
    threads = [threading.Thread(target=work, args=(first,)) for first in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        exit_with(f"{len(failures)} connections failed: {failures[0]}")


def measure(proxy, counts, requests, connections, options):
    """Calls a request, by name: the median of several rounds. `all` is those that get memory."""
    send(proxy.port, requests, connections, options.requests // 5)
    found = []
    for _ in range(options.rounds):
        proxy.stage.check()
        begin, before = time.monotonic(), counts.read()
        send(proxy.port, requests, connections, options.requests)
        elapsed, calls = time.monotonic() - begin, difference(before, counts.read())
        before, pause = counts.read(), min(elapsed, options.idle)
        time.sleep(pause)
        idle = difference(before, counts.read())
        one = {name: max(0, calls[name] - idle[name] * elapsed / pause) / options.requests for name in NAMES}
        found.append(one | {"all": one["malloc"] + one["calloc"] + one["realloc"] + one["aligned"]})
    return {name: median(one[name] for one in found) for name in found[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--subjects", default="signalbox-canary,nginx,lua,haproxy", help=f"of {','.join(proxies.KINDS)}")
    parser.add_argument("--requests", type=int, default=10_000, help="of each kind in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--among", type=int, default=1000, help="routes of the subject with a canary")
    parser.add_argument("--idle", type=float, default=1, help="seconds at most that are watched without requests")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.requests, options.rounds, options.connections, options.among, options.idle = 400, 1, 4, 20, 0.2
        options.subjects = "signalbox-canary,nginx"
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if not compiler:
        print("No C compiler is there; nothing is measured")
        return
    targets = Targets(options.strict)
    with Stage(limit=1200) as stage:
        library, source = stage.path("count.so"), os.path.join(os.path.dirname(__file__), "lib", "count_allocations.c")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source], check=True, timeout=60)
        os.mkdir(stage.path("files"))
        stage.write("files/65536", "x" * 65_536)
        backends = backend.start(stage, *["12345678901234567890"] * 2, folder=stage.path("files"))
        rows = []
        for kind in proxies.chosen(options.subjects, options.binary):
            counts = Counts(stage.path(f"{len(rows)}.counts"))
            routes = options.among if kind is proxies.SignalboxCanary else 1
            label = f"{kind.name} among {routes:,} routes" if routes > 1 else None
            proxy = kind(stage, backends, routes, binary=options.binary, label=label, env={
                "LD_PRELOAD": library, "COUNT_ALLOCATIONS": counts.file.name})
            if not counts.read()["malloc"]:
                print(f"{proxy.label} does not call the C library's malloc; it is left out")
                continue
            for name, (requests, connections) in questions(proxy, options).items():
                found = measure(proxy, counts, requests, connections, options)
                rows.append([proxy.label, name, f"{found['all']:.2f}", *(
                    f"{found[key]:.2f}" for key in ("malloc", "calloc", "realloc", "aligned")), f"{found['bytes']:,.0f}"])
                if isinstance(proxy, proxies.SignalboxProxy):
                    targets.expect(f"{proxy.label}: {name}: {found['all']:.2f} allocations, fewer than 10", found["all"] < 10)
            stage.stop(proxy.process)
    print(f"\nCalls for each request, medians of {options.rounds} rounds of {options.requests:,} requests")
    table(["", "request", "all", "malloc", "calloc", "realloc", "aligned", "bytes asked for"], rows)
    targets.close()


if __name__ == "__main__":
    main()
