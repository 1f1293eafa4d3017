"""Servers on 127.0.0.1: the IMDS simulator where no network namespaces are allowed, and what an Agent publishes."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from tests.simulator import Behaviour, Instance, Request
from tests.simulator.imds.server import Simulator, listen
from tests.simulator.lab.channel import channel_pair

EXPVAR_PORT = 5000
"""Where the Agent publishes, unless it is told otherwise."""


@dataclass(frozen=True)
class LoopbackImds:
    endpoint: str
    simulator: Simulator

    @property
    def requests(self) -> list[Request]:
        return list(self.simulator.service.requests)


@contextmanager
def loopback_imds(behaviour: Behaviour, instance: Instance | None = None) -> Iterator[LoopbackImds]:
    """Serves from `with` to its end, on a port that the kernel chooses."""
    listener = listen('127.0.0.1', 0)
    ours, theirs = channel_pair()
    simulator = Simulator([listener], behaviour, instance or Instance())
    thread = Thread(target=lambda: asyncio.run(simulator.serve(theirs)))
    thread.start()
    try:
        yield LoopbackImds(f'http://127.0.0.1:{listener.getsockname()[1]}', simulator)
    finally:
        ours.close()
        thread.join()
        theirs.close()
        listener.close()


def expvar_server(port: int, provider: str, errors: dict[str, str]) -> HTTPServer:
    """What the Agent publishes about its hostname. Raises OSError when the port is taken."""
    document = json.dumps({'hostname': {'provider': provider, 'errors': errors}}).encode()

    class Expvar(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == '/debug/vars' else 404)
            self.send_header('Content-Type', 'application/json; charset=utf-8')
            self.send_header('Content-Length', str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, *_: object) -> None:
            """Log nothing: stdout and stderr belong to the check."""

    return HTTPServer(('127.0.0.1', port), Expvar)
