"""Large bodies both ways: a server in a process of its own, and a client. Nothing is kept, neither here nor there.

`GET /length/N` and `GET /chunked/N` are answered with N bytes; what is sent to any path is counted, and the answer is the
number of bytes. `X-Pause: S` makes the server stop for S seconds after a quarter of a body that it takes.
"""
import multiprocessing, os, re, signal, socket, threading, time

PIECE = memoryview(bytes(range(256)) * 1024)  # 256 KiB


class BulkServer:
    def __init__(self, port):
        listener = socket.create_server(("127.0.0.1", port), backlog=256)
        self.child = multiprocessing.get_context("fork").Process(target=serve, args=(listener, os.getpid()), daemon=True)
        self.child.start()
        listener.close()

    def close(self):
        self.child.kill()
        self.child.join()


def serve(listener, parent):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.alarm(0)

    def watch():
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)
    threading.Thread(target=watch, daemon=True).start()
    while True:
        threading.Thread(target=talk, args=(Stream(listener.accept()[0]),), daemon=True).start()


def talk(stream):
    try:
        while head := stream.head():
            method, path, _ = head.split(b" ", 2)
            if method in (b"PUT", b"POST"):
                pause = re.search(rb"\r\nx-pause: *([\d.]+)", head.lower())
                total = re.search(rb"\r\nx-total: *(\d+)", head.lower())
                taken = stream.body(head, int(total[1]) // 4 if total else 0, float(pause[1]) if pause else 0)
                text = str(taken).encode()
                stream.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
                continue
            _, kind, *rest = path.split(b"/")
            if kind == b"length":
                stream.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n" % rest[0])
                stream.send(int(rest[0]), False)
            elif kind == b"chunked":
                stream.socket.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                stream.send(int(rest[0]), True)
            else:
                stream.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    except OSError:
        pass
    finally:
        stream.socket.close()


class Stream:
    """A connection, and what was read of it but not used yet."""

    def __init__(self, connection):
        self.socket, self.rest = connection, b""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def more(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise ConnectionError("closed in the middle")
        return data

    def head(self):
        """The next head; empty at the end of the connection."""
        while b"\r\n\r\n" not in self.rest:
            data = self.socket.recv(1 << 20)
            if not data:
                return b""
            self.rest += data
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        return head + b"\r\n"

    def body(self, head, pause_at=0, pause=0):
        """Reads a body away: its bytes. Stops for `pause` seconds after `pause_at` bytes."""
        head, taken = head.lower(), 0

        def took(count):
            nonlocal taken, pause
            taken += count
            if pause and taken >= pause_at:
                time.sleep(pause)
                pause = 0
        if b"\r\ntransfer-encoding: chunked\r\n" not in head:
            length = re.search(rb"\r\ncontent-length: *(\d+)\r\n", head)
            self.skip(int(length[1]) if length else 0, took)
            return taken
        while True:
            while b"\r\n" not in self.rest:
                self.rest += self.more()
            line, _, self.rest = self.rest.partition(b"\r\n")
            size = int(line.split(b";")[0], 16)
            self.skip(size, took)
            while len(self.rest) < 2:
                self.rest += self.more()
            self.rest = self.rest[2:]
            if size == 0:
                return taken

    def skip(self, size, took):
        while size:
            if not self.rest:
                self.rest = self.more()
            count = min(size, len(self.rest))
            self.rest, size = self.rest[count:], size - count
            took(count)

    def send(self, size, chunked):
        """Sends so many bytes, in chunks if asked for."""
        while size:
            piece = PIECE[:min(size, len(PIECE))]
            if chunked:
                self.socket.sendall(b"%x\r\n" % len(piece))
            self.socket.sendall(piece)
            if chunked:
                self.socket.sendall(b"\r\n")
            size -= len(piece)
        if chunked:
            self.socket.sendall(b"0\r\n\r\n")


def fetch(port, host, kind, size, pause, timeout=120):
    """Takes a body of `size` bytes, stopping for a while after a quarter: the bytes that came."""
    with socket.create_connection(("127.0.0.1", port), timeout) as client:
        stream = Stream(client)
        client.sendall(f"GET /{kind}/{size} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        head = stream.head()
        return stream.body(head, size // 4, pause) if b" 200 " in head else -1


def give(port, host, kind, size, pause, timeout=120):
    """Sends a body of `size` bytes to a server that stops for a while after a quarter: the bytes that it counted."""
    with socket.create_connection(("127.0.0.1", port), timeout) as client:
        stream = Stream(client)
        framing = "Transfer-Encoding: chunked" if kind == "chunked" else f"Content-Length: {size}"
        client.sendall((f"PUT /sink HTTP/1.1\r\nHost: {host}\r\nX-Pause: {pause}\r\nX-Total: {size}\r\n{framing}\r\n\r\n").encode())
        stream.send(size, kind == "chunked")
        head = stream.head()
        length = re.search(rb"\r\ncontent-length: *(\d+)\r\n", head.lower())
        if b" 200 " not in head or not length:
            return -1
        while len(stream.rest) < int(length[1]):
            stream.rest += stream.more()
        return int(stream.rest[:int(length[1])])
