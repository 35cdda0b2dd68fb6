#!/usr/bin/env python3
"""Memory of a proxy: for each idle connection of a client, and with bodies of 1 GiB.

10,000 connections are opened; each asks once; then 1,000 others ask all the time while the 10,000 are idle; at the end each
of the 10,000 asks again and must be answered on the connection that it has. What a connection costs is the growth of
resident memory, first when it has never been used, then when it has been asked on.

Then bodies of 1 GiB go through both ways, with a length and in chunks, to and from who stops for a second in the middle:
how much more memory the proxy has at most meanwhile.

    benchmarks/proxy_memory.py --binary .build/release/signalbox
"""
import argparse, threading, time
from lib import backend, proxies
from lib.bulk import BulkServer, fetch, give
from lib.figures import Targets, spread, table
from lib.http1 import Connection, request
from lib.idle_clients import IdleClients
from lib.keyed_load import OTHER, KeyedLoad
from lib.peers import nginx
from lib.processes import Stage, family, free_port, memory, wait

PER_PROCESS = 5000
MIB = 1 << 20


class Peak:
    """The most memory that processes had since `begin`, in KiB, by looking often and by the system's own mark."""

    def __init__(self, pids):
        self.pids, self.most, self.stopping = pids, 0, threading.Event()
        self.marked = True
        for pid in pids:
            try:
                with open(f"/proc/{pid}/clear_refs", "w") as file:
                    file.write("5")  # forgets the highest
            except OSError:
                self.marked = False
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.stopping.wait(0.02):
            self.look()

    def look(self):
        self.most = max(self.most, sum(map(memory, self.pids)))

    def end(self):
        self.stopping.set()
        self.thread.join()
        self.look()
        return max(self.most, sum(map(high_water, self.pids)) if self.marked else 0)


def high_water(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))


def settled(proxy):
    """Memory when it doesn't change any more, or after 3 s; KiB."""
    last = proxy.memory()
    for _ in range(6):
        time.sleep(0.5)
        now = proxy.memory()
        if abs(now - last) < 64:
            return now
        last = now
    return last


def idle(stage, proxy, options, targets):
    """A row of the table, and the targets if the proxy is Signalbox."""
    number, question = options.idle, request("GET", "/", host=proxies.HOST)
    warm_up = [Connection(proxy.port) for _ in range(50)]
    for k in range(2000):
        warm_up[k % len(warm_up)].exchange(question)
    for connection in warm_up:
        connection.close()
    base = settled(proxy)
    holders = []
    try:
        for first in range(0, number, PER_PROCESS):
            holders.append(IdleClients(
                proxy.port, min(PER_PROCESS, number - first), f"127.0.0.{2 + first // PER_PROCESS}"))

        def all_of(what):
            for holder in holders:
                holder.tell(what)
            return sum(holder.answer() for holder in holders)
        opened = all_of("open")
        fresh = settled(proxy)
        answered = all_of(question)
        used = settled(proxy)
        load = KeyedLoad(proxy.port, [question], [0], [b"ok"], options.active, endless=True)
        time.sleep(options.seconds)
        busy = proxy.memory()
        _, whom, begins, ends = load.finish()
        failed = sum(answer <= OTHER for answer in whom)
        again = all_of(question)
    finally:
        for holder in holders:
            holder.close()
    wait("the connections are closed", lambda: proxy_is_free(proxy), 20)
    after = settled(proxy)
    each = lambda now: (now - base) / max(1, opened)
    times = [(end - begin) * 1000 for begin, end in zip(begins, ends)] or [0]
    if isinstance(proxy, proxies.SignalboxProxy):
        targets.expect(f"{opened:,} of {number:,} connections could be opened, all", opened == number)
        targets.expect(f"an idle connection that has been used takes {each(used):.1f} KiB, at most 15", each(used) <= 15)
        targets.expect(f"an idle connection that has not been used takes {each(fresh):.1f} KiB, at most 15", each(fresh) <= 15)
        targets.expect(f"{answered:,} and {again:,} of {number:,} idle connections were answered, before and after "
                       f"{options.active:,} active ones, all", answered == again == number)
        targets.expect(f"{failed} of {len(whom):,} requests of {options.active:,} active connections failed, at most 0",
                       failed == 0)
    return [proxy.label, f"{base / 1024:.0f}", f"{each(fresh):.1f}", f"{each(used):.1f}", f"{busy / 1024:.0f}",
            f"{after / 1024:.0f}", f"{answered:,} / {again:,}", f"{len(whom) / options.seconds:,.0f}", failed,
            " / ".join(spread(times))]


