#!/usr/bin/env python3
"""What 200 changes a second do to 5,000 proxied requests a second: none may fail, and none should wait for it.

Quiet and disturbed phases take turns, and each pair is compared in itself. A disturbed phase changes the weights of routes
at random over several connections; with `--instance-changes` a stand-in for Consul also makes instances critical and
passing again. Load comes from h2load, at a fixed rate; its log has the time of each request.

    benchmarks/disturbance.py --binary .build/release/signalbox
"""
import argparse, random, sys, threading, time
from statistics import median
from lib import backend
from lib.fake_consul import registration, service_name
from lib.figures import Targets, percentile, spread, table
from lib.http1 import Connection
from lib.load import Load
from lib.processes import Stage, exit_with, free_port
from lib.signalbox import BEARER, Signalbox

HOSTS, SERVICES, INSTANCES = 10, 100, 10


class Changes(threading.Thread):
    """Calls `change` at a fixed rate until it is stopped: milliseconds of each in `times`."""

    def __init__(self, rate, change):
        super().__init__(daemon=True)
        self.rate, self.change, self.times, self.failure, self.stopping = rate, change, [], None, False
        self.start()

    def run(self):
        due = time.perf_counter()
        while not self.stopping:
            begin = time.perf_counter()
            try:
                status, answer = self.change()
            except OSError as error:
                status, answer = 0, str(error)
            if status != 200:
                self.failure = f"a change was answered {status}: {answer[:300]}"
                return
            now = time.perf_counter()
            self.times.append((now - begin) * 1000)
            due = max(due + 1 / self.rate, now - 1)  # what is late is caught up, but not for ever
            time.sleep(max(0, due - now))

    def finish(self):
        self.stopping = True
        self.join()
        if self.failure:
            exit_with(self.failure)
        return self.times


