#!/usr/bin/env python3
"""What many routes, services and instances cost: the start, memory, processor time of a change, and how old news gets.

Each route leads to a group, and each group is a Consul service. First the rules are loaded, then Signalbox starts beside
a Consul that has all services: until each was answered, memory, processor time, how long until a changed instance is
shown by `GET /v1/peers`. Then it starts without any Consul, from what it has stored: until a request is served and a
worker gets the snapshot. Consul is a stand-in in Python that holds queries as Consul does, which leaves the processor to
Signalbox; or, with `--real-consul`, a development agent with its default limits.

    benchmarks/size.py --binary .build/release/signalbox [--real-consul]
"""
import argparse, json, random, sys, threading, time
from statistics import median
from lib import backend
from lib.consul import Consul
from lib.fake_consul import registration, service_name
from lib.figures import Targets, spread, table
from lib.http1 import Connection, request
from lib.processes import Stage, cpu_seconds, exit_with, free_port, memory
from lib.signalbox import BEARER, Signalbox


class Bench:
    def __init__(self, stage, options):
        self.stage, self.options, self.random = stage, options, random.Random(1)
        self.middle = options.services // 2
        self.ports = backend.start(stage, *["ok"] * options.instances)
        self.critical = set()  # instances whose check was made critical

    def load_rules(self):
        """Fills the data directory with the rules."""
        signalbox, options = Signalbox(self.stage, self.options.binary).wait(), self.options
        begin = time.monotonic()
        signalbox.load(
            ("PUT", f"/v1/groups/g{i}", {"consul": {"service": service_name(i)}}) for i in range(options.services))
        groups = time.monotonic()
        signalbox.load(
            ("PUT", f"/v1/routes/r{i}", {
                "match": {"hosts": [f"r{i}.test"]}, "split": [{"group": f"g{i % options.services}", "weight": 100}]})
            for i in range(options.routes))
        print(f"Loaded {options.services} groups in {groups - begin:.1f} s, "
              f"{options.routes} routes in {time.monotonic() - groups:.1f} s")
        self.stage.stop(signalbox.process)

    def start_consul(self):
        options = self.options
        if not options.real_consul:
            self.consul = free_port()
            process = self.stage.start(
                "consul", sys.executable, "-m", "lib.fake_consul", self.consul, options.services, options.instances, *self.ports,
                env={"PYTHONPATH": sys.path[0]})
            self.agent = Connection(self.consul)
            self.stage.wait("Consul answers", lambda: self.agent.ask("GET", "/v1/status/leader")[0] == 200)
            return process
        consul = Consul(self.stage)
        self.consul, self.agent = consul.port, consul.connection
        begin = time.monotonic()
        for i in range(options.instances):
            self.put(consul, "catalog/register", {"Node": f"node-{i}", "Address": "127.0.0.1"})
        operations = []
        for s in range(options.services):
            for i in range(options.instances):
                entry = registration(s, i, self.ports if s == self.middle else ())
                operations += [
                    {"Service": {"Verb": "set", "Node": entry["Node"], "Service": entry["Service"]}},
                    {"Check": {"Verb": "set", "Check": entry["Check"]}}]
        for at in range(0, len(operations), 64):
            self.put(consul, "txn", operations[at:at + 64])
        print(f"Consul took {options.services} services x {options.instances} instances in {time.monotonic() - begin:.1f} s")
        return consul.process

    def put(self, consul, path, body):
        status, answer = consul.ask("PUT", f"/v1/{path}", body)
        if status != 200:
            exit_with(f"Consul answered {path} with {status}: {answer[:500]}")

    def start(self, consul):
        return Signalbox(self.stage, self.options.binary, "--consul", f"http://127.0.0.1:{consul}")

    def change(self, s):
        """Turns the check of a random instance of a service: passing to critical, and back the next time."""
        number = (s, self.random.randrange(self.options.instances))
        back = next((pair for pair in self.critical if pair[0] == s), None)
        number = back or number
        status = "passing" if back else "critical"
        self.critical ^= {number}
        entry = registration(*number, self.ports if s == self.middle else (), status)
        answer = self.agent.ask("PUT", "/v1/catalog/register", entry)
        if answer[0] != 200:
            exit_with(f"Consul answered a registration with {answer}")
        return entry["Service"]["ID"], status

    def others(self, count):
        """Numbers of services at random, without the one in the middle, which must go on serving."""
        return self.random.sample([s for s in range(self.options.services) if s != self.middle], count)

    def shows(self, signalbox, s, instance, status):
        """Whether the peers of a service are shown with that health of the instance."""
        peers = signalbox.ask("GET", f"/v1/peers?service={service_name(s)}")["items"]
        return any(peer["id"].endswith(f"~{instance}") and peer["health"] == status for peer in peers)

    def staleness(self, signalbox, services):
        """Changes each service at the same time: milliseconds until each is shown."""
        begin, waiting, taken = {}, {}, []
        for s in services:
            begin[s] = time.perf_counter()
            waiting[s] = self.change(s)
        end = time.perf_counter() + 600
        while waiting:
            for s, expected in list(waiting.items()):
                if self.shows(signalbox, s, *expected):
                    taken.append((time.perf_counter() - begin[s]) * 1000)
                    del waiting[s]
            self.stage.check()
            if time.perf_counter() > end:
                exit_with(f"{len(waiting)} changes were not shown within 600 s")
            time.sleep(0.002)
        return taken

    def idle(self, signalbox, seconds):
        """Processor time per second while nothing changes."""
        used = cpu_seconds(signalbox.process.pid)
        time.sleep(seconds)
        return (cpu_seconds(signalbox.process.pid) - used) / seconds

    def cost(self, signalbox):
        """Processor time of one change, ms; how far that may be off, ms; per second without changes, ms.

        What runs without changes is taken off; the measurements of it before and after say how sure that is.
        """
        options = self.options
        before = self.idle(signalbox, options.idle_seconds)
        used, begin, last = cpu_seconds(signalbox.process.pid), time.monotonic(), {}
        for s in self.others(min(options.changes, options.services - 1)):
            last[s] = self.change(s)
            time.sleep(options.spacing)
        # Until all are known, without asking much meanwhile.
        for s, expected in last.items():
            self.stage.wait("a change is shown", lambda: self.shows(signalbox, s, *expected), 600, 0.5)
        time.sleep(1)
        used, elapsed = cpu_seconds(signalbox.process.pid) - used, time.monotonic() - begin
        after = self.idle(signalbox, options.idle_seconds)
        idle, doubt = (before + after) / 2, abs(before - after) / 2
        return (used - idle * elapsed) / len(last) * 1000, doubt * elapsed / len(last) * 1000, idle * 1000

    def cold_start(self):
        """Starts without Consul: the process, seconds until a request is served and until a worker has the snapshot."""
        begin = time.perf_counter()
        signalbox = self.start(free_port())
        # Each with a connection of its own; the snapshot is long.
        served = Until(signalbox.proxy, request("GET", "/", host=f"r{self.middle}.test"))
        told = Until(signalbox.admin, request("GET", "/v1/routing", headers=BEARER))
        for what in (served, told):
            what.join(120)
            if not what.at:
                exit_with("nothing was served within 120 s after the start")
        return signalbox, served.at - begin, told.at - begin, told.length

    def settled_memory(self, signalbox):
        """Resident memory in MiB when it has stopped to move, 30 s after the start at the latest."""
        values = [0]
        for _ in range(4 if self.options.smoke else 30):
            time.sleep(0.25 if self.options.smoke else 1)
            values.append(memory(signalbox.process.pid) / 1024)
            if len(values) > 6 and max(values[-5:]) - min(values[-5:]) < 0.01 * values[-1]:
                break
        return values[-1]


