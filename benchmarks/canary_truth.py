#!/usr/bin/env python3
"""Whether a sticky canary gets the share that it was given and keeps its keys, over several event loops and through moves.

First 200,000 requests at 5 %, for 50,000 keys, each four times over different connections: the share that the canary
got, whether each key always met the same group, and whether it is the one of its bucket, XXH64(key|route) mod 10,000.
Then the weights are moved 100 times under load: no request may fail, and each must have met a group that its bucket had
under a weight that was in force while it was on its way. Then 5 % again: everyone must be where they were.

    benchmarks/canary_truth.py --binary .build/release/signalbox
"""
import argparse, bisect, os, random, time
from lib import backend
from lib.figures import Targets, spread, table
from lib.http1 import Connection, request
from lib.keyed_load import OTHER, KeyedLoad
from lib.processes import Stage
from lib.signalbox import BEARER, Signalbox
from lib.xxh64 import bucket

HOST, ROUTE, CANARY = "bench.test", "star", 5
STABLE_ANSWER, CANARY_ANSWER = 2, 3  # in the order of ANSWERS
ANSWERS = [b"s", b"c"]


class Truth:
    def __init__(self, stage, options):
        self.stage, self.options = stage, options
        ports = backend.start(stage, "s", "s", "c")
        self.signalbox = Signalbox(stage, options.binary, "--proxy-threads", options.threads).wait()
        peers = lambda ports: {"peers": [{"address": "127.0.0.1", "port": port} for port in ports]}
        self.signalbox.ask("PUT", "/v1/groups/stable", peers(ports[:2]))
        self.signalbox.ask("PUT", "/v1/groups/canary", peers(ports[2:]))
        self.signalbox.load(("PUT", f"/v1/routes/other-{i}", {
            "match": {"hosts": [f"other-{i}.test"]}, "split": [{"group": "stable", "weight": 100}]})
            for i in range(options.routes - 1))
        self.signalbox.ask("PUT", f"/v1/routes/{ROUTE}?wait=applied", {
            "match": {"hosts": [HOST]}, "sticky": {"header": "x-user"}, "split": [
                {"group": "canary", "weight": CANARY}, {"group": "stable", "weight": 100 - CANARY}]})
        keys = [f"user-{number}" for number in range(options.keys)]
        self.buckets = [bucket(key, ROUTE) for key in keys]
        self.requests = [request("GET", "/x", None, {"x-user": key}, HOST) for key in keys]
        probe = Connection(self.signalbox.proxy)
        stage.wait("a request is served", lambda: probe.exchange(self.requests[0])[0] == 200)
        probe.close()

    def load(self, count, endless=False):
        """Processes that ask for all keys in turn, `count` times altogether."""
        loaders, keys = self.options.loaders, self.options.keys
        numbers = [number % keys for number in range(count)]
        return [
            KeyedLoad(self.signalbox.proxy, self.requests, numbers[first::loaders], ANSWERS,
                      self.options.connections // loaders, endless)
            for first in range(loaders)]

    def loop_times(self):
        """Processor time of each thread that may be an event loop, by its number."""
        pid, found = self.signalbox.process.pid, {}
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                found[thread] = int(file.read().split()[0]) / 1e9
        return found

    def steady(self, count):
        """`count` requests under the weights as they are: rows of (key, answer, start, end), seconds, busy threads."""
        begin, before = time.monotonic(), self.loop_times()
        rows = [row for load in self.load(count) for row in zip(*load.finish())]
        elapsed = time.monotonic() - begin
        busy = sum(now - before.get(thread, 0) > elapsed / 50 for thread, now in self.loop_times().items())
        return rows, elapsed, busy

    def moves(self):
        """Moves the weights under load: rows as above, and (sent, acknowledged and applied, canary's percent) of each."""
        choice, connection, moves = random.Random(1), Connection(self.signalbox.admin), [(0, 0, CANARY)]
        loads = self.load(self.options.keys, endless=True)
        time.sleep(0.2)
        for number in range(self.options.moves):
            self.stage.check()
            percent = CANARY if number == self.options.moves - 1 else choice.randrange(0, 5001) / 100
            sent = time.monotonic()
            status, answer = connection.ask(
                "PUT", f"/v1/routes/{ROUTE}/weights?wait=applied",
                {"canary": percent, "stable": round(100 - percent, 2)}, BEARER)
            if status != 200:
                raise SystemExit(f"a move was answered {status}: {answer[:300]}")
            moves.append((sent, time.monotonic(), percent))
            time.sleep(self.options.pause)
        time.sleep(0.2)
        return [row for load in loads for row in zip(*load.finish())], moves


def judge(rows, buckets, allowed):
    """Failed requests; keys that met two groups; answers of another group than the bucket's.

    - allowed: the canary's possible percents between two times.
    """
    failed, wrong, met = 0, 0, {}
    for key, answer, begin, end in rows:
        if answer <= OTHER:
            failed += 1
            continue
        met.setdefault(key, set()).add(answer)
        expected = {CANARY_ANSWER if buckets[key] < round(percent * 100) else STABLE_ANSWER for percent in allowed(begin, end)}
        wrong += answer not in expected
    return failed, sum(len(groups) > 1 for groups in met.values()), wrong


def possible(moves):
    """A function that gives the canary's percents which may have been in force between two times."""
    sent = [move[0] for move in moves]
    applied = [move[1] for move in moves]

    def allowed(begin, end):
        # From the last move that was applied before the start, to the last that was sent before the end.
        first, last = bisect.bisect_right(applied, begin) - 1, bisect.bisect_right(sent, end) - 1
        return {move[2] for move in moves[max(0, first):last + 1]}
    return allowed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--keys", type=int, default=50_000)
    parser.add_argument("--routes", type=int, default=100, help="that there are")
    parser.add_argument("--threads", type=int, default=4, help="event loops of the proxy")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--loaders", type=int, default=2, help="processes that make load")
    parser.add_argument("--moves", type=int, default=100, help="of weights, under load")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between moves")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.requests, options.keys, options.moves, options.routes, options.connections = 6000, 2000, 10, 10, 16
    targets = Targets(options.strict)
    with Stage(limit=900) as stage:
        truth = Truth(stage, options)
        always = lambda begin, end: (CANARY,)
        first, elapsed, busy = truth.steady(options.requests)
        print(f"{len(first):,} requests at {CANARY} % in {elapsed:.1f} s; {busy} threads of the process were busy", flush=True)
        moving, moves = truth.moves()
        last, _, _ = truth.steady(max(options.keys, options.requests // 4))
    share = lambda rows: sum(row[1] == CANARY_ANSWER for row in rows) / max(1, len(rows)) * 100
    fair = sum(bucket < CANARY * 100 for bucket in truth.buckets) / options.keys * 100
    found = {
        f"{CANARY} %": (first, judge(first, truth.buckets, always)),
        f"{options.moves} moves": (moving, judge(moving, truth.buckets, possible(moves))),
        f"{CANARY} % again": (last, judge(last, truth.buckets, always))}
    table(["", "requests", "failed", "canary's share, %", "keys that met both groups", "not their bucket's group"], [
        [name, f"{len(rows):,}", failed, f"{share(rows):.2f}", both if "moves" not in name else "—", wrong]
        for name, (rows, (failed, both, wrong)) in found.items()])
    print(f"Of the keys' buckets {fair:.2f} % are the canary's. A move and its application took, p50 / p99 / max, "
          f"{' / '.join(spread([(done - sent) * 1000 for sent, done, _ in moves[1:]]))} ms")
    one = share(first)
    failures = {name: judged[0] for name, (_, judged) in found.items()}
    targets.expect(f"the canary got {one:.2f} % of {len(first):,} requests, at most 0.2 from {CANARY}"
                   if not options.smoke else f"the canary got {one:.2f} % of {len(first):,} requests, at most 1 from {CANARY}",
                   abs(one - CANARY) <= (1 if options.smoke else 0.2))
    targets.expect(f"{found[f'{CANARY} %'][1][1]} keys met both groups, at most 0", found[f"{CANARY} %"][1][1] == 0)
    targets.expect(f"{sum(failures.values())} requests failed, {failures[f'{options.moves} moves']} of them while weights "
                   "moved, at most 0", not any(failures.values()))
    wrong = sum(judged[2] for _, judged in found.values())
    targets.expect(f"{wrong} answers were not of the group of the key's bucket, at most 0", wrong == 0)
    home = {key: answer for key, answer, _, _ in first if answer > OTHER}
    moved = sum(answer > OTHER and home.get(key, answer) != answer for key, answer, _, _ in last)
    targets.expect(f"after {options.moves} moves {moved} requests met another group than before, at most 0", moved == 0)
    targets.close()


if __name__ == "__main__":
    main()
