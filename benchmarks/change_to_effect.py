#!/usr/bin/env python3
"""How long from a weight change to the first request that obeys it, beside nginx, Caddy and Envoy, with few and many routes.

Each route has a host of its own. One in the middle is moved between two groups, 100/0 to 0/100 and back: Signalbox by
`PUT /v1/routes/{name}/weights`, nginx by a new file and SIGHUP, Caddy by PATCH of the one route, Envoy by a new RDS file
moved into place. New files are prepared beforehand; writing them is measured. The time runs from before the change is
sent, over requests one after the other on one kept-alive connection, to the first answer from the other group. All take
turns in each round. Peers that aren't there (benchmarks/install-peers.sh) are left out.

nginx is favoured twice. Its routes are locations of one server; with servers, which is what routes by host are, it needs
more than twice as long (`--subjects nginx-servers`). And its client makes a new connection for each request: who keeps
one is served by the old configuration for 100 ms more (`--subjects nginx-kept`).

    benchmarks/change_to_effect.py --binary .build/release/signalbox
"""
import argparse, json, os, signal, time
from statistics import median
from lib import backend, peers
from lib.figures import Targets, spread, table
from lib.http1 import Connection, request
from lib.processes import Stage, exit_with, free_port
from lib.signalbox import Signalbox, prepared

GROUPS = "ab"  # what the groups' peers answer
SYNC = "a bare fsync"  # Signalbox acknowledges nothing before one; the others don't store anything durably


class Subject:
    """What is measured: something that proxies `host(i)` and can send the middle host to another group."""

    def __init__(self, stage, size, backends):
        self.stage, self.size, self.backends = stage, size, backends
        self.middle, self.port = size // 2, free_port()
        self.broken = 0  # connections that broke before the answer, though they were new
        self.prepare()
        self.probe = Connection(self.port)
        self.question = request("GET", f"/r{self.middle}/", host=host(self.middle))
        stage.wait(f"{self.name} routes {size} hosts", lambda: self.served() == b"a", 300)

    def served(self):
        return self.probe.exchange(self.question)[2]

    def until(self, group, limit=60):
        """Asks until the answer is the group's; the time of that answer."""
        wanted, end = GROUPS[group].encode(), time.perf_counter() + limit
        while True:
            try:
                if self.served() == wanted:
                    return time.perf_counter()
            except ConnectionError:
                self.broken += 1
            if time.perf_counter() > end:
                exit_with(f"{self.name} did not obey within {limit} s")

    def measure(self, group):
        """Milliseconds from the change to the first answer of that group."""
        begin = time.perf_counter()
        self.change(group)
        end = self.until(group)
        self.settle()
        return (end - begin) * 1000

    def settle(self):
        pass


class SignalboxSubject(Subject):
    name, program = "Signalbox", staticmethod(lambda: BINARY)

    def prepare(self):
        self.signalbox = Signalbox(self.stage, BINARY, data=f"data-{self.size}").wait()
        self.port = self.signalbox.proxy
        for name, port in zip(GROUPS, self.backends):
            self.signalbox.ask("PUT", f"/v1/groups/{name}", {"peers": [{"address": "127.0.0.1", "port": port}]})
        begin = time.monotonic()
        self.signalbox.load(
            ("PUT", f"/v1/routes/r{i}", {"match": {"hosts": [host(i)]}, "split": split(100)}) for i in range(self.size))
        print(f"Signalbox took {self.size} routes in {time.monotonic() - begin:.1f} s")
        self.changes = [
            prepared("PUT", f"/v1/routes/r{self.middle}/weights", weights) for weights in ({"a": 100, "b": 0}, {"a": 0, "b": 100})]
        self.admin = Connection(self.signalbox.admin)

    def change(self, group):
        self.admin.send(self.changes[group])

    def settle(self):
        status, _, body = self.admin.receive()
        if status != 200:
            exit_with(f"the change was answered {status}: {body}")


