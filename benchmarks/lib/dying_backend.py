"""A backend that does what a path says, such as dying in the middle of an answer. In a thread of this process.

- `/die/KIND/HOW/N`: the first N bytes of the answer KIND (see ANSWERS); then it ends the connection as HOW says: `fin` in
  order, `rst` with a reset, `split` not at all: after a pause the rest comes.
- `/sink/ID`: 200, when the whole request has arrived. `completed` has the ID then.
- `/slow/N`: N KiB in chunks, one every 5 ms. `streaming` is the number of these that are being sent.
- `/big/N`: N KiB, as fast as they are taken.
"""
import asyncio, re, socket, struct, threading

BODY = b"abcdefghij0123456789"


class Answer:
    """An answer, and what its client must see.

    - head: how many bytes its final head has, with what comes before it.
    - endless: whether the end of the connection is its end.
    """

    def __init__(self, *parts, body=BODY, status=200, method="GET", endless=False):
        self.bytes = "\r\n".join(parts).encode() if isinstance(parts[0], str) else b"".join(parts)
        self.body, self.status, self.method, self.endless = body, status, method, endless
        final = self.bytes.rfind(b"HTTP/1.")
        self.head = self.bytes.find(b"\r\n\r\n", final) + 4


def answer(fields, rest=b"", line="HTTP/1.1 200 OK", before=b"", **more):
    head = "".join(f"{field}\r\n" for field in [line, "Content-Type: text/plain", *fields]) + "\r\n"
    return Answer(before, head.encode(), rest, **more)


CHUNKS = b"5\r\nabcde\r\n5;a=b\r\nfghij\r\n00a\r\n0123456789\r\n0\r\n"
ANSWERS = {
    "content-length": answer(["Content-Length: 20"], BODY),
    "chunked": answer(["Transfer-Encoding: chunked"], CHUNKS + b"\r\n"),
    "trailers": answer(["Transfer-Encoding: chunked", "Trailer: x-sum"], CHUNKS + b"x-sum: 1\r\n\r\n"),
    "until-close": answer(["Connection: close"], BODY, endless=True),
    "until-close-1.0": answer([], BODY, line="HTTP/1.0 200 OK", endless=True),
    "keep-alive-1.0": answer(["Connection: keep-alive", "Content-Length: 20"], BODY, line="HTTP/1.0 200 OK"),
    "empty": answer(["Content-Length: 0"], body=b""),
    "204": answer([], line="HTTP/1.1 204 No Content", body=b"", status=204),
    "304": answer(["Content-Length: 20", 'ETag: "a"'], line="HTTP/1.1 304 Not Modified", body=b"", status=304),
    "head": answer(["Content-Length: 20"], body=b"", method="HEAD"),
    "early-hints": answer(["Content-Length: 20"], BODY, before=b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
}


class DyingBackend:
    def __init__(self, port):
        self.completed, self.streaming, self.connections = {}, 0, 0
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(
            self.loop.create_server(lambda: Peer(self), "127.0.0.1", port, backlog=4096))
        threading.Thread(target=self.loop.run_forever, daemon=True).start()


class Peer(asyncio.Protocol):
    def __init__(self, backend):
        self.backend, self.data, self.task, self.writable = backend, b"", None, asyncio.Event()

    def connection_made(self, transport):
        self.transport = transport
        self.backend.connections += 1
        self.writable.set()
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, _):
        self.backend.connections -= 1
        if self.task:
            self.task.cancel()

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    def data_received(self, data):
        self.data += data
        while not self.task or self.task.done():
            size = request_size(self.data)
            if size is None:
                return
            request, self.data = self.data[:size], self.data[size:]
            self.task = asyncio.get_running_loop().create_task(self.handle(request.split(b" ", 2)[1].decode()))
            self.task.add_done_callback(lambda task: task.cancelled() or self.data_received(b""))

    async def handle(self, path):
        _, kind, *rest = path.split("/")
        if kind == "die":
            await self.die(ANSWERS[rest[0]], rest[1], int(rest[2]))
        elif kind == "sink":
            self.backend.completed[rest[0]] = self.backend.completed.get(rest[0], 0) + 1
            self.transport.write(ANSWERS["content-length"].bytes)
        elif kind == "slow":
            await self.stream(int(rest[0]), 0.005)
        elif kind == "big":
            await self.stream(int(rest[0]), 0)
        else:
            self.transport.write(ANSWERS["content-length"].bytes)

    async def die(self, answer, how, offset):
        if offset:
            self.transport.write(answer.bytes[:offset])
        if how == "split":
            await asyncio.sleep(0.002)
            self.transport.write(answer.bytes[offset:])
            if answer.endless:
                self.transport.close()
        elif how == "fin":
            self.transport.close()
        else:
            self.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()

    async def stream(self, kibibytes, pause):
        self.backend.streaming += 1
        try:
            self.transport.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(kibibytes):
                await self.writable.wait()
                self.transport.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await asyncio.sleep(pause)
            self.transport.write(b"0\r\n\r\n")
        finally:
            self.backend.streaming -= 1


def request_size(data):
    """Bytes of the first request in the data; None if it isn't whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, at = data[:end].lower(), end + 4
    if b"\r\ntransfer-encoding: chunked" in head:
        while True:
            line = data.find(b"\r\n", at)
            if line < 0:
                return None
            size = int(data[at:line].split(b";")[0], 16)
            at = line + 2
            if size:
                at += size + 2
                continue
            # The trailer section: lines to an empty one.
            while (line := data.find(b"\r\n", at)) >= 0:
                empty, at = line == at, line + 2
                if empty:
                    return at
            return None
    length = re.search(rb"\r\ncontent-length: *(\d+)", head)
    at += int(length[1]) if length else 0
    return at if len(data) >= at else None
