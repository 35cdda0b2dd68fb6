"""A Consul development agent as a child."""
from lib.http1 import Connection
from lib.processes import free_port


class Consul:
    """One agent, server and client in one, with Consul's default limits."""

    def __init__(self, stage):
        self.port = free_port()
        self.process = stage.start(
            "consul", "consul", "agent", "-dev", "-log-level=err", "-node=bench", "-bind=127.0.0.1", "-client=127.0.0.1",
            f"-http-port={self.port}", f"-server-port={free_port()}", f"-serf-lan-port={free_port()}",
            "-serf-wan-port=-1", "-grpc-port=-1", "-dns-port=-1")
        self.connection = Connection(self.port)
        stage.wait("Consul has a leader", lambda: self.ask("GET", "/v1/catalog/nodes?consistent")[0] == 200)

    def ask(self, method, target, body=None):
        """A request to the agent: the status and the body."""
        return self.connection.ask(method, target, body)
