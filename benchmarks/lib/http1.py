"""A client of HTTP/1.1 on one kept-alive raw socket. Python's own takes longer for a request than what is measured."""
import json, socket, struct


class Connection:
    """One connection to 127.0.0.1, opened when it is needed, and again when the server has closed it."""

    def __init__(self, port, timeout=70):
        self.port, self.timeout, self.socket, self.rest = port, timeout, None, b""
        self.reopened = 0

    def open(self):
        self.socket = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def close(self):
        if self.socket:
            self.socket.close()
            self.socket = None

    def reset(self):
        """Closes without a trace: thousands of connections closed in order would use up the ports."""
        if self.socket:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close()

    def send(self, request):
        """Sends a request (bytes) without waiting for its answer."""
        if not self.socket:
            self.open()
        self.socket.sendall(request)

    def receive(self):
        """The next answer: status, head (bytes, in lower case), body (bytes).

        - Throws OSError when the connection breaks; it is closed then.
        """
        try:
            return self.read_answer()
        except OSError:
            self.close()
            raise

    def read_answer(self):
        data = self.rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.more()
        head, start = data[:end].lower(), end + 4
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            length = int(head[at + 17:].split(b"\r\n", 1)[0])
            if len(data) < start + length:
                parts, missing = [data], start + length - len(data)
                while missing > 0:
                    parts.append(self.more())
                    missing -= len(parts[-1])
                data = b"".join(parts)
            body, self.rest = data[start:start + length], data[start + length:]
        elif b"\r\ntransfer-encoding: chunked" in head:
            body = self.read_chunks(data[start:])
        else:  # 204, 304
            body, self.rest = b"", data[start:]
        if b"\r\nconnection: close" in head:
            self.close()
        return int(head[9:12]), head, body

    def read_chunks(self, data):
        parts = []
        while True:
            while (end := data.find(b"\r\n")) < 0:
                data += self.more()
            size = int(data[:end].split(b";")[0], 16)
            while len(data) < end + 2 + size + 2:
                data += self.more()
            parts.append(data[end + 2:end + 2 + size])
            data = data[end + 2 + size + 2:]
            if size == 0:
                self.rest = data
                return b"".join(parts)

    def more(self):
        data = self.socket.recv(262_144)
        if not data:
            raise ConnectionError("closed by the server")
        return data

    def exchange(self, request):
        """Sends a request and takes the answer. On a connection that the server has closed meanwhile, sends it again."""
        while True:
            fresh = self.socket is None
            try:
                self.send(request)
                return self.receive()
            except ConnectionError:
                self.close()
                if fresh:
                    raise
                self.reopened += 1

    def ask(self, method, target, body=None, headers=None):
        """Sends a JSON document, or none; the status and the body."""
        status, _, answer = self.exchange(request(method, target, body, headers))
        return status, answer


def request(method, target, body=None, headers=None, host="127.0.0.1"):
    """A request's bytes; the body is made JSON unless it is bytes."""
    fields = {"Host": host, **(headers or {})}
    if body is not None:
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields |= {"Content-Type": "application/json", "Content-Length": len(body)}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + (body or b"")


def header(head, name):
    """The value of a field in a head as `Connection.receive` gives it (lower case); None without it."""
    at = head.find(b"\r\n" + name.encode() + b":")
    return head[at + len(name) + 3:].split(b"\r\n", 1)[0].strip().decode() if at >= 0 else None
