"""Proxies to measure side by side, each with one worker thread, routing `bench.test` to backends.

All do the same for a request: they keep connections to clients and peers, set Host and add X-Forwarded-For, -Proto and
-Host, and log nothing. What would slow a peer down needlessly is off (Envoy's request ids and own headers, nginx's files
for bodies).
"""
import json
from lib import peers
from lib.http1 import Connection, request
from lib.processes import cpu_times, exit_with, family, free_port, memory, thread_seconds
from lib.signalbox import Signalbox

HOST = "bench.test"
CANARY = 5  # percent, of requests or keys


class Proxy:
    """A proxy as a child. `pid` is its first process.

    - backends: ports of the stable peer and, for subjects with a canary, of the canary's.
    - routes: their number. Of one it is for all paths, of several each is for the paths under `prefix(i)`; the last one
      is what is asked for. All are of one host.
    - under: what the proxy is started with, such as `taskset -c 0`.
    - binary, threads: Signalbox's program, and event loops of its proxy.
    - bare: nginx and HAProxy add no X-Forwarded-….
    - env: variables to start the proxy with.
    """

    canary = False  # whether CANARY percent of the keys (?user=) go to the second backend
    many = False  # whether it can be set up with many routes

    def __init__(self, stage, backends, routes=1, under=(), binary=None, threads=1, bare=False, env=None,
                 label=None):
        self.stage, self.backends, self.routes, self.under = stage, backends, routes, under
        self.binary, self.threads, self.bare, self.env, self.port = binary, threads, bare, env, free_port()
        self.label = label or self.name
        self.file = self.label.replace(" ", "-").replace(",", "").replace("+", "and").lower()
        self.process = self.start()
        self.pid = self.process.pid
        question = request("GET", self.path("x?user=1"), host=HOST)

        def answers():
            connection = Connection(self.port)
            try:
                return connection.exchange(question)[0] in (200, 201)
            finally:
                connection.close()
        stage.wait(f"{self.label} answers", answers, 120)

    def run(self, *command):
        return self.stage.start(self.file, *self.under, *command, env=self.env)

    def path(self, rest):
        """The path of a request that takes the last route."""
        return f"/{rest}" if self.routes == 1 else f"{prefix(self.routes - 1)}/{rest}"

    def cpu_seconds(self):
        """Processor time of all its processes, as exact as the system says it."""
        return sum(map(thread_seconds, family(self.pid)))

    def cpu_times(self):
        """Processor time of all its processes, user and system."""
        return [sum(times) for times in zip(*map(cpu_times, family(self.pid)))]

    def memory(self):
        """Resident memory of all its processes, in KiB."""
        return sum(map(memory, family(self.pid)))

    @classmethod
    def missing(cls, binary):
        """Whether the program isn't there."""
        return not cls.program()


class SignalboxProxy(Proxy):
    name, many = "Signalbox", True

    @classmethod
    def missing(cls, binary):
        return not binary

    def start(self):
        self.signalbox = Signalbox(
            self.stage, self.binary, "--proxy-threads", self.threads, data=f"{self.file}-data", under=self.under,
            env=self.env, name=self.file).wait()
        self.port = self.signalbox.proxy
        for name, port in zip(("stable", "canary"), self.backends):
            self.signalbox.ask("PUT", f"/v1/groups/{name}", {"peers": [{"address": "127.0.0.1", "port": port}]})
        self.signalbox.load(("PUT", f"/v1/routes/r{i:05}", self.rule(i)) for i in range(self.routes))
        return self.signalbox.process

    def rule(self, i):
        path = {} if self.routes == 1 else {"path": {"prefix": prefix(i)}}
        if not self.canary:
            return {"match": {"hosts": [HOST], **path}, "split": [{"group": "stable", "weight": 100}]}
        return {
            "match": {"hosts": [HOST], **path}, "sticky": {"query": "user"},
            "split": [{"group": "canary", "weight": CANARY}, {"group": "stable", "weight": 100 - CANARY}]}


