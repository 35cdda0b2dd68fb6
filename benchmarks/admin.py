#!/usr/bin/env python3
"""How many durable writes the admin API takes in a second, and how many reads on one core.

Writes: 64 kept-alive connections, each of which replaces a route of its own, over and over; each write changes
something, and is acknowledged when it is on the disk. Beside it, what one bare fsync takes there.

Reads: the control plane on one core, the client on another (wrk if it is there): one route, a list of 100 routes, the
peers of a group of ten.

    benchmarks/admin.py --binary .build/release/signalbox
"""
import argparse, os, re, shutil, subprocess
from statistics import median
from lib.closed_loop import ClosedLoop
from lib.figures import Targets, percentile, table
from lib.processes import Stage, cpu_seconds, exit_with
from lib.signalbox import BEARER, Signalbox, prepared

READS = {
    "one route": "/v1/routes/r500", "one group": "/v1/groups/ten", "a list of 100 routes": "/v1/routes?limit=100",
    "the peers of a group of 10": "/v1/peers?group=ten", "/healthz": "/healthz"}


def split(weight):
    return [{"group": "ten", "weight": weight}, {"group": "one", "weight": 100 - weight}]


def route(i, weight):
    return {"match": {"hosts": [f"r{i}.test"]}, "split": split(weight), "sticky": {"header": "x-user"}}


def fill(signalbox, routes):
    peers = [{"address": "127.0.0.1", "port": 3000 + i} for i in range(10)]
    signalbox.ask("PUT", "/v1/groups/ten", {"peers": peers})
    signalbox.ask("PUT", "/v1/groups/one", {"peers": peers[:1]})
    signalbox.load(("PUT", f"/v1/routes/r{i}", route(i, 5)) for i in range(routes))
    return signalbox


def writes(options):
    rows = []
    with Stage(limit=600) as stage:
        signalbox = fill(Signalbox(stage, options.binary, proxy=False).wait(), options.routes)
        sync = median(stage.sync() for _ in range(100))
        for connections in options.connections:
            rounds = [
                [prepared("PUT", f"/v1/routes/r{i}", route(i, weight)) for weight in (10, 20, 30)]
                for i in range(connections)]
            ClosedLoop(signalbox.admin, rounds, options.seconds / 4).finish()
            before = cpu_seconds(signalbox.process.pid)
            times, seconds = ClosedLoop(signalbox.admin, rounds, options.seconds).finish()
            cpu = (cpu_seconds(signalbox.process.pid) - before) / len(times) * 1e6
            rows.append((connections, len(times) / seconds, median(times), percentile(times, 0.99), max(times), cpu))
    return rows, sync


def reads(options):
    rows, cores = [], sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which("taskset"):
        print("With one core, or without taskset, server and client share what there is")
    server, client = cores[0], cores[-1]
    with Stage(limit=600) as stage:
        under = ["taskset", "-c", str(server)] if shutil.which("taskset") else []
        signalbox = fill(Signalbox(stage, options.binary, proxy=False, under=under).wait(), options.routes)
        for name, path in READS.items():
            before = cpu_seconds(signalbox.process.pid)
            if shutil.which("wrk"):
                rate, p50, p99 = wrk(signalbox.admin, path, options.seconds, client)
            else:
                times, seconds = ClosedLoop(signalbox.admin, [[prepared("GET", path)]] * 64, options.seconds, client).finish()
                rate, p50, p99 = len(times) / seconds, median(times), percentile(times, 0.99)
            cpu = (cpu_seconds(signalbox.process.pid) - before) / (rate * options.seconds) * 1e6
            rows.append((name, rate, p50, p99, cpu))
    return rows


def wrk(port, path, seconds, core):
    """Requests a second, p50 and p99 in ms."""
    command = ["taskset", "-c", str(core)] if shutil.which("taskset") else []
    output = subprocess.run(
        [*command, "wrk", "-t1", "-c64", f"-d{max(1, round(seconds))}s", "--latency",
         "-H", f"Authorization: {BEARER['Authorization']}", f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, timeout=seconds + 60).stdout
    units = {"us": 0.001, "ms": 1, "s": 1000}
    quantile = lambda share: next(
        float(found[1]) * units[found[2]] for found in re.finditer(rf"{share}%\s+([\d.]+)(us|ms|s)\b", output))
    if "Non-2xx" in output or "Requests/sec" not in output:
        exit_with(f"wrk says:\n{output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), quantile(50), quantile(99)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--routes", type=int, default=1000, help="that there are")
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement")
    parser.add_argument("--connections", default="1,64,256", help="numbers of connections that write")
    parser.add_argument("--only", choices=["writes", "reads"], help="one of the two")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.routes, options.seconds, options.connections = 501, 1, "64"
    options.connections = [int(number) for number in options.connections.split(",")]
    targets = Targets(options.strict)
    if options.only != "reads":
        rows, sync = writes(options)
        print(f"\nDurable writes, {options.routes:,} routes; a bare fsync takes {sync:.2f} ms")
        table(["connections", "writes/s", "p50 ms", "p99 ms", "max ms", "processor µs each"], [
            [connections, f"{rate:,.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{most:.2f}", f"{cpu:.0f}"]
            for connections, rate, p50, p99, most, cpu in rows])
        for connections, rate, _, p99, _, _ in rows:
            if connections == 64:
                targets.expect(f"64 connections: {rate:,.0f} writes/s, at least 1,000", rate >= 1000)
                targets.expect(f"64 connections: p99 {p99:.1f} ms, at most 50", p99 <= 50)
    if options.only != "writes":
        rows = reads(options)
        print(f"\nReads on one core, 64 connections, {options.routes:,} routes")
        table(["what", "reads/s", "p50 ms", "p99 ms", "processor µs each"], [
            [name, f"{rate:,.0f}", f"{p50:.2f}", f"{p99:.2f}", f"{cpu:.0f}"] for name, rate, p50, p99, cpu in rows])
        for name, rate, _, _, _ in rows:
            if name != "/healthz":
                targets.expect(f"{name}: {rate:,.0f} reads/s, at least 10,000", rate >= 10_000)
    targets.close()


if __name__ == "__main__":
    main()
