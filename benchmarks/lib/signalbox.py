"""`signalbox serve` as a child, and its admin API."""
import json, threading
from lib.http1 import Connection, request
from lib.processes import free_port

TOKEN = "benchmark-admin-token"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Signalbox:
    """A control plane with an embedded proxy on free ports.

    - under: what the program is started with, such as `taskset -c 0`.
    - env: variables to start it with.
    - name: its own among the stage's children.
    """

    def __init__(self, stage, binary, *flags, data="data", proxy=True, under=(), env=None, name="signalbox"):
        self.stage, self.admin, self.proxy = stage, free_port(), free_port() if proxy else None
        listen = ["--proxy", f"127.0.0.1:{self.proxy}"] if proxy else []
        self.process = stage.start(
            name, *under, binary, "serve", "--data-dir", stage.path(data), "--admin", f"127.0.0.1:{self.admin}",
            *listen, *flags, env={"SIGNALBOX_ADMIN_TOKEN": TOKEN, **(env or {})})
        self.connection = Connection(self.admin)

    def wait(self, path="/healthz", limit=60, pause=0.01):
        """Waits until the path is answered 200."""
        self.stage.wait(f"Signalbox answers {path}", lambda: self.connection.ask("GET", path)[0] == 200, limit, pause)
        return self

    def ask(self, method, target, body=None):
        """A request to the admin API that must succeed; the decoded answer."""
        status, answer = self.connection.ask(method, target, body, BEARER)
        if status not in (200, 201, 204):
            raise SystemExit(f"{method} {target} was answered {status}: {answer[:500].decode()}")
        return json.loads(answer) if answer else None

    def load(self, calls, connections=16):
        """Sends (method, target, body) calls over several connections; all must succeed."""
        calls, failures = iter(list(calls)), []
        lock = threading.Lock()

        def work():
            connection = Connection(self.admin)
            while not failures:
                with lock:
                    call = next(calls, None)
                if call is None:
                    break
                try:
                    status, answer = connection.ask(*call, BEARER)
                except OSError as error:
                    status, answer = 0, str(error).encode()
                if status not in (200, 201):
                    failures.append(f"{call[0]} {call[1]} was answered {status}: {answer[:300].decode()}")
            connection.close()

        threads = [threading.Thread(target=work, daemon=True) for _ in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise SystemExit(failures[0])

    def metric(self, name):
        """The value of a metric without labels."""
        status, answer = self.connection.ask("GET", "/metrics")
        line = next((line for line in answer.decode().splitlines() if line.startswith(name + " ")), None)
        return float(line.split()[1]) if line else None


def prepared(method, target, body=None):
    """The bytes of a request to the admin API, made beforehand so that making them is not measured."""
    return request(method, target, body, BEARER)
