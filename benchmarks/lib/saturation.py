"""As many requests as a proxy can take, by wrk; by h2load if wrk isn't there."""
import re, shutil, subprocess
from statistics import median
from lib.figures import percentile
from lib.load import Load
from lib.processes import exit_with

UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


class Saturation:
    """Kept connections, each of which asks again as soon as it is answered. All paths in turn.

    After `run`: requests, rate (a second), p50 and p99 (ms), failed.

    - under: what the client is started with, such as `taskset -c 1`.
    """

    def __init__(self, stage, port, host, paths, connections, seconds, under=()):
        self.stage, self.port, self.host, self.paths = stage, port, host, paths
        self.connections, self.seconds, self.under = connections, seconds, under

    def run(self):
        (self.wrk if shutil.which("wrk") else self.h2load)()
        if not self.requests:
            exit_with("no request was answered")
        return self

    def wrk(self):
        script = self.stage.write("wrk.lua", """
            local requests, number = {}, 0
            init = function()
                for path in io.lines(os.getenv("BENCH_PATHS")) do
                    requests[#requests + 1] = wrk.format("GET", path)
                end
            end
            request = function()
                number = number % #requests + 1
                return requests[number]
            end""")
        paths = self.stage.write("wrk.paths", "".join(f"{path}\n" for path in self.paths))
        seconds = max(1, round(self.seconds))
        output = subprocess.run(
            [*self.under, "env", f"BENCH_PATHS={paths}", "wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "--latency",
             "--timeout", "30s", "-s", script, "-H", f"Host: {self.host}", f"http://127.0.0.1:{self.port}/"],
            capture_output=True, text=True, timeout=seconds + 60).stdout
        counted = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", output)
        if not counted:
            exit_with(f"wrk says:\n{output}")
        quantile = lambda share: next(
            float(found[1]) * UNITS[found[2]] for found in re.finditer(rf"{share}%\s+([\d.]+)(us|ms|s|m)\b", output))
        self.requests = int(counted[1])
        self.rate = self.requests / (float(counted[2]) * UNITS[counted[3]] / 1000)
        self.p50, self.p99 = quantile(50), quantile(99)
        errors = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
        wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
        self.failed = (sum(map(int, errors.groups())) if errors else 0) + (int(wrong[1]) if wrong else 0)

    def h2load(self):
        if not shutil.which("h2load"):
            exit_with("neither wrk nor h2load is there")
        load = Load(self.stage, "load", self.port, self.host, self.paths, None, self.connections, self.seconds, self.under)
        times, self.failed = load.finish()
        self.requests, self.rate = len(times), len(times) / self.seconds
        self.p50, self.p99 = median(times or [0]), percentile(times or [0], 0.99)