class Nginx(Subject):
    """Routes are locations of one server, and each request has a new connection: both are in nginx's favour."""

    name, program = "nginx", staticmethod(peers.nginx)
    locations, keeps_connection = True, False

    def prepare(self):
        self.file = self.stage.path(f"{self.name}-{self.size}.conf")
        self.files = [self.configuration(group) for group in (0, 1)]
        self.replace(0)
        self.process = self.stage.start(f"{self.name}-{self.size}", peers.nginx(), "-e", f"{self.file}.log", "-c", self.file)

    def configuration(self, group):
        groups = [GROUPS[group if i == self.middle else 0] for i in range(self.size)]
        if self.locations:
            locations = "".join(f"location /r{i}/ {{ proxy_pass http://{name}; }}\n" for i, name in enumerate(groups))
            servers = f"server {{ listen 127.0.0.1:{self.port};\n{locations}}}"
        else:
            servers = "".join(
                f"server {{ listen 127.0.0.1:{self.port}; server_name {host(i)}; "
                f"location / {{ proxy_pass http://{name}; }} }}\n" for i, name in enumerate(groups))
        upstreams = "".join(
            f"upstream {name} {{ server 127.0.0.1:{port}; keepalive 32; }}\n" for name, port in zip(GROUPS, self.backends))
        return f"""
            daemon off; worker_processes auto; pid {self.file}.pid; error_log {self.file}.log;
            events {{ worker_connections 1024; }}
            http {{
                access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
                server_names_hash_max_size 131072; server_names_hash_bucket_size 128;
                proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
                client_body_temp_path {self.file}.tmp; proxy_temp_path {self.file}.tmp; fastcgi_temp_path {self.file}.tmp;
                uwsgi_temp_path {self.file}.tmp; scgi_temp_path {self.file}.tmp;
                {upstreams}{servers}
            }}"""

    def replace(self, group):
        with open(f"{self.file}.new", "w") as file:
            file.write(self.files[group])
        os.rename(f"{self.file}.new", self.file)

    def change(self, group):
        self.replace(group)
        self.process.send_signal(signal.SIGHUP)

    def served(self):
        try:
            return super().served()
        finally:
            if not self.keeps_connection:
                self.probe.reset()


class NginxKept(Nginx):
    """nginx's master leaves the old workers their connections for 100 ms."""

    name, keeps_connection = "nginx-kept", True


class NginxServers(Nginx):
    """Routes are servers with a name each."""

    name, locations = "nginx-servers", False


class Caddy(Subject):
    name, program = "Caddy", staticmethod(peers.caddy)

    def prepare(self):
        port = free_port()
        configuration = {
            "admin": {"listen": f"127.0.0.1:{port}", "config": {"persist": False}},
            "logging": {"logs": {"default": {"level": "ERROR"}}},
            "apps": {"http": {"servers": {"bench": {
                "listen": [f"127.0.0.1:{self.port}"], "automatic_https": {"disable": True}, "protocols": ["h1"],
                "routes": [self.route(i, 0) for i in range(self.size)]}}}}}
        file = self.stage.write(f"caddy-{self.size}.json", json.dumps(configuration))
        self.stage.start(f"caddy-{self.size}", peers.caddy(), "run", "--config", file,
                         env={"XDG_DATA_HOME": self.stage.directory, "XDG_CONFIG_HOME": self.stage.directory})
        self.changes = [
            request("PATCH", "/id/middle", self.route(self.middle, group), host=f"127.0.0.1:{port}") for group in (0, 1)]
        self.admin = Connection(port)

    def route(self, i, group):
        mark = {"@id": "middle"} if i == self.middle else {}
        return mark | {"match": [{"host": [host(i)]}], "terminal": True, "handle": [
            {"handler": "reverse_proxy", "upstreams": [{"dial": f"127.0.0.1:{self.backends[group]}"}]}]}

    def change(self, group):
        self.admin.send(self.changes[group])

    def settle(self):
        # Caddy ends its admin endpoint's connections with each configuration.
        try:
            status, _, body = self.admin.receive()
            if status != 200:
                exit_with(f"Caddy answered {status}: {body}")
        except ConnectionError:
            pass
        self.admin.close()