class SignalboxCanary(SignalboxProxy):
    """With a sticky canary in each route."""

    name, canary = "Signalbox, canary", True


class Nginx(Proxy):
    """One upstream with kept connections."""

    name, many, program = "nginx", True, staticmethod(peers.nginx)
    modules = lua = ""

    def upstream(self):
        return f"server 127.0.0.1:{self.backends[0]};"

    def start(self):
        path = self.stage.path(self.file)
        forward = """proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $http_host;"""
        if not self.bare:
            forward += """proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Host $http_host;"""
        paths = ["/"] if self.routes == 1 else [f"{prefix(i)}/" for i in range(self.routes)]
        # What a location inherits it shares: with many routes only proxy_pass is each one's own.
        shared, own = forward.split(";", 1)[1], forward.split(";", 1)[0] + ";"
        locations = "\n".join(f"location {path} {{ {own} }}" for path in paths)
        return self.run(peers.nginx(), "-e", f"{path}.log", "-c", self.stage.write(f"{self.file}.conf", f"""
            {self.modules}
            daemon off; worker_processes 1; pid {path}.pid; error_log {path}.log error;
            worker_rlimit_nofile 20000;
            events {{ worker_connections 19000; }}
            http {{
                {self.lua}
                access_log off; keepalive_requests 100000000; keepalive_timeout 600s;
                client_max_body_size 0; proxy_request_buffering off; proxy_max_temp_file_size 0; proxy_buffers 8 32k;
                client_body_temp_path {path}.tmp; proxy_temp_path {path}.tmp; fastcgi_temp_path {path}.tmp;
                uwsgi_temp_path {path}.tmp; scgi_temp_path {path}.tmp;
                upstream up {{
                    {self.upstream()}
                    keepalive 1024; keepalive_requests 100000000; keepalive_timeout 600s;
                }}
                server {{
                    listen 127.0.0.1:{self.port} backlog=4096; server_name {HOST};
                    {shared}
                    {locations}
                }}
            }}"""))


class NginxLua(Nginx):
    """The peer is chosen by Lua from a table, by turns: the least that balancer_by_lua is used for."""

    name, many = "nginx + balancer_by_lua", False
    choice = """
        local turn = state.turn + 1
        if turn > #state.stable then turn = 1 end
        state.turn = turn
        local peer = state.stable[turn]"""

    @staticmethod
    def program():
        return peers.nginx() and peers.nginx_lua()

    @property
    def modules(self):
        return "".join(f"load_module {module}; " for module in peers.nginx_lua()[0])

    @property
    def lua(self):
        table = lambda port: f'{{ {{ "127.0.0.1", {port} }} }}'
        return f"""
            lua_package_path "{peers.nginx_lua()[1]}/?.lua;;";
            init_by_lua_block {{
                require "resty.core"
                package.loaded.bench = {{
                    balancer = require "ngx.balancer", turn = 0,
                    stable = {table(self.backends[0])}, canary = {table(self.backends[-1])} }}
            }}"""

    def upstream(self):
        return f"""
            server 0.0.0.1;
            balancer_by_lua_block {{
                local state = package.loaded.bench
                {self.choice}
                local ok, problem = state.balancer.set_current_peer(peer[1], peer[2])
                if not ok then ngx.log(ngx.ERR, problem) return ngx.exit(500) end
            }}"""


class NginxLuaCanary(NginxLua):
    """A sticky canary as one writes it by hand: a hash of the key decides."""

    name, canary = "nginx + balancer_by_lua, canary", True
    choice = f"""
        local key, peers = ngx.var.arg_user, state.stable
        if key and ngx.crc32_long(key) % 100 < {CANARY} then peers = state.canary end
        local turn = state.turn + 1
        if turn > #peers then turn = 1 end
        state.turn = turn
        local peer = peers[turn]"""


