#!/usr/bin/env python3
"""How long from a registration in Consul to the first request that the new peer serves, with few and many routes.

Starts a Consul development agent, and for each number of routes a `signalbox serve` with an embedded proxy. They take
turns: each round registers an instance of a service that has none, sends requests through the proxy on one connection
until one is served, and deregisters it. Beside it, in the same rounds, another process asks bare blocking queries: what
Consul itself takes from the registration to the end of such a query.

    benchmarks/consul_to_effect.py --binary .build/release/signalbox
"""
import argparse, json, multiprocessing, os, signal, time
from statistics import median
from lib import backend
from lib.consul import Consul
from lib.figures import Targets, percentile, spread, table
from lib.http1 import Connection, header, request
from lib.processes import Stage, exit_with
from lib.signalbox import Signalbox


class BareWatch:
    """A process that asks one blocking query after the other about a service."""

    def __init__(self, port, service):
        fork = multiprocessing.get_context("fork")
        self.pipe, its = fork.Pipe()
        self.child = fork.Process(target=watch, args=(its, self.pipe, port, service), daemon=True)
        self.child.start()
        its.close()

    def woken(self, limit=30):
        """When the watch first saw an instance since it was asked last (on the clock of `time.perf_counter`)."""
        while True:
            if not self.pipe.poll(limit):
                exit_with("the bare watch was not woken")
            at, count = self.pipe.recv()
            if count:
                return at

    def drain(self):
        """Forgets what was seen so far."""
        while self.pipe.poll():
            self.pipe.recv()

    def close(self):
        self.pipe.close()
        self.child.terminate()
        self.child.join(10)


def watch(pipe, others, port, service):
    others.close()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    connection, index = Connection(port), 0
    try:
        while True:
            _, head, body = connection.exchange(request("GET", f"/v1/health/service/{service}?stale&wait=55s&index={index}"))
            pipe.send((time.perf_counter(), len(json.loads(body))))
            new = int(header(head, "x-consul-index"))
            index = new if new >= index else 0
    except OSError:
        os._exit(0)  # Consul or the parent is gone


class Subject:
    """A Signalbox with that many routes, one of which leads to a service in Consul."""

    def __init__(self, stage, binary, consul, port, size):
        self.size, self.consul, self.port, self.service = size, consul, port, f"bench-{size}"
        self.signalbox = Signalbox(
            stage, binary, "--consul", f"http://127.0.0.1:{consul.port}", "--proxy-threads", "1", data=f"data-{size}").wait()
        self.signalbox.ask("PUT", "/v1/groups/bench", {"consul": {"service": self.service}})
        self.signalbox.ask("PUT", "/v1/groups/other", {"peers": [{"address": "127.0.0.1", "port": port}]})
        self.signalbox.load(
            ("PUT", f"/v1/routes/r{i}", {
                "match": {"hosts": [f"r{i}.test"]}, "split": [{"group": "bench" if i == size // 2 else "other", "weight": 100}]})
            for i in range(size))
        self.signalbox.wait("/readyz")
        self.probe = Connection(self.signalbox.proxy)
        self.question = request("GET", "/", host=f"r{size // 2}.test")
        self.bare = BareWatch(consul.port, self.service)
        self.ours, self.theirs = [], []

    def status(self):
        return self.probe.exchange(self.question)[0]

    def round(self, stage, number, pause):
        stage.wait("the group is empty", lambda: self.status() == 503)
        # Out of any coalescing window: the case of a single registration.
        time.sleep(pause)
        self.bare.drain()
        registration = request("PUT", "/v1/agent/service/register", {
            "Name": self.service, "ID": f"{self.service}-{number}", "Address": "127.0.0.1", "Port": self.port})
        limit = (begin := time.perf_counter()) + 30
        self.consul.connection.send(registration)
        while self.status() != 200:
            if time.perf_counter() > limit:
                exit_with("the new peer served nothing within 30 s")
        self.ours.append((time.perf_counter() - begin) * 1000)
        self.theirs.append((self.bare.woken() - begin) * 1000)
        self.consul.connection.receive()
        self.consul.ask("PUT", f"/v1/agent/service/deregister/{self.service}-{number}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--sizes", default="10,10000", help="numbers of routes")
    parser.add_argument("--pause", type=float, default=0.25, help="seconds between changes")
    parser.add_argument("--limit", type=float, help="exit 1 when a p50 is above this many ms")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.sizes = 3, "2,50"
    with Stage(limit=1200) as stage:
        port, = backend.start(stage, "ok")
        consul = Consul(stage)
        subjects = [Subject(stage, options.binary, consul, port, int(size)) for size in options.sizes.split(",")]
        try:
            for number in range(-2, options.rounds):
                for subject in subjects:
                    subject.round(stage, number, options.pause)
                    if number < 0:
                        subject.ours, subject.theirs = [], []
        finally:
            for subject in subjects:
                subject.bare.close()

    print(f"\nFrom the registration in Consul, ms, {options.rounds} rounds")
    table(["routes", "", "p50", "p99", "max"], [row for subject in subjects for row in (
        [f"{subject.size:,}", "a bare blocking query ends", *spread(subject.theirs)],
        ["", "the new peer serves a request", *spread(subject.ours)])])
    targets = Targets(options.strict)
    for subject in subjects:
        p50 = median(subject.ours) / median(subject.theirs)
        p99 = percentile(subject.ours, 0.99) / percentile(subject.theirs, 0.99)
        targets.expect(f"{subject.size:,} routes: p50 is {p50:.2f} times the bare one, at most 2", p50 <= 2)
        targets.expect(f"{subject.size:,} routes: p99 is {p99:.2f} times the bare one, at most 3", p99 <= 3)
        if options.limit and median(subject.ours) > options.limit:
            raise SystemExit(f"p50 {median(subject.ours):.2f} ms is above {options.limit} ms")
    targets.close()


if __name__ == "__main__":
    main()
