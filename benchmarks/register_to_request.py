#!/usr/bin/env python3
"""How long from a registration in Consul to the first request that the new peer serves.

Starts a Consul development agent and `signalbox serve` with an embedded proxy on free ports of 127.0.0.1, and for each
round registers an instance, sends requests through the proxy until one is answered by it, and deregisters it. Beside it,
in the same rounds, a bare blocking query of our own: what Consul itself takes from registration to wake-up.

    benchmarks/register_to_request.py --binary .build/release/signalbox --rounds 50
"""
import argparse, http.client, http.server, json, os, shutil, signal, socket, statistics, subprocess, tempfile, threading, time

TOKEN = "benchmark-admin-token"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def call(port, method, path, body=None, headers=None, connection=None, timeout=70):
    c = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    data = json.dumps(body).encode() if body is not None else None
    c.request(method, path, data, {"Content-Type": "application/json", **(headers or {})})
    answer = c.getresponse()
    return answer.status, answer.read(), answer.headers


def wait(what, condition, limit=60):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.01)
    raise SystemExit(f"waited in vain until {what}")


class Backend(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


class BareWatch(threading.Thread):
    """Consul's own latency: one blocking query after the other."""

    def __init__(self, consul):
        super().__init__(daemon=True)
        self.consul, self.woken = consul, []

    def run(self):
        connection, index = http.client.HTTPConnection("127.0.0.1", self.consul, timeout=70), 0
        while True:
            try:
                _, body, headers = call(0, "GET", f"/v1/health/service/bench?stale&wait=55s&index={index}", connection=connection)
            except OSError:
                return
            self.woken.append((time.perf_counter(), len(json.loads(body))))
            new = int(headers["X-Consul-Index"])
            index = new if new >= index else 0


def show(name, values):
    values = sorted(values)
    p99 = values[min(len(values) - 1, int(len(values) * 0.99))]
    print(f"{name:38} p50 {statistics.median(values):7.2f} ms   p99 {p99:7.2f} ms   max {values[-1]:7.2f} ms   n {len(values)}")
    return statistics.median(values)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--limit", type=float, help="exit 1 when the p50 is above this many ms")
    options = parser.parse_args()
    directory, children = tempfile.mkdtemp(), []
    consul, server, serf, admin, proxy = (free_port() for _ in range(5))
    log = open(os.path.join(directory, "log"), "w")
    backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    try:
        children.append(subprocess.Popen(
            ["consul", "agent", "-dev", "-log-level=err", "-bind=127.0.0.1", "-client=127.0.0.1", f"-http-port={consul}",
             f"-server-port={server}", f"-serf-lan-port={serf}", "-serf-wan-port=-1", "-grpc-port=-1", "-dns-port=-1"],
            stdout=log, stderr=log))
        wait("Consul has a leader", lambda: call(consul, "GET", "/v1/catalog/nodes?consistent")[0] == 200)
        children.append(subprocess.Popen(
            [options.binary, "serve", "--data-dir", f"{directory}/data", "--admin", f"127.0.0.1:{admin}", "--proxy",
             f"127.0.0.1:{proxy}", "--consul", f"http://127.0.0.1:{consul}", "--proxy-threads", "1"],
            stdout=log, stderr=log, env={**os.environ, "SIGNALBOX_ADMIN_TOKEN": TOKEN}))
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        wait("Signalbox answers", lambda: call(admin, "GET", "/healthz")[0] == 200)
        call(admin, "PUT", "/v1/groups/bench", {"consul": {"service": "bench"}}, bearer)
        call(admin, "PUT", "/v1/routes/bench", {"split": [{"group": "bench", "weight": 100}]}, bearer)
        wait("Signalbox is ready", lambda: call(admin, "GET", "/readyz")[0] == 200)
        watch = BareWatch(consul)
        watch.start()

        client = http.client.HTTPConnection("127.0.0.1", proxy, timeout=10)
        agent = http.client.HTTPConnection("127.0.0.1", consul, timeout=10)
        status = lambda: call(0, "GET", "/", connection=client)[0]
        ours, bare = [], []
        for round_ in range(options.rounds):
            wait("the group is empty", lambda: status() == 503)
            # Out of any coalescing window: the case of a single registration.
            time.sleep(0.25)
            seen = len(watch.woken)
            begin = time.perf_counter()
            call(0, "PUT", "/v1/agent/service/register",
                 {"Name": "bench", "ID": f"bench-{round_}", "Address": "127.0.0.1", "Port": backend.server_port}, connection=agent)
            while status() != 200:
                pass
            ours.append((time.perf_counter() - begin) * 1000)
            wait("the bare watch has woken", lambda: any(n for _, n in watch.woken[seen:]))
            bare.append((next(t for t, n in watch.woken[seen:] if n) - begin) * 1000)
            call(0, "PUT", f"/v1/agent/service/deregister/bench-{round_}", connection=agent)
        show("Consul alone: register -> watch wakes", bare)
        p50 = show("Signalbox: register -> first request", ours)
        if options.limit and p50 > options.limit:
            raise SystemExit(f"p50 {p50:.2f} ms is above {options.limit} ms")
    finally:
        for child in reversed(children):
            child.send_signal(signal.SIGTERM)
        for child in children:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
