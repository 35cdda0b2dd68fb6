#!/usr/bin/env python3
"""What a storm of peer events does to changes of rules, and how long a page of a big ledger takes.

A stand-in for Consul changes the meta of thousands of instances a second, which is news for the ledger and for nothing
else. Meanwhile weights are changed: from before the write is sent until a waiting worker has the new snapshot, beside
the same without a storm. When the ledger has as many entries as asked for, pages of 100 are read by each filter.

    benchmarks/ledger.py --binary .build/release/signalbox
"""
import argparse, json, sys, time
from statistics import median
from lib.fake_consul import service_name
from lib.figures import Targets, percentile, spread, table
from lib.http1 import Connection, header
from lib.processes import Stage, cpu_seconds, exit_with, free_port, memory
from lib.signalbox import Signalbox, prepared


class Bench:
    def __init__(self, stage, options):
        self.stage, self.options = stage, options
        port = free_port()
        stage.start("consul", sys.executable, "-m", "lib.storm_consul", port, options.services, options.instances,
                    env={"PYTHONPATH": sys.path[0]})
        self.agent = Connection(port)
        stage.wait("Consul answers", lambda: self.agent.ask("GET", "/v1/status/leader")[0] == 200, 120)
        self.signalbox = Signalbox(stage, options.binary, "--consul", f"http://127.0.0.1:{port}", proxy=False).wait()
        self.signalbox.load(
            ("PUT", f"/v1/groups/g{i}", {"consul": {"service": service_name(i)}}) for i in range(options.services))
        for name in "ab":
            self.signalbox.ask("PUT", f"/v1/groups/{name}", {"peers": [{"address": "127.0.0.1", "port": 9}]})
        self.weight = 0
        self.signalbox.ask("PUT", "/v1/routes/r", {"split": [{"group": "a", "weight": 0}, {"group": "b", "weight": 100}]})
        self.signalbox.wait("/readyz", 300)
        self.admin, self.worker = Connection(self.signalbox.admin), Connection(self.signalbox.admin)

    def storm(self, rate):
        self.agent.ask("PUT", f"/v1/storm?rate={rate}")

    def entries(self):
        """The id of the newest entry."""
        items = self.signalbox.ask("GET", "/v1/audit?limit=1")["items"]
        return items[0]["id"] if items else 0

    def change(self):
        """Milliseconds from a write to the snapshot that has it, at a worker."""
        _, head, _ = self.worker.exchange(prepared("GET", "/v1/routing"))
        index = int(header(head, "x-signalbox-index"))
        self.worker.send(prepared("GET", f"/v1/routing?index={index}&wait=30s&delta=true"))
        time.sleep(0.05)  # until it is held
        self.weight = (self.weight + 1) % 101
        write = prepared("PUT", "/v1/routes/r/weights", {"a": self.weight, "b": 100 - self.weight})
        begin = time.perf_counter()
        self.admin.send(write)
        status, _, _ = self.worker.receive()
        while status == 304 and time.perf_counter() < begin + 300:
            status, _, _ = self.worker.exchange(prepared("GET", f"/v1/routing?index={index}&wait=30s&delta=true"))
        end = time.perf_counter()
        if status != 200:
            exit_with(f"the worker was answered {status}")
        status, _, body = self.admin.receive()
        if status != 200:
            exit_with(f"the write was answered {status}: {body}")
        return (end - begin) * 1000

    def changes(self):
        times = []
        for number in range(-3, self.options.rounds):
            self.stage.check()
            taken = self.change()
            if number >= 0:
                times.append(taken)
            time.sleep(self.options.pause)  # out of the coalescing window
        return times

    def filled(self):
        """Goes on with the storm until the ledger is big enough; entries a second."""
        begin, first = time.monotonic(), self.entries()
        while (count := self.entries()) < self.options.entries:
            self.stage.check()
            time.sleep(0.5)
        return (count - first) / max(0.001, time.monotonic() - begin)

    def pages(self):
        """p50 and so on of a page by each filter."""
        rows, middle = [], self.options.services // 2
        last = self.entries()
        hour = time.strftime("since=%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
        deep = self.signalbox.ask("GET", "/v1/audit?limit=1000").get("next", "")
        filters = {
            "none": "", "kind": "kind=peer.meta", "kind, rare": "kind=route.updated", "kind, never": "kind=worker.nack",
            "service": f"service={service_name(middle)}", "peer": f"peer=node-1~{service_name(middle)}-1",
            "group": f"group=g{middle}", "actor": "actor=consul", "actor, rare": "actor=token:admin", "span": hour,
            "group and kind": f"group=g{middle}&kind=peer.*", "peer and kind, never": f"peer=node-1~{service_name(middle)}-1&kind=route.*",
            "a later page": f"cursor={deep}"}
        for name, query in filters.items():
            times, items = [], 0
            for _ in range(self.options.pages):
                begin = time.perf_counter()
                status, _, body = self.admin.exchange(prepared("GET", f"/v1/audit?limit=100{'&' if query else ''}{query}"))
                times.append((time.perf_counter() - begin) * 1000)
                if status != 200:
                    exit_with(f"{query} was answered {status}: {body[:300]}")
                items = len(json.loads(body)["items"])
            rows.append((name, items, times))
        return last, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--instances", type=int, default=200, help="of each service")
    parser.add_argument("--rate", type=int, default=20_000, help="changed instances a second")
    parser.add_argument("--entries", type=int, default=1_000_000, help="that the ledger has at least before pages are read")
    parser.add_argument("--rounds", type=int, default=40, help="changes of weights with a storm and without")
    parser.add_argument("--pages", type=int, default=100, help="pages by each filter")
    parser.add_argument("--pause", type=float, default=0.25, help="seconds between changes")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.services, options.instances, options.rate, options.entries = 5, 20, 500, 1_000
        options.rounds, options.pages, options.pause = 3, 3, 0.05
    with Stage(limit=1800) as stage:
        bench = Bench(stage, options)
        time.sleep(1)  # until the window that loading has widened is over
        calm = bench.changes()
        bench.storm(options.rate)
        time.sleep(1)
        begin, first, used = time.monotonic(), bench.entries(), cpu_seconds(bench.signalbox.process.pid)
        stormy = bench.changes()
        seconds = time.monotonic() - begin
        rate = (bench.entries() - first) / seconds
        cpu = (cpu_seconds(bench.signalbox.process.pid) - used) / seconds
        bench.filled()
        bench.storm(0)
        time.sleep(2)
        count, pages = bench.pages()
        resident = memory(bench.signalbox.process.pid) / 1024

    print(f"\nFrom a change of weights to the snapshot at a worker, ms; {rate:,.0f} entries/s in the storm, "
          f"{cpu * 100:.0f} % of a core")
    table(["", "p50", "p99", "max"], [["without a storm", *spread(calm)], ["in the storm", *spread(stormy)]])
    print(f"A page of 100 from {count:,} entries, ms; {resident:.0f} MiB resident")
    table(["filter", "entries", "p50", "p99", "max"], [[name, items, *spread(times)] for name, items, times in pages])
    targets = Targets(options.strict)
    targets.expect(f"{rate:,.0f} entries/s are recorded, at least {options.rate * 0.95:,.0f}", rate >= options.rate * 0.95)
    targets.expect(f"p50 in the storm {median(stormy):.1f} ms is at most twice the {median(calm):.1f} ms without",
                   median(stormy) <= 2 * median(calm))
    for name, _, times in pages:
        targets.expect(f"a page, {name}: p99 {percentile(times, 0.99):.1f} ms is at most 50", percentile(times, 0.99) <= 50)
    targets.close()


if __name__ == "__main__":
    main()
