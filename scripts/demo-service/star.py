"""One instance of the demo's service "star": a Flask application that registers itself with Consul.

    python star.py --id star-1 --version v1 [--port 9001] [--consul 127.0.0.1:8500]

It answers /hello-world and /health-check. It leaves Consul when it ends, also on SIGTERM. After a SIGKILL it can't:
then Consul's health check finds out.
"""

import argparse
import atexit
import signal
import sys

from consul import Check, Consul, ConsulException
from flask import Flask
from requests import RequestException
from werkzeug.serving import WSGIRequestHandler, make_server


class KeepAliveHandler(WSGIRequestHandler):
    """Keeps connections open between requests, as services behind a proxy do."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code="-", size="-"):
        """Says nothing: a thousand lines of 200 would hide everything else."""


def make_app(instance, version):
    app = Flask("star")

    @app.get("/hello-world")
    def hello_world():
        return f"Hello world from {instance} ({version})\n"

    @app.get("/health-check")
    def health_check():
        return "ok\n"

    return app


def register(consul, instance, version, port):
    consul.agent.service.register(
        "star",
        service_id=instance,
        address="127.0.0.1",
        port=port,
        tags=[version],
        check=Check.http(f"http://127.0.0.1:{port}/health-check", "1s", timeout="1s", deregister="1m"),
    )


def deregister(consul, instance):
    try:
        consul.agent.service.deregister(instance)
    except (ConsulException, RequestException) as error:
        print(f"could not leave Consul: {error}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description="an instance of the demo's service star")
    parser.add_argument("--id", required=True, help="the instance's id in Consul, such as star-1")
    parser.add_argument("--version", required=True, help="its tag in Consul, such as v1")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--consul", default="127.0.0.1:8500", help="the agent's address")
    arguments = parser.parse_args()

    app = make_app(arguments.id, arguments.version)
    server = make_server("127.0.0.1", arguments.port, app, threaded=True, request_handler=KeepAliveHandler)
    host, _, consul_port = arguments.consul.rpartition(":")
    consul = Consul(host=host, port=int(consul_port))

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    atexit.register(deregister, consul, arguments.id)
    # The port is bound by now, so Consul's first check finds somebody there.
    register(consul, arguments.id, arguments.version, server.port)
    print(f"{arguments.id} ({arguments.version}) listens on 127.0.0.1:{server.port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