def proxy_is_free(proxy):
    with open("/proc/net/tcp") as file:
        held = f":{proxy.port:04X}"
        return sum(line.split()[1].endswith(held) and line.split()[3] in ("01", "08") for line in file) < 50


def bodies(stage, proxy, options, targets):
    """Rows of the table: large bodies both ways."""
    rows, size = [], options.size * MIB
    for way, move in (("to the client", fetch), ("from the client", give)):
        for kind in ("length", "chunked"):
            move(proxy.port, proxies.HOST, kind, 4 * MIB, 0)
            before = settled(proxy)
            peak, begin = Peak(family(proxy.pid)), time.monotonic()
            try:
                moved = move(proxy.port, proxies.HOST, kind, size, options.stop)
            except OSError as error:
                print(f"{proxy.label}: {way}, {kind}: {error!r}")
                moved = -1
            seconds, growth = time.monotonic() - begin, (peak.end() - before) / 1024
            rows.append([proxy.label, way, kind, f"{moved / MIB:,.0f}" if moved >= 0 else "broken", f"{growth:.1f}",
                         f"{size / MIB / max(0.01, seconds - options.stop):,.0f}"])
            if isinstance(proxy, proxies.SignalboxProxy):
                targets.expect(f"{way}, {kind}: {options.size:,} MiB arrive whole with {growth:.1f} MiB more memory, at most 16",
                               moved == size and growth <= 16)
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--subjects", default="signalbox,nginx,haproxy,envoy", help=f"of {','.join(proxies.KINDS)}")
    parser.add_argument("--idle", type=int, default=10_000, help="connections that are idle")
    parser.add_argument("--active", type=int, default=1000, help="connections that ask all the time besides")
    parser.add_argument("--seconds", type=float, default=5, help="for which these ask")
    parser.add_argument("--threads", type=int, default=2, help="event loops of Signalbox's proxy")
    parser.add_argument("--size", type=int, default=1024, help="of large bodies, MiB")
    parser.add_argument("--stop", type=float, default=1, help="seconds for which the receiver stops in the middle")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.idle, options.active, options.seconds, options.size, options.stop = 200, 20, 0.5, 32, 0.1
        options.subjects = "signalbox,nginx"
    targets, kinds = Targets(options.strict), proxies.chosen(options.subjects, options.binary)
    rows, large = [], []
    for kind in kinds:
        with Stage(limit=300) as stage:
            proxy = kind(stage, backend.start(stage, "ok"), binary=options.binary, threads=options.threads)
            rows.append(idle(stage, proxy, options, targets))
        with Stage(limit=600) as stage:
            port = free_port()
            server = BulkServer(port)
            try:
                large += bodies(stage, kind(
                    stage, [port], binary=options.binary, threads=options.threads), options, targets)
            finally:
                server.close()
    print(f"\n{options.idle:,} idle connections, then {options.active:,} active ones besides; KiB and MiB of resident memory")
    table(["", "before, MiB", "never used, KiB each", "used once, KiB each", "with active ones, MiB", "afterwards, MiB",
           "idle ones answered, before / after", "active requests/s", "failed", "p50 / p99 / max ms"], rows)
    print(f"Bodies of {options.size:,} MiB, the receiver stops for {options.stop:g} s after a quarter")
    table(["", "", "framed by", "arrived, MiB", "more memory at most, MiB", "MiB/s"], large)
    targets.close()


if __name__ == "__main__":
    main()