class HAProxy(Proxy):
    name, program = "HAProxy", staticmethod(peers.haproxy)
    mode = """mode http
        option http-keep-alive
        http-reuse always
        option forwardfor
        http-request set-header X-Forwarded-Proto http
        http-request set-header X-Forwarded-Host %[req.hdr(host)]"""

    def start(self):
        mode = [line for line in self.mode.splitlines() if not (self.bare and "orward" in line)]
        frontend = "\n".join(line for line in mode if "reuse" not in line)
        backend = "\n".join([mode[0], *(line for line in mode if "reuse" in line)])
        return self.run(peers.haproxy(), "-db", "-f", self.stage.write(f"{self.file}.cfg", f"""
    global
        nbthread 1
        maxconn 12000
        no strict-limits
    defaults
        timeout connect 5s
        timeout client 600s
        timeout server 600s
        timeout http-keep-alive 600s
    frontend bench
        bind 127.0.0.1:{self.port} backlog 4096
        {frontend}
        default_backend up
    backend up
        {backend}
        server stable 127.0.0.1:{self.backends[0]} pool-purge-delay 600s
"""))


class Relay(HAProxy):
    """HAProxy passing bytes on without reading them."""

    name, mode = "a TCP relay (HAProxy)", "mode tcp"


class Envoy(Proxy):
    name, many, program = "Envoy", True, staticmethod(peers.envoy)

    def start(self):
        kind = "type.googleapis.com/envoy.extensions.filters."
        paths = ["/"] if self.routes == 1 else [f"{prefix(i)}/" for i in range(self.routes)]
        manager = {
            "@type": f"{kind}network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "bench", "generate_request_id": False, "use_remote_address": True,
            "server_header_transformation": "PASS_THROUGH",
            "route_config": {"name": "bench", "virtual_hosts": [{
                "name": "bench", "domains": [HOST],
                "request_headers_to_add": [{"header": {"key": "x-forwarded-host", "value": "%REQ(:authority)%"}}],
                "routes": [{"match": {"prefix": path}, "route": {"cluster": "up", "timeout": "600s"}} for path in paths]}]},
            "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                "@type": f"{kind}http.router.v3.Router", "suppress_envoy_headers": True, "dynamic_stats": False}}]}
        limits = {"max_connections": 100_000, "max_pending_requests": 100_000, "max_requests": 100_000}
        bootstrap = {
            "node": {"id": "bench", "cluster": "bench"},
            "static_resources": {
                "listeners": [{"name": "bench", "address": address(self.port), "filter_chains": [{"filters": [
                    {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}]}],
                "clusters": [{
                    "name": "up", "type": "STATIC", "connect_timeout": "5s",
                    "circuit_breakers": {"thresholds": [limits]},
                    "load_assignment": {"cluster_name": "up", "endpoints": [{"lb_endpoints": [
                        {"endpoint": {"address": address(self.backends[0])}}]}]}}]}}
        file = self.stage.write(f"{self.file}.json", json.dumps(bootstrap))
        return self.run(peers.envoy(), "-c", file, "--concurrency", "1", "--disable-hot-restart", "--log-level", "error")


def prefix(i):
    """The path under which the route of a number is."""
    return f"/p{i:05}"


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


KINDS = {
    "nginx": Nginx, "lua": NginxLua, "lua-canary": NginxLuaCanary, "haproxy": HAProxy, "envoy": Envoy, "relay": Relay,
    "signalbox": SignalboxProxy, "signalbox-canary": SignalboxCanary}


def chosen(names, binary):
    """The classes of names (of `KINDS`, with commas between); those that aren't there are left out, and said so."""
    kinds = []
    for name in names.lower().split(","):
        if name not in KINDS:
            exit_with(f"there is no subject {name}; there are {', '.join(KINDS)}")
        if KINDS[name].missing(binary):
            print(f"{KINDS[name].name} is not there; it is left out")
        else:
            kinds.append(KINDS[name])
    return kinds
