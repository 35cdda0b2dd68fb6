"""Fixed answers for proxies to fetch: `backend.py PORT=STATUS=TEXT…` answers each request on PORT with STATUS and TEXT.

Only for requests without bodies. nginx does the same and is faster; see `start`.
"""
import asyncio, getpass, sys
from lib.peers import nginx
from lib.processes import free_port, wait
from lib.http1 import Connection


def start(stage, *texts, statuses=(), folder=None, under=()):
    """Starts a server that answers on one port with each of the texts; the ports. It is nginx if that is there.

    - statuses: of the texts' answers, in their order; the rest are 200.
    - folder: whose files nginx serves at …/files/….
    - under: what the server is started with, such as `taskset -c 1`.
    """
    ports = [free_port() for _ in texts]
    answers = list(zip(ports, texts, [*statuses, *[200] * len(texts)]))
    if nginx():
        files = f"location ~ /files/(.*)$ {{ alias {folder}/$1; }}" if folder else ""
        servers = "".join(
            f'server {{ listen 127.0.0.1:{port} backlog=4096; {files} location / {{ return {status} "{text}"; }} }}\n'
            for port, text, status in answers)
        stage.start("backend", *under, nginx(), "-e", stage.path("backend.log"), "-c", stage.write("backend.conf", f"""
            daemon off; worker_processes 1; pid {stage.path("backend.pid")}; error_log {stage.path("backend.log")};
            user {getpass.getuser()};
            events {{ worker_connections 8192; }}
            http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 600s; default_type text/plain;
                sendfile on; client_max_body_size 0;
                client_body_temp_path {stage.path("backend.tmp")}; proxy_temp_path {stage.path("backend.tmp")};
                fastcgi_temp_path {stage.path("backend.tmp")}; uwsgi_temp_path {stage.path("backend.tmp")};
                scgi_temp_path {stage.path("backend.tmp")};
                {servers} }}"""))
    else:
        stage.start("backend", *under, sys.executable, "-m", "lib.backend", *(f"{p}={s}={t}" for p, t, s in answers),
                    env={"PYTHONPATH": sys.path[0]})
    for port, _, status in answers:
        stage.wait("the backend answers", lambda: Connection(port).ask("GET", "/")[0] == status)
    return ports


class FixedAnswer(asyncio.Protocol):
    def __init__(self, answer):
        self.answer, self.rest = answer, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        data = self.rest + data
        *whole, self.rest = data.split(b"\r\n\r\n")
        if whole:
            self.transport.write(self.answer * len(whole))


async def serve(texts):
    servers = []
    for port, status, text in texts:
        answer = f"HTTP/1.1 {status} OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()
        servers.append(await asyncio.get_running_loop().create_server(
            lambda answer=answer: FixedAnswer(answer), "127.0.0.1", port, backlog=4096))
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(serve([argument.split("=", 2) for argument in sys.argv[1:]]))
