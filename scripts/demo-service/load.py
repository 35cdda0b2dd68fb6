"""A small HTTP client for the demo: sends GET requests with `x-user: user-N` through the proxy and counts who answered.

    load.py --proxy 127.0.0.1:8080 --users 1000              one request for each of user-1 … user-1000
    load.py --proxy 127.0.0.1:8080 --rate 200 --seconds 30   200 requests a second, until the time is over or SIGTERM

It prints one line of JSON: requests, failures, what the failures were, answers by version and by instance, and seconds.
With --save FILE it also writes who got which version: one "user version" a line, sorted.
"""

import argparse
import collections
import http.client
import itertools
import json
import re
import signal
import threading
import time

CONNECTIONS = 4
GREETING = re.compile(r"Hello world from (\S+) \((\S+)\)")


class Load:
    """What the connections share: which request is next, when it is due, and what came of those before."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.numbers = itertools.count()
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.started = time.monotonic()
        self.requests = 0
        self.errors = collections.Counter()
        self.versions = collections.Counter()
        self.instances = collections.Counter()
        self.version_of = {}

    def next_user(self):
        """The user of the next request, once it is due; None when there is no further one."""
        with self.lock:
            number = next(self.numbers)
        if self.arguments.rate:
            due = number / self.arguments.rate
            if due >= self.arguments.seconds or self.stopped.wait(max(0, self.started + due - time.monotonic())):
                return None
        elif number >= self.arguments.users:
            return None
        return f"user-{number % self.arguments.users + 1}"

    def count(self, user, error, body):
        greeting = None if error else GREETING.match(body)
        with self.lock:
            self.requests += 1
            if greeting:
                instance, version = greeting.groups()
                self.instances[instance] += 1
                self.versions[version] += 1
                self.version_of[user] = version
            else:
                self.errors[error or "not the star service's answer"] += 1

    def run_connection(self):
        """Sends requests one after the other on one keep-alive connection; a broken one is opened anew."""
        host, _, port = self.arguments.proxy.rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        while user := self.next_user():
            error, body = None, ""
            try:
                connection.request("GET", self.arguments.path, headers={"Host": self.arguments.host, "x-user": user})
                response = connection.getresponse()
                body = response.read().decode(errors="replace")
                if response.status != 200:
                    error = f"status {response.status}"
            except (OSError, http.client.HTTPException) as problem:
                error = type(problem).__name__
                connection.close()
            self.count(user, error, body)
        connection.close()

    def run(self):
        threads = [threading.Thread(target=self.run_connection) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def summary(self):
        return {
            "requests": self.requests,
            "failures": self.errors.total(),
            "errors": dict(self.errors),
            "versions": dict(sorted(self.versions.items())),
            "instances": dict(sorted(self.instances.items())),
            "seconds": round(time.monotonic() - self.started, 2),
        }


def main():
    parser = argparse.ArgumentParser(description="sends requests through the demo's proxy and counts the answers")
    parser.add_argument("--proxy", default="127.0.0.1:8080")
    parser.add_argument("--host", default="star.test")
    parser.add_argument("--path", default="/hello-world")
    parser.add_argument("--users", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=0, help="requests a second; 0 is one request a user, at once")
    parser.add_argument("--seconds", type=float, default=10, help="how long, with --rate")
    parser.add_argument("--save", help="a file for who got which version")
    arguments = parser.parse_args()

    load = Load(arguments)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback.
    signal.signal(signal.SIGTERM, lambda *_: load.stopped.set())
    load.run()
    print(json.dumps(load.summary()))
    if arguments.save:
        with open(arguments.save, "w", encoding="utf-8") as file:
            file.writelines(sorted(f"{user} {version}\n" for user, version in load.version_of.items()))


if __name__ == "__main__":
    main()
