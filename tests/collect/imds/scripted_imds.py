"""A server on loopback that answers as a test has written down: one step for each request, the last one for ever."""

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from datadog_checks.aws_diagnostics.collect.imds.kernel import reset_on_close

LOOPBACK = {'ipv4': (socket.AF_INET, '127.0.0.1'), 'ipv6': (socket.AF_INET6, '::1')}


@dataclass(frozen=True)
class Step:
    """What happens to one request. Nothing to send and no reset is silence."""

    answer: bytes = b''
    ttl: int = 64
    reset: bool = False


def http(status: int, body: bytes = b'', *headers: bytes) -> bytes:
    head = (b'HTTP/1.1 %d Any' % status, *headers, b'Content-Length: %d' % len(body), b'Connection: close')
    return b'\r\n'.join((*head, b'', body))


TOKEN = http(200, b'AQAEscripted==', b'X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 60')
SILENCE = Step()
RESET = Step(reset=True)


def granted(ttl: int = 64) -> Step:
    return Step(TOKEN, ttl)


class ScriptedImds:
    """From `with` to its end. `requests` are the first lines of what was asked."""

    def __init__(self, puts: Sequence[Step], gets: Sequence[Step] = (Step(http(401)),), family: str = 'ipv4') -> None:
        self._steps = {b'PUT': list(puts), b'GET': list(gets)}
        self._family, self._host = LOOPBACK[family]
        self._silent: list[socket.socket] = []
        self.requests: list[str] = []

    @property
    def endpoint(self) -> str:
        host = f'[{self._host}]' if self._family is socket.AF_INET6 else self._host
        return f'http://{host}:{self._listener.getsockname()[1]}'

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self._host, 0), family=self._family)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for sock in self._silent:
            sock.close()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if not self._converse(sock):
                sock.close()

    def _converse(self, sock: socket.socket) -> bool:
        """True where the connection stays open, silent."""
        try:
            request = self._read(sock)
        except OSError:
            return False
        if not request:
            return False
        self.requests.append(request.partition(b'\r\n')[0].decode())
        steps = self._steps[request[:3]]
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if step == SILENCE:
            self._silent.append(sock)
            return True
        with suppress(OSError):  # a client that has seen enough hangs up
            self._perform(step, sock)
        return False

    def _read(self, sock: socket.socket) -> bytes:
        request = b''
        while not request.endswith(b'\r\n\r\n'):
            data = sock.recv(4096)
            if not data:
                return b''
            request += data
        return request

    def _perform(self, step: Step, sock: socket.socket) -> None:
        if step.reset:
            reset_on_close(sock)
            return
        if self._family is socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, step.ttl)
        else:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, step.ttl)
        sock.sendall(step.answer)