class Envoy(Subject):
    name, program = "Envoy", staticmethod(peers.envoy)

    def prepare(self):
        self.folder = self.stage.path(f"envoy-{self.size}")
        os.mkdir(self.folder)
        self.file = os.path.join(self.folder, "routes.json")
        self.files = [self.routes(group) for group in (0, 1)]
        self.change(0)
        manager = {
            "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "bench",
            "rds": {"route_config_name": "bench", "config_source": {"resource_api_version": "V3", "path_config_source": {
                "path": self.file, "watched_directory": {"path": self.folder}}}},
            "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}
        bootstrap = {
            "node": {"id": "bench", "cluster": "bench"},
            "static_resources": {
                "listeners": [{"name": "bench", "address": address(self.port), "filter_chains": [{"filters": [
                    {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}],
                "clusters": [{"name": name, "type": "STATIC", "connect_timeout": "1s", "load_assignment": {
                    "cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address(port)}}]}]}}
                    for name, port in zip(GROUPS, self.backends)]}}
        file = self.stage.write(f"envoy-{self.size}.json", json.dumps(bootstrap))
        # The base id keeps Envoys on one machine apart; no two ports are alike.
        self.stage.start(f"envoy-{self.size}", peers.envoy(), "-c", file, "--base-id", self.port, "--log-level", "warning")

    def routes(self, group):
        return json.dumps({"version_info": str(group), "resources": [{
            "@type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "name": "bench", "virtual_hosts": [
                {"name": f"r{i}", "domains": [host(i)], "routes": [{"match": {"prefix": "/"}, "route": {
                    "cluster": GROUPS[group if i == self.middle else 0]}}]} for i in range(self.size)]}]})

    def change(self, group):
        with open(f"{self.folder}.new", "w") as file:
            file.write(self.files[group])
        os.rename(f"{self.folder}.new", self.file)


def host(i):
    return f"r{i}.test"


def split(a):
    return [{"group": "a", "weight": a}, {"group": "b", "weight": 100 - a}]


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def run(size, kinds, options):
    """p50 and so on of each kind at one number of routes: {name: [ms]}."""
    with Stage(limit=1800) as stage:
        backends = backend.start(stage, *GROUPS)
        subjects = [kind(stage, size, backends) for kind in kinds]
        times = {subject.name: [] for subject in subjects} | {SYNC: []}
        for round_ in range(-options.warm_up, options.rounds):
            times[SYNC].append(stage.sync())
            for subject in subjects:
                stage.check()
                taken = subject.measure(1 - round_ % 2)
                if round_ >= 0:
                    times[subject.name].append(taken)
                # Out of Signalbox' coalescing window, and until what an old configuration held is freed.
                time.sleep(options.pause + size / 10_000)
        for subject in subjects:
            if subject.broken:
                print(f"{subject.name}, {size} routes: {subject.broken} requests were not answered")
        return times


def main():
    global BINARY
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/debug/signalbox")
    parser.add_argument("--rounds", type=int, default=40, help="changes of each at each size")
    parser.add_argument("--warm-up", type=int, default=4, help="rounds before, which don't count")
    parser.add_argument("--sizes", default="10,1000,10000", help="numbers of routes")
    parser.add_argument("--subjects", default="signalbox,nginx,caddy,envoy", help="of these, nginx-kept and nginx-servers")
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between changes; with 10,000 routes 1 s more")
    parser.add_argument("--strict", action="store_true", help="exit 1 when a target is missed")
    parser.add_argument("--smoke", action="store_true", help="a few seconds, to see that this script works")
    options = parser.parse_args()
    if options.smoke:
        options.rounds, options.warm_up, options.sizes, options.pause = 3, 1, "10,50", 0.05
    BINARY, sizes = options.binary, [int(size) for size in options.sizes.split(",")]
    wanted = options.subjects.lower().split(",")
    kinds = []
    for kind in (SignalboxSubject, Nginx, NginxKept, NginxServers, Caddy, Envoy):
        if kind.name.lower() not in wanted:
            continue
        if kind.program():
            kinds.append(kind)
        else:
            print(f"{kind.name} is not there; it is left out")
    times = {size: run(size, kinds, options) for size in sizes}

    print(f"\nFrom the change to the first request that obeys it, ms, p50 / p99 / max of {options.rounds} changes")
    names = [*(kind.name for kind in kinds), SYNC]
    table(["routes", *names], [[f"{size:,}", *(" / ".join(spread(times[size][name])) for name in names)] for size in sizes])
    if SignalboxSubject in kinds:
        targets = Targets(options.strict)
        p50 = {size: median(times[size]["Signalbox"]) for size in sizes}
        for size in sizes:
            targets.expect(f"{size:,} routes: p50 {p50[size]:.2f} ms is at most 3 ms", p50[size] <= 3)
        ratio = p50[sizes[-1]] / p50[sizes[0]]
        targets.expect(f"{sizes[-1]:,} routes take {ratio:.2f} times as long as {sizes[0]:,}, at most 1.5", ratio <= 1.5)
        targets.close()


if __name__ == "__main__":
    main()
