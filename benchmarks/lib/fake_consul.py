"""As much of Consul's HTTP API as Signalbox asks for, from memory: `fake_consul.py PORT SERVICES INSTANCES REAL…`.

Leaves the processor to what is measured, and starts at once with any number of services. Like Consul it holds blocking
queries until the service's own index moves, and gives one client 200 connections. REAL are ports on 127.0.0.1 that the
instances of the service in the middle get.
"""
import asyncio, json, random, re, sys, urllib.parse

MAX_CONNECTIONS = 200  # limits.http_max_conns_per_client


def service_name(s):
    return f"service-{s}"


def registration(s, i, ports=(), status="passing"):
    """What registers instance `i` of service `s` with its check, for PUT /v1/catalog/register.

    - ports: where the instances really listen; the others have addresses of the loopback network where nobody does.
    """
    name, number = service_name(s), s * 100 + i
    address, port = ("127.0.0.1", ports[i]) if i < len(ports) else (
        f"127.{1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}", 9)
    return {
        "Node": f"node-{i}", "Address": "127.0.0.1", "SkipNodeUpdate": True,
        "Service": {
            "ID": f"{name}-{i}", "Service": name, "Tags": ["v1", "bench"], "Address": address, "Port": port,
            "Meta": {"version": "1"}, "Weights": {"Passing": 1, "Warning": 1}},
        "Check": {
            "Node": f"node-{i}", "CheckID": f"service:{name}-{i}", "Name": f"Service '{name}' check", "Status": status,
            "ServiceID": f"{name}-{i}", "ServiceName": name, "Notes": "", "Output": "HTTP GET: 200 OK"}}


class Catalog:
    def __init__(self, services, instances, ports):
        self.index, self.random, self.count = 100, random.Random(1), services
        self.services, self.indexes, self.bodies, self.waiting = {}, {}, {}, {}
        for s in range(services):
            for i in range(instances):
                self.put(registration(s, i, ports if s == services // 2 else ()))
        self.everything = None  # the body of /v1/catalog/services

    def put(self, registration):
        self.index += 1
        service, check = registration["Service"], registration["Check"]
        entries = self.services.get(service["Service"])
        if entries is None:
            entries = self.services[service["Service"]] = {}
            self.everything = None
        changes = {"CreateIndex": self.index, "ModifyIndex": self.index}
        entries[service["ID"]] = {
            "Node": {
                "ID": "", "Node": registration["Node"], "Address": registration["Address"], "Datacenter": "dc1",
                "TaggedAddresses": None, "Meta": None, **changes},
            "Service": {**service, "EnableTagOverride": False, "Proxy": {"MeshGateway": {}, "Expose": {}}, "Connect": {}, **changes},
            "Checks": [{**check, "ServiceTags": service["Tags"], "Type": "", "Definition": {}, **changes}]}
        self.indexes[service["Service"]] = self.index
        self.bodies.pop(service["Service"], None)

    def health(self, name):
        """Index and body."""
        body = self.bodies.get(name)
        if body is None:
            entries = self.services.get(name, {})
            body = self.bodies[name] = json.dumps([entries[key] for key in sorted(entries)]).encode()
        return self.indexes.get(name, 1), body

    def names(self):
        if self.everything is None:
            self.everything = json.dumps({"consul": [], **{name: ["bench", "v1"] for name in self.services}}).encode()
        return self.index, self.everything


class Client(asyncio.Protocol):
    open = 0

    def __init__(self, catalog):
        self.catalog, self.data, self.held = catalog, b"", None

    def connection_made(self, transport):
        self.transport = transport
        Client.open += 1
        if Client.open > MAX_CONNECTIONS:
            transport.abort()  # what Consul 1.8 does

    def connection_lost(self, _):
        Client.open -= 1
        self.release()

    def release(self):
        """Ends the holding of a question, if one is held: what it was for."""
        if self.held:
            name, answer, timer = self.held
            timer.cancel()
            self.catalog.waiting[name].discard(self)
            self.held = None
            return answer

    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0 and not self.held:
            head = self.data[:end].decode()
            length = re.search(r"(?i)\r\ncontent-length:\s*(\d+)", head)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(self.data) < size:
                return
            body, self.data = self.data[end + 4:size], self.data[size:]
            method, target, _ = head.split("\r\n", 1)[0].split(" ")
            path, _, query = target.partition("?")
            self.handle(method, urllib.parse.unquote(path), urllib.parse.parse_qs(query, keep_blank_values=True), body)

    def handle(self, method, path, query, body):
        catalog = self.catalog
        if path.startswith("/v1/health/service/"):
            name = path.removeprefix("/v1/health/service/")
            self.answer_or_hold(name, query, lambda: catalog.health(name))
        elif path == "/v1/catalog/services":
            self.answer_or_hold("", query, catalog.names)
        elif path == "/v1/status/leader":
            self.answer(catalog.index, b'"127.0.0.1:8300"')
        elif path == "/v1/agent/self":
            self.answer(catalog.index, b'{"Config": {"Datacenter": "dc1", "NodeName": "node-0", "Version": "1.8.7"}}')
        elif path == "/v1/catalog/register" and method == "PUT":
            registration = json.loads(body)
            catalog.put(registration)
            self.answer(catalog.index, b"true")
            for name in (registration["Service"]["Service"], ""):
                for client in list(catalog.waiting.get(name, ())):
                    client.release()()
        else:
            self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    def answer_or_hold(self, name, query, content):
        """Answers, or holds a blocking query until what it is about changes or its time is over."""
        def answer():
            self.release()
            self.answer(*content())

        if int(query.get("index", ["0"])[0]) < content()[0]:
            answer()
        else:
            seconds = duration(query.get("wait", ["5m"])[0])
            timer = asyncio.get_running_loop().call_later(seconds + self.catalog.random.random() * seconds / 16, answer)
            self.held = (name, answer, timer)
            self.catalog.waiting.setdefault(name, set()).add(self)

    def answer(self, index, body):
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Consul-Index: %d\r\nX-Consul-Knownleader: true\r\n"
            b"X-Consul-Lastcontact: 0\r\nContent-Length: %d\r\n\r\n%s" % (index, len(body), body))


def duration(text):
    """Seconds of a Go duration: 55s, 1500ms, 1m30s."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)(ms|s|m|h)", text))


async def serve(port, services, instances, ports):
    catalog = Catalog(services, instances, ports)
    server = await asyncio.get_running_loop().create_server(lambda: Client(catalog), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:4]), [int(port) for port in sys.argv[4:]]))
