"""Load at a fixed rate, by h2load; without it by this file itself, which is for small rates only.

    load.py PORT HOST CONNECTIONS RATE SECONDS LOG PATH…
"""
import os, re, shutil, sys, threading, time
from lib.http1 import Connection, request
from lib.processes import exit_with


class Load:
    """One process that sends requests for paths of a host, `rate` a second over several connections.

    - rate: None for as many as are answered; only with h2load.
    - under: what the program is started with, such as `taskset -c 1`.
    """

    def __init__(self, stage, name, port, host, paths, rate, connections, seconds, under=()):
        self.stage, self.log, self.seconds = stage, stage.path(f"{name}.requests"), seconds
        self.output = stage.path(f"{name}.log")
        for old in (self.log, self.output):  # both would be appended to
            if os.path.exists(old):
                os.remove(old)
        if shutil.which("h2load"):
            uris = stage.write(f"{name}.uris", "".join(f"http://{host}{path}\n" for path in paths))
            command = [
                "h2load", "--h1", "-t", 1, "-c", connections, *([f"--rps={rate / connections:g}"] if rate else []),
                "-D", f"{seconds * 1000:.0f}ms",
                f"--connect-to=127.0.0.1:{port}", f"--log-file={self.log}", "-i", uris]
            env = None
        else:
            command = [sys.executable, "-m", "lib.load", port, host, connections, rate, seconds, self.log, *paths]
            env = {"PYTHONPATH": sys.path[0]}
        self.child = stage.start(name, *under, *command, env=env)

    def finish(self):
        """Waits for the end: (milliseconds of each answered request, number of failed requests)."""
        rows, failed = self.rows()
        return [taken / 1000 for _, _, taken in rows], failed

    def rows(self):
        """Waits for the end: ((start, status, duration) of each request, number of failed requests).

        Start and duration are in microseconds, the start since 1970; a status that isn't positive stands for no answer.
        """
        if self.child.wait(self.seconds + 60) != 0:
            exit_with("the load could not be made")
        self.stage.stop(self.child)
        with open(self.log) as file:
            rows = [tuple(map(int, line.split("\t"))) for line in file]
        with open(self.output) as file:
            output = file.read()
        # Requests that were on their way at the end are no rows, and no failures.
        failed = sum(not 200 <= row[1] < 300 for row in rows)
        counted = re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", output)
        if counted:
            failed = max(failed, int(counted[1]))
        return rows, failed


def main(port, host, connections, rate, seconds, log, *paths):
    connections, rate, end = int(connections), float(rate), time.perf_counter() + float(seconds)
    questions, lock = [request("GET", path, host=host) for path in paths], threading.Lock()
    with open(log, "w") as file:
        def work(k):
            connection, number = Connection(int(port)), k
            due = time.perf_counter() + k / rate
            while due < end:
                time.sleep(max(0, due - time.perf_counter()))
                begin = time.perf_counter()
                try:
                    status = connection.exchange(questions[number % len(questions)])[0]
                except OSError:
                    status = -1
                with lock:
                    file.write(f"{time.time() * 1e6:.0f}\t{status}\t{(time.perf_counter() - begin) * 1e6:.0f}\n")
                number, due = number + connections, due + connections / rate

        threads = [threading.Thread(target=work, args=(k,)) for k in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main(*sys.argv[1:])
