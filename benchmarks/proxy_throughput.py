#!/usr/bin/env python3
"""As many proxied requests as one core takes, beside nginx, nginx + balancer_by_lua, HAProxy and Envoy; and large bodies.

The proxy has one core; load (wrk, or else h2load) and backend share the other. 64 connections, each of which asks again
when it is answered: for 20 bytes, for 64 KiB, for 1 MiB. Proxies take turns in each round, and ratios are of one round.
`busy` is the proxy's share of its core: well below 100 % the load's core was the narrow place, and what tells proxies
apart is then the processor time of each request, not their rates.

    benchmarks/proxy_throughput.py --binary .build/release/signalbox
"""
import argparse, os, shutil, time
from statistics import median
from lib import backend, proxies
from lib.cores import Cores, Others
from lib.figures import Targets, table
from lib.peers import nginx
from lib.processes import Stage, exit_with
from lib.saturation import Saturation

KEYS = 1000
SIZES = {"20 B": 20, "64 KiB": 65_536, "1 MiB": 1_048_576}
SATURATED = 0.9  # of the proxy's core


class Round:
    """What one subject did in one round: requests a second, microseconds of processor each, ms, failures."""

    def __init__(self, proxy, size, cores, options, others, seconds):
        rest = "x" if size == 20 else f"files/{size}"
        load = Saturation(proxy.stage, proxy.port, proxies.HOST, [proxy.path(f"{rest}?user={key}") for key in range(KEYS)],
                          options.connections, seconds, under=cores.load)
        others.begin()
        begin, before = time.monotonic(), proxy.cpu_seconds()
        load.run()
        cpu, elapsed = proxy.cpu_seconds() - before, time.monotonic() - begin
        others.end()
        self.rate, self.p50, self.p99, self.failed = load.rate, load.p50, load.p99, load.failed
        self.cpu, self.busy = cpu / load.requests * 1e6, cpu / elapsed


class Subject:
    def __init__(self, proxy):
        self.proxy, self.rounds = proxy, {size: [] for size in SIZES}

    def mid(self, size, name):
        return median(getattr(one, name) for one in self.rounds[size])

    def row(self, size):
        rate = self.mid(size, "rate")
        return [
            size, self.proxy.label, f"{rate:,.0f}", f"{rate * SIZES[size] / 2 ** 20:,.0f}", f"{self.mid(size, 'p50'):.2f}",
            f"{self.mid(size, 'p99'):.2f}", f"{self.mid(size, 'cpu'):,.1f}", f"{self.mid(size, 'busy'):.0%}",
            sum(one.failed for one in self.rounds[size])]


def ratio(one, other, size, name):
    """How much more of something than the other: the median over rounds."""
    return median(getattr(a, name) / max(getattr(b, name), 1e-9) for a, b in zip(one.rounds[size], other.rounds[size]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--subjects", default="signalbox-canary,lua,nginx,haproxy,envoy", help=f"of {','.join(proxies.KINDS)}")
    parser.add_argument("--sizes", default=",".join(SIZES), help=f"of {', '.join(SIZES)}")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=6, help="of each measurement; wrk knows whole ones only")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--among", type=int, default=1000, help="routes of the subject with a canary")
    parser.add_argument("--bare", action="store_true", help="nginx and HAProxy add no X-Forwarded-…; Signalbox still does")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.seconds, options.rounds, options.connections, options.among = 1, 1, 8, 20
        options.subjects, options.sizes = "signalbox-canary,lua,nginx", "20 B,1 MiB"
    sizes = [size.strip() for size in options.sizes.split(",")]
    if unknown := [size for size in sizes if size not in SIZES]:
        exit_with(f"there are no sizes {', '.join(unknown)}")
    if not shutil.which("wrk") and not shutil.which("h2load"):
        print("Neither wrk nor h2load is there; nothing is measured")
        return
    if not nginx():
        print("nginx is not there; only the smallest answers are asked for")
        sizes = [size for size in sizes if SIZES[size] == 20]
    cores, others, targets = Cores(), Others(), Targets(options.strict)
    with Stage(limit=300 + 8 * (options.rounds + 1) * len(sizes) * (options.seconds + 3)) as stage:
        os.mkdir(stage.path("files"))
        for size in SIZES.values():
            stage.write(f"files/{size}", "x" * size)
        backends = backend.start(stage, *["12345678901234567890"] * 2, folder=stage.path("files"), under=cores.load)
        subjects = {}
        for kind in proxies.chosen(options.subjects, options.binary):
            routes = options.among if kind is proxies.SignalboxCanary else 1
            label = f"{kind.name} among {routes:,} routes" if routes > 1 else None
            subjects[kind] = Subject(kind(
                stage, backends, routes, under=cores.proxy, binary=options.binary, bare=options.bare, label=label))
        for size in sizes:
            for number in range(options.rounds + 1):  # the first warms up
                for subject in list(subjects.values())[::1 if number % 2 == 0 else -1]:
                    stage.check()
                    seconds = options.seconds if number else min(2, options.seconds)
                    one = Round(subject.proxy, SIZES[size], cores, options, others, seconds)
                    if number:
                        subject.rounds[size].append(one)
                        print(f"{size}, {number}: {subject.proxy.label}: {one.rate:,.0f} requests/s, p99 {one.p99:.2f} ms",
                              flush=True)
    print(f"\nSaturated, {options.connections} connections, medians of {options.rounds} rounds of {options.seconds:g} s")
    table(["answers", "", "requests/s", "MiB/s", "p50 ms", "p99 ms", "processor, µs a request", "busy", "failed"],
          [subject.row(size) for size in sizes for subject in subjects.values()])
    for size in sizes:
        expect(targets, size, subjects)
    others.report()
    targets.close()


def expect(targets, size, subjects):
    ours = subjects.get(proxies.SignalboxCanary) or subjects.get(proxies.SignalboxProxy)
    other = subjects.get(proxies.NginxLua if SIZES[size] == 20 else proxies.Nginx)
    if not ours:
        return
    failed = sum(one.failed for one in ours.rounds[size])
    targets.expect(f"{size}: {failed} requests failed, at most 0", failed == 0)
    if not other:
        return
    rate, least = ratio(ours, other, size, "rate"), 1 if SIZES[size] == 20 else 0.9
    targets.expect(f"{size}: {rate:.2f} times as many requests as {other.proxy.label}, at least {least:g}", rate >= least)
    if SIZES[size] == 20:
        p99 = ratio(ours, other, size, "p99")
        targets.expect(f"{size}: the p99 is {p99:.2f} times that of {other.proxy.label}, at most 1.2", p99 <= 1.2)
    busy = {one.proxy.label: one.mid(size, "busy") for one in (ours, other)}
    for label, share in busy.items():
        if share < SATURATED:
            print(f"note   {size}: {label} used {share:.0%} of its core: the load was the narrow place, compare processor times")


if __name__ == "__main__":
    main()
