#!/usr/bin/env python3
"""Processor time of a proxied request at a fixed rate, beside nginx, nginx + balancer_by_lua, HAProxy and Envoy.

The proxy has one core; load (h2load) and backend share the other. Keep-alive connections, answers of 20 bytes, a key that
varies (`?user=`). Proxies take turns in each round, and ratios are of one round. What a proxy used of the processor is
that of all its processes, user and system; Signalbox's has its control plane in it. Rounds in which a subject did not
reach the rate are not compared.

With `--routes` it is the last of 10,000 routes by path beside one route.

    benchmarks/proxy_cpu.py --binary .build/release/signalbox
    benchmarks/proxy_cpu.py --binary .build/release/signalbox --routes
"""
import argparse, shutil, time
from statistics import median
from lib import backend, proxies
from lib.cores import Cores, Others
from lib.figures import Targets, percentile, table
from lib.load import Load
from lib.processes import Stage

KEYS = 1000
REACHED = 0.98  # of the rate


class Round:
    """What one subject did in one round: requests a second, microseconds of processor each, ms, failures."""

    def __init__(self, proxy, load, rate, options, others):
        time.sleep(options.warm_up)
        others.begin()
        begin, before, times = time.time(), proxy.cpu_seconds(), proxy.cpu_times()
        time.sleep(options.seconds)
        cpu, end = proxy.cpu_seconds() - before, time.time()
        user, system = (now - then for now, then in zip(proxy.cpu_times(), times))
        others.end()
        rows, self.failed = load.rows()
        done = [(status, taken) for start, status, taken in rows if begin <= (start + taken) / 1e6 < end]
        self.rate = len(done) / (end - begin)
        self.reached = self.rate >= REACHED * rate
        self.cpu = cpu / max(1, len(done)) * 1e6
        self.busy, self.user = cpu / (end - begin), user / max(0.01, user + system)
        times = [taken / 1000 for _, taken in done] or [0]
        self.p50, self.p99 = median(times), percentile(times, 0.99)
        self.canary = sum(status == 201 for status, _ in done) / max(1, len(done))


class Subject:
    def __init__(self, proxy, rate):
        self.proxy, self.rate, self.rounds = proxy, rate, []
        self.idle = None  # microseconds of processor in a second without requests

    def measure(self, cores, options, others, counts=True):
        paths = [self.proxy.path(f"x?user={key}") for key in range(KEYS)]
        load = Load(self.proxy.stage, "load", self.proxy.port, proxies.HOST, paths, self.rate, options.connections,
                    options.warm_up + options.seconds + 0.3, under=cores.load)
        found = Round(self.proxy, load, self.rate, options, others)
        if counts:
            self.rounds.append(found)

    @property
    def compares(self):
        return compared(self, self)

    def row(self):
        mid = lambda name: median(getattr(one, name) for one in self.rounds)
        cpu, rate, times = f"{mid('cpu'):.1f}", f"{mid('rate'):,.0f}", [one.cpu for one in self.rounds]
        if not self.compares:
            cpu, rate = f"({cpu})", f"{rate} of {self.rate:,}: not reached"
        return [
            self.proxy.label, cpu, f"{min(times):.1f}–{max(times):.1f}", f"{mid('user') * mid('cpu'):.1f}", rate, f"{mid('busy'):.0%}",
            f"{mid('p50'):.2f}", f"{mid('p99'):.2f}", sum(one.failed for one in self.rounds), f"{self.idle:,.0f}"]


def compared(one, other):
    """The rounds in which both reached the rate and nothing failed; none if these aren't at least half."""
    pairs = [(a, b) for a, b in zip(one.rounds, other.rounds) if a.reached and b.reached and not a.failed + b.failed]
    return pairs if 2 * len(pairs) >= len(one.rounds) else []


def ratio(one, other):
    """How much more processor time than the other's: the median over the rounds that can be compared."""
    return median(a.cpu / max(b.cpu, 0.01) for a, b in compared(one, other))


def rounds(subjects, cores, options, others):
    for subject in subjects:
        before = subject.proxy.cpu_seconds()
        time.sleep(options.seconds / 4)
        subject.idle = (subject.proxy.cpu_seconds() - before) / (options.seconds / 4) * 1e6
        subject.measure(cores, options, others, counts=False)
    for number in range(options.rounds):
        for subject in subjects if number % 2 == 0 else reversed(subjects):
            subject.proxy.stage.check()
            subject.measure(cores, options, others)
            one = subject.rounds[-1]
            print(f"{number + 1}: {subject.proxy.label}: {one.cpu:.1f} µs, {one.rate:,.0f} requests/s", flush=True)


def show(title, subjects):
    print(f"\n{title}")
    table(["", "processor, µs a request", "min–max", "of it user", "requests/s", "busy", "p50 ms", "p99 ms", "failed",
           "idle, µs/s"], [subject.row() for subject in subjects])