class Bench:
    def __init__(self, stage, options):
        self.stage, self.options = stage, options
        ports = backend.start(stage, *"ab", *["c"] * INSTANCES)
        flags = []
        if options.instance_changes:
            consul = free_port()
            stage.start("consul", sys.executable, "-m", "lib.fake_consul", consul, SERVICES, INSTANCES,
                        env={"PYTHONPATH": sys.path[0]})
            self.agent = Connection(consul)
            stage.wait("Consul answers", lambda: self.agent.ask("GET", "/v1/status/leader")[0] == 200)
            self.ports = ports[2:]
            for s in range(SERVICES):
                for i in range(INSTANCES):
                    self.register(s, i, "passing")
            flags = ["--consul", f"http://127.0.0.1:{consul}"]
        self.signalbox = Signalbox(stage, options.binary, *flags).wait()
        for name, port in zip("ab", ports):
            self.signalbox.ask("PUT", f"/v1/groups/{name}", {"peers": [{"address": "127.0.0.1", "port": port}]})
        for s in range(SERVICES if flags else 0):
            self.signalbox.ask("PUT", f"/v1/groups/c{s}", {"consul": {"service": service_name(s)}})
        # Each route's second group: the other listed one, or one from Consul.
        self.second = lambda i: f"c{i % SERVICES}" if flags else "b"
        self.signalbox.load(
            ("PUT", f"/v1/routes/r{i}", {
                "match": {"hosts": [f"h{i % HOSTS}.test"], "path": {"prefix": f"/p{i // HOSTS}"}},
                "split": [{"group": "a", "weight": 50}, {"group": self.second(i), "weight": 50}]})
            for i in range(options.routes))
        self.signalbox.wait("/readyz")
        probe = Connection(self.signalbox.proxy)
        stage.wait("a request is served", lambda: probe.ask("GET", "/p0/x", None, {"Host": "h0.test"})[0] == 200)

    def register(self, s, i, status):
        return self.agent.ask("PUT", "/v1/catalog/register", registration(s, i, self.ports, status))

    def weights(self, number):
        """A thing to call for one change of weights after the other, over one connection."""
        connection, choice = Connection(self.signalbox.admin), random.Random(number)

        def change():
            i, share = choice.randrange(self.options.routes), choice.randrange(1, 100)
            return connection.ask(
                "PUT", f"/v1/routes/r{i}/weights", {"a": share, self.second(i): 100 - share}, BEARER)
        return change

    def instances(self):
        """A thing to call for one change of an instance after the other.

        One instance of each service in turn becomes critical, then these become passing again, then the next of each. So
        no instance changes often enough to be taken for one that comes and goes.
        """
        def endless():
            while True:
                for i in range(INSTANCES):
                    for status in ("critical", "passing"):
                        for s in range(SERVICES):
                            yield s, i, status

        self.turns = getattr(self, "turns", None) or endless()  # the next phase goes on where the last one ended
        return lambda: self.register(*next(self.turns))

    def phase(self, disturbed):
        """Milliseconds of requests, failed requests, milliseconds of writes, changes a second."""
        options, begin = self.options, time.perf_counter()
        changes, others = [], []
        if disturbed:
            changes = [Changes(options.changes / options.writers, self.weights(k)) for k in range(options.writers)]
            if options.instance_changes:
                others = [Changes(options.instance_changes, self.instances())]
        loads = [
            Load(self.stage, f"load-{k}", self.signalbox.proxy, f"h{k}.test",
                 [f"/p{i}/x" for i in range(max(1, options.routes // HOSTS))],
                 options.rate / options.loaders, options.connections // options.loaders, options.seconds)
            for k in range(options.loaders)]
        times, failed = [], 0
        for load in loads:
            some, bad = load.finish()
            times += some
            failed += bad
        elapsed = time.perf_counter() - begin
        writes = [taken for change in changes for taken in change.finish()]
        made = len(writes) + sum(len(change.finish()) for change in others)
        if not times:
            exit_with("no request was answered")
        return times, failed, writes, made / elapsed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--routes", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=5000, help="requests a second")
    parser.add_argument("--changes", type=float, default=200, help="changes of weights a second")
    parser.add_argument("--instance-changes", type=float, default=0, help="changes of instances a second, besides")
    parser.add_argument("--seconds", type=float, default=30, help="of each phase")
    parser.add_argument("--pairs", type=int, default=3, help="quiet and disturbed phases")
    parser.add_argument("--connections", type=int, default=50, help="of clients")
    parser.add_argument("--loaders", type=int, default=2, help="processes that make load, each for a host of its own")
    parser.add_argument("--writers", type=int, default=8, help="connections that change weights")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.routes, options.rate, options.changes, options.seconds, options.pairs = 50, 200, 20, 1, 1
        options.connections, options.instance_changes, options.writers = 8, 5, 2
    with Stage(limit=300 + 3 * options.pairs * (options.seconds + 10)) as stage:
        bench = Bench(stage, options)
        bench.phase(False)  # warms up
        pairs, writes, made, failed, count = [], [], [], 0, 0
        for number in range(options.pairs):
            found = {}
            for disturbed in (False, True) if number % 2 == 0 else (True, False):
                stage.check()
                found[disturbed] = times, bad, taken, changes = bench.phase(disturbed)
                failed, count = failed + bad, count + len(times)
                writes += taken
                made += [changes] if disturbed else []
                print(f"{'disturbed' if disturbed else 'quiet    '}: {len(times) / options.seconds:,.0f} requests/s, p50 / p99 / "
                      f"max {' / '.join(spread(times))} ms, {bad} failed, {changes:.0f} changes/s", flush=True)
            pairs.append((found[False][0], found[True][0]))

    ratio = median(percentile(disturbed, 0.99) / percentile(quiet, 0.99) for quiet, disturbed in pairs)
    print(f"\n{options.rate:,} requests/s through {options.routes:,} routes, medians of {options.pairs} pairs of "
          f"{options.seconds:g} s, ms")
    row = lambda which: [
        f"{median(percentile(pair[which], share) for pair in pairs):.2f}" for share in (0.5, 0.99, 0.999)]
    table(["", "p50", "p99", "p99.9"], [
        ["quiet", *row(0)], [f"{median(made):.0f} changes/s", *row(1)]])
    print(f"Writes: p50 / p99 / max {' / '.join(spread(writes))} ms")
    targets = Targets(options.strict)
    targets.expect(f"{failed} of {count:,} requests failed, at most 0", failed == 0)
    targets.expect(f"disturbed, the p99 is {ratio:.2f} times the quiet one, at most 1.3", ratio <= 1.3)
    share = min(made) / (options.changes + options.instance_changes)
    targets.expect(f"{share:.0%} of the changes wanted were made, at least 95 %", share >= 0.95)
    targets.close()


if __name__ == "__main__":
    main()