class Until(threading.Thread):
    """Asks until the answer is 200: `at` is when it had arrived."""

    def __init__(self, port, question):
        super().__init__(daemon=True)
        self.connection, self.question, self.at = Connection(port, timeout=5), question, None
        self.start()

    def run(self):
        end = time.perf_counter() + 120
        while time.perf_counter() < end:
            try:
                status, _, body = self.connection.exchange(self.question)
                if status == 200:
                    self.at, self.length = time.perf_counter(), len(body)
                    return
            except TimeoutError:
                print("A connection that was made while Signalbox started was not answered within 5 s")
            except OSError:
                pass
            time.sleep(0.005)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--routes", type=int, default=10_000)
    parser.add_argument("--services", type=int, default=10_000)
    parser.add_argument("--instances", type=int, default=10, help="of each service")
    parser.add_argument("--real-consul", action="store_true", help="a Consul development agent and no stand-in")
    parser.add_argument("--starts", type=int, default=5, help="cold starts without Consul")
    parser.add_argument("--changes", type=int, default=200, help="changes for the processor time of one")
    parser.add_argument("--spacing", type=float, default=0.05, help="seconds between these")
    parser.add_argument("--idle-seconds", type=float, default=20, help="how long to measure without changes, twice")
    parser.add_argument("--samples", type=int, default=30, help="changes for how long until one is shown")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.routes, options.services, options.instances, options.starts = 40, 40, 3, 1
        options.changes, options.spacing, options.idle_seconds, options.samples = 10, 0.02, 0.5, 5
    with Stage(limit=3000) as stage:
        measure(Bench(stage, options), options)