def expect(targets, one, other, limit):
    """A target: `one` takes at most `limit` times as long as `other`. Not compared unless both reached the rate."""
    if not one or not other:
        return
    if not compared(one, other):
        targets.expect(
            f"{one.proxy.label} and {other.proxy.label} reach the rate without a failure, to be compared", False)
        return
    value = ratio(one, other)
    targets.expect(f"{one.proxy.label} takes {value:.2f} times as long as {other.proxy.label}, at most {limit:g}",
                   value <= limit)


def compare(options, cores, others, targets):
    """All subjects at one rate."""
    with Stage(limit=limit(options, 8)) as stage:
        backends = backend.start(stage, *["12345678901234567890"] * 2, statuses=[200, 201], under=cores.load)
        subjects = {}
        for kind in proxies.chosen(options.subjects, options.binary):
            routes = options.among if kind is proxies.SignalboxCanary else 1
            label = f"{kind.name} among {routes:,} routes" if routes > 1 else None
            subjects[kind] = Subject(kind(
                stage, backends, routes, under=cores.proxy, binary=options.binary, bare=options.bare, label=label), options.rate)
        rounds(subjects.values(), cores, options, others)
        show(f"{options.rate:,} requests/s over {options.connections} connections, medians of {options.rounds} rounds of "
             f"{options.seconds:g} s", subjects.values())
        canary = subjects.get(proxies.SignalboxCanary)
        expect(targets, canary, subjects.get(proxies.NginxLua), 1)
        nginx = subjects.get(proxies.Nginx)
        if canary and nginx and compared(canary, nginx):
            print(f"aim    {canary.proxy.label} takes {ratio(canary, nginx):.2f} times as long as nginx")
        for subject in subjects.values():
            if subject.proxy.canary:
                share = median(one.canary for one in subject.rounds) * 100
                targets.expect(
                    f"{subject.proxy.label}: {share:.1f} % of requests went to the canary, 3 to 7", 3 <= share <= 7)


def routes(options, cores, others, targets):
    """Each subject with one route and with many."""
    with Stage(limit=limit(options, 8)) as stage:
        backends = backend.start(stage, *["12345678901234567890"] * 2, statuses=[200, 201], under=cores.load)
        pairs = []
        for kind in proxies.chosen(options.subjects, options.binary):
            if not kind.many:
                print(f"{kind.name} is not set up with many routes; it is left out")
                continue
            # Envoy tries routes one after the other: with thousands it can't do more than some thousand requests.
            rate = min(options.rate, 2000) if kind is proxies.Envoy else options.rate
            pairs.append([
                Subject(kind(stage, backends, count, under=cores.proxy, binary=options.binary,
                             bare=options.bare, label=f"{kind.name}, {count:,} route{'s' if count > 1 else ''}"), rate)
                for count in (1, options.many)])
        subjects = [subject for pair in pairs for subject in pair]
        rounds(subjects, cores, options, others)
        show(f"The last of {options.many:,} routes by path beside one route, at {options.rate:,} requests/s (Envoy: at most "
             f"2,000), medians of {options.rounds} rounds of {options.seconds:g} s", subjects)
        for one, many in pairs:
            if isinstance(many.proxy, proxies.SignalboxProxy):
                expect(targets, many, one, 1.05)
            elif compared(many, one):
                print(f"beside {many.proxy.label} takes {ratio(many, one):.2f} times as long as with one route")


def limit(options, subjects):
    return 300 + (options.rounds + 2) * 2 * subjects * (options.seconds + options.warm_up + 3)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--subjects", default=None, help=f"of {','.join(proxies.KINDS)}")
    parser.add_argument("--routes", action="store_true", help="the last of many routes beside one route")
    parser.add_argument("--rate", type=int, default=20_000, help="requests a second")
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement")
    parser.add_argument("--warm-up", type=float, default=1.5, help="seconds before each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--among", type=int, default=1000, help="routes of the subject with a canary")
    parser.add_argument("--many", type=int, default=10_000, help="routes with --routes")
    parser.add_argument("--bare", action="store_true", help="nginx and HAProxy add no X-Forwarded-…; Signalbox still does")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.rate, options.seconds, options.warm_up, options.rounds, options.connections = 500, 0.5, 0.2, 1, 10
        options.among, options.many = 20, 50
    options.subjects = options.subjects or (
        "signalbox,nginx,envoy" if options.routes else
        "signalbox-canary,lua,nginx" if options.smoke else
        "signalbox-canary,lua,nginx,signalbox,haproxy,envoy,relay")
    if not shutil.which("h2load"):
        print("h2load is not there; load is made in Python, which can't make much")
    cores, others, targets = Cores(), Others(), Targets(options.strict)
    (routes if options.routes else compare)(options, cores, others, targets)
    others.report()
    targets.close()


if __name__ == "__main__":
    main()
