#!/usr/bin/env python3
"""One change told to 10,000 workers: when the first and the last have it, what a waiting worker costs, how writes fare.

Workers ask `GET /v1/routing?index=N&wait=120s&worker=w-i&delta=true` from child processes of one thread each, and again
after each answer. When an answer arrived is what the kernel noted, so a slow client doesn't count, but for the processor
time that it takes from the server on the same machine. Quiet rounds make one change each. Busy rounds go on writing over
one connection, one change after the other, while the workers are being answered, and measure each write.

    benchmarks/fan_out.py --binary .build/release/signalbox
"""
import argparse, random, time
from statistics import median
from lib.figures import Targets, percentile, spread, table
from lib.http1 import Connection, header
from lib.processes import Stage, cpu_seconds, exit_with, memory
from lib.signalbox import BEARER, Signalbox, prepared
from lib.watchers import Watchers


class Writer:
    """Changes weights of random routes over one connection."""

    def __init__(self, port, routes):
        self.connection, self.routes, self.random = Connection(port), routes, random.Random(1)

    def write(self):
        """One change: the index that has it, when it was sent (since 1970), milliseconds until it was acknowledged."""
        share = self.random.randrange(1, 10_000) / 100
        change = prepared("PUT", f"/v1/routes/r{self.random.randrange(self.routes)}/weights",
                          {"a": share, "b": round(100 - share, 2)})
        sent, begin = time.time(), time.perf_counter()
        status, head, body = self.connection.exchange(change)
        taken = (time.perf_counter() - begin) * 1000
        if status != 200:
            exit_with(f"a write was answered {status}: {body}")
        return int(header(head, "x-signalbox-index")), sent, taken

    def write_for(self, seconds):
        """One write after the other: the last index, milliseconds of each."""
        end, times = time.perf_counter() + seconds, []
        while time.perf_counter() < end:
            index, _, taken = self.write()
            times.append(taken)
        return index, times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--watchers", type=int, default=10_000)
    parser.add_argument("--processes", type=int, default=1, help="client processes")
    parser.add_argument("--routes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=10, help="quiet rounds, and as many busy ones")
    parser.add_argument("--busy-seconds", type=float, default=2, help="how long writes go on in a busy round")
    parser.add_argument("--no-delta", action="store_true", help="workers ask for whole snapshots")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.watchers, options.routes, options.rounds, options.busy_seconds = 200, 10, 2, 0.3
    with Stage(limit=900) as stage:
        measure(stage, options)


def measure(stage, options):
    signalbox = Signalbox(stage, options.binary, proxy=False).wait()
    for name in "ab":
        signalbox.ask("PUT", f"/v1/groups/{name}", {"peers": [{"address": "127.0.0.1", "port": 9}]})
    signalbox.load(
        ("PUT", f"/v1/routes/r{i}", {
            "match": {"hosts": [f"r{i}.test"]}, "split": [{"group": "a", "weight": 50}, {"group": "b", "weight": 50}]})
        for i in range(options.routes))
    if not options.no_delta and signalbox.connection.ask("GET", "/v1/routing?delta=true", None, BEARER)[0] == 400:
        print("This build knows no deltas; workers ask for whole snapshots")
        options.no_delta = True
    writer = Writer(signalbox.admin, options.routes)
    writer.write_for(0.2)
    _, alone = writer.write_for(options.busy_seconds)

    index = signalbox.ask("GET", "/v1/routing")["index"]
    before = memory(signalbox.process.pid)
    begin = time.monotonic()
    watchers = Watchers(signalbox.admin, options.watchers, index,
                        b"wait=120s" + (b"" if options.no_delta else b"&delta=true"), options.processes)
    try:
        stage.wait("all watchers wait", lambda: signalbox.metric("signalbox_watchers") == options.watchers, 120, 1)
        print(f"{options.watchers} watchers wait after {time.monotonic() - begin:.1f} s")
        time.sleep(0 if options.smoke else 2)
        begin = time.monotonic()
        signalbox.metric("signalbox_watchers")
        scrape = (time.monotonic() - begin) * 1000
        each = (memory(signalbox.process.pid) - before) / options.watchers

        firsts, lasts, spreads, busy_spreads, writes = [], [], [], [], []
        used, clients = cpu_seconds(signalbox.process.pid), watchers.cpu_seconds()
        for _ in range(options.rounds):
            index, sent, _ = writer.write()
            times = watchers.reached(index)
            firsts.append((min(times) - sent) * 1000)
            lasts.append((max(times) - sent) * 1000)
            spreads.append((max(times) - min(times)) * 1000)
            settle(stage)
        answers = options.rounds * options.watchers
        used = (cpu_seconds(signalbox.process.pid) - used) / answers * 1e6
        clients = (watchers.cpu_seconds() - clients) / answers * 1e6
        for _ in range(options.rounds):
            first, _, taken = writer.write()
            last, times = writer.write_for(options.busy_seconds)
            writes += [taken, *times]
            at = watchers.reached(first)
            busy_spreads.append((max(at) - min(at)) * 1000)
            watchers.reached(last)
            settle(stage)
        after = memory(signalbox.process.pid)
    finally:
        watchers.close()

    whole = "whole snapshots" if options.no_delta else "deltas"
    print(f"\n{options.watchers:,} watchers, {options.routes:,} routes, {whole}, {options.rounds} rounds; ms")
    table(["", "p50", "p99", "max"], [
        ["change to first answer", *spread(firsts)], ["change to last answer", *spread(lasts)],
        ["first to last answer", *spread(spreads)],
        ["the same, while writes go on", *spread(busy_spreads)],
        ["a write, nobody waiting", *spread(alone)], ["a write, while workers are answered", *spread(writes)]])
    print(f"Memory: {before / 1024:.0f} MiB before, {each:.1f} KiB more for each watcher, {after / 1024:.0f} MiB at the end")
    print(f"A scrape of /metrics with that many workers takes {scrape:.0f} ms")
    print(f"Processor time for each answer and the question after it: {used:.0f} µs of the server, {clients:.0f} µs of the clients")
    targets = Targets(options.strict)
    targets.expect(f"all are answered within {max(spreads):.0f} ms of each other, at most 500", max(spreads) <= 500)
    targets.expect(f"a waiting watcher takes {each:.1f} KiB, at most 20", each <= 20)
    slow = percentile(writes, 0.99)
    targets.expect(f"the p99 of writes meanwhile is {slow:.1f} ms, at most 50 (p50 {median(writes):.1f})", slow <= 50)
    targets.close()


def settle(stage):
    """Until all wait again, and out of the coalescing window. Asking for metrics would be work for the server."""
    stage.check()
    time.sleep(0.5)


if __name__ == "__main__":
    main()
