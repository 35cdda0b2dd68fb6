"""A Consul whose instances change all the time: `storm_consul.py PORT SERVICES INSTANCES`.

Each change turns the meta of every instance of one service, to and fro, which concerns the ledger and no request. `PUT
/v1/storm?rate=N` asks for N changed instances a second; 0 ends it. Both bodies of each service are made beforehand, so
that this process leaves the processor to what is measured.
"""
import asyncio, json, sys, time
from lib.fake_consul import Catalog, Client, registration, service_name


class StormCatalog(Catalog):
    def __init__(self, services, instances):
        super().__init__(0, 0, ())
        self.instances, self.names_in_order = instances, [service_name(s) for s in range(services)]
        self.forms, self.form = {}, {}
        for s, name in enumerate(self.names_in_order):
            forms = []
            for version in ("1", "2"):
                for i in range(instances):
                    entry = registration(s, i)
                    entry["Service"]["Meta"] = {"version": version}
                    self.put(entry)
                forms.append(self.health(name)[1])
            self.forms[name], self.form[name] = forms, 1

    def turn(self, name):
        self.index += 1
        self.form[name] = 1 - self.form[name]
        self.bodies[name], self.indexes[name] = self.forms[name][self.form[name]], self.index
        for client in list(self.waiting.get(name, ())):
            client.release()()


class StormClient(Client):
    rate = 0

    def handle(self, method, path, query, body):
        if path == "/v1/storm":
            StormClient.rate = float(query["rate"][0])
            self.answer(self.catalog.index, b"true")
        else:
            super().handle(method, path, query, body)


async def storm(catalog):
    number, due = 0, time.monotonic()
    while True:
        if not StormClient.rate:
            await asyncio.sleep(0.01)
            due = time.monotonic()
            continue
        catalog.turn(catalog.names_in_order[number % len(catalog.names_in_order)])
        number, due = number + 1, due + catalog.instances / StormClient.rate
        await asyncio.sleep(max(0, due - time.monotonic()))


async def serve(port, services, instances):
    catalog = StormCatalog(services, instances)
    server = await asyncio.get_running_loop().create_server(lambda: StormClient(catalog), "127.0.0.1", port, backlog=1024)
    await asyncio.gather(server.serve_forever(), storm(catalog))


if __name__ == "__main__":
    asyncio.run(serve(*map(int, sys.argv[1:4])))
