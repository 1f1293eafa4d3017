"""An HTTP proxy on loopback that remembers for whom it was asked: it forwards plain requests, and refuses tunnels."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from tests.served import served


@dataclass
class Proxy:
    backends: Mapping[str, str] = field(default_factory=dict)
    """Where plain requests go: 'http://127.0.0.1:PORT', by the host that they name."""
    url: str = ''
    asked: list[str] = field(default_factory=list)
    """Host names of plain requests, and 'host:port' of tunnels."""


@contextmanager
def proxy(backends: Mapping[str, str] | None = None) -> Iterator[Proxy]:
    running = Proxy(backends or {})
    with served(ThreadingHTTPServer(('127.0.0.1', 0), _handler(running))) as running.url:
        yield running


def _handler(running: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._forward(None)

        def do_POST(self) -> None:
            self._forward(self.rfile.read(int(self.headers['Content-Length'])))

        def do_CONNECT(self) -> None:
            running.asked.append(self.path)
            self.send_error(403)

        def _forward(self, body: bytes | None) -> None:
            target = urlsplit(self.path)
            running.asked.append(target.hostname or '')
            path = f'{target.path}?{target.query}' if target.query else target.path
            request = Request(
                running.backends[target.hostname or ''] + path, body, dict(self.headers), method=self.command
            )
            try:
                with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
                    status, content = answer.status, answer.read()
            except HTTPError as e:
                status, content = e.code, e.read()
            self.send_response(status)
            self.send_header('Content-Length', str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests look at `asked`."""

    return Handler