def measure(bench, options):
    bench.load_rules()
    consul = bench.start_consul()
    begin = time.monotonic()
    signalbox = bench.start(bench.consul)
    # With its reasons the answer is long; asked seldom, it is no work to speak of.
    signalbox.wait("/readyz", 900, pause=0.05 if options.smoke else 0.5)
    ready = time.monotonic() - begin
    print(f"All services were answered {ready:.1f} s after the start", flush=True)
    with_consul = bench.settled_memory(signalbox)
    print(f"{with_consul:.0f} MiB with Consul", flush=True)
    services = bench.others(options.samples)
    first = bench.staleness(signalbox, services)
    again = bench.staleness(signalbox, services)
    print("Changes until shown:", " / ".join(spread(first)), "ms; of the same again:", " / ".join(spread(again)), flush=True)
    change, doubt, idle = bench.cost(signalbox)
    print(f"{change:.2f} ± {doubt:.2f} ms of processor time for a change, {idle:.1f} ms a second without", flush=True)
    at_end = memory(signalbox.process.pid) / 1024
    bench.stage.stop(signalbox.process)
    bench.stage.stop(consul)

    served, told = [], []
    for _ in range(options.starts):
        signalbox, at, whole, length = bench.cold_start()
        served.append(at)
        told.append(whole)
        without_consul = bench.settled_memory(signalbox) if len(served) == 1 else without_consul
        bench.stage.stop(signalbox.process)

    print(f"\n{options.routes:,} routes, {options.services:,} services x {options.instances} instances, "
          f"{'Consul' if options.real_consul else 'a stand-in for Consul'}")
    table(["", ""], [
        ["start without Consul to the first request served, s, p50 / max", f"{median(served):.2f} / {max(served):.2f}"],
        [f"start without Consul to the snapshot ({length / 2**20:.1f} MiB) told, s", f"{median(told):.2f} / {max(told):.2f}"],
        ["start to all services answered, s", f"{ready:.1f}"],
        ["memory without Consul, MiB", f"{without_consul:.0f}"],
        ["memory with Consul, MiB; after all changes", f"{with_consul:.0f}; {at_end:.0f}"],
        ["a change of an instance until it is shown, ms, p50 / p99 / max", " / ".join(spread(first))],
        ["another change of the same service", " / ".join(spread(again))],
        ["processor time for a change, ms", f"{change:.2f} ± {doubt:.2f}"],
        ["processor time without changes, ms a second", f"{idle:.1f}"]])
    targets = Targets(options.strict)
    start = max(median(served), median(told))
    targets.expect(f"a cold start takes {start:.2f} s, at most 2", start <= 2)
    size = max(with_consul, at_end, without_consul)
    targets.expect(f"{size:.0f} MiB of memory, at most 400", size <= 400)
    targets.expect(f"{change:.2f} ms of processor time for a change, at most 2", change <= 2)
    targets.close()


if __name__ == "__main__":
    main()
