"""Connections that are there and do nothing, in processes of their own: a process has only so many files."""
import multiprocessing, os, signal, socket
from lib.http1 import Connection
from lib.processes import exit_with


class IdleClients:
    """A process that holds connections to a port of 127.0.0.1, from an address of its own.

    - address: where its connections come from, such as 127.0.0.2.
    """

    def __init__(self, port, number, address):
        self.pipe, its = multiprocessing.get_context("fork").Pipe()
        self.number = number
        self.child = multiprocessing.get_context("fork").Process(
            target=run, args=(its, self.pipe, port, number, address), daemon=True)
        self.child.start()
        its.close()

    def tell(self, what):
        self.pipe.send(what)

    def answer(self, limit=120):
        """What the process says to what it was told."""
        try:
            if not self.pipe.poll(limit):
                exit_with(f"idle clients did not answer within {limit} s")
            return self.pipe.recv()
        except (EOFError, OSError):
            exit_with("the idle clients' process has ended")

    def close(self):
        self.child.kill()
        self.child.join()


def run(pipe, others, port, number, address):
    others.close()
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(one, signal.SIG_DFL)
    signal.alarm(0)
    clients = []
    try:
        while True:
            what = pipe.recv()
            pipe.send(opened(clients, port, number, address) if what == "open" else asked(clients, what))
    except EOFError:
        os._exit(0)


def opened(clients, port, number, address):
    """Opens the connections: how many there are."""
    try:
        while len(clients) < number:
            client = Connection(port, 30)
            client.socket = socket.create_connection(("127.0.0.1", port), 30, source_address=(address, 0))
            clients.append(client)
    except OSError:
        pass
    return len(clients)


def asked(clients, question):
    """Asks on each connection once, one after the other: how many were answered with 200 on the connection as it was."""
    answered = 0
    for client in clients:
        try:
            client.send(question)
            answered += client.receive()[0] == 200 and client.socket is not None
        except OSError:
            client.close()
    return answered
