"""TCP connections to IMDS with a deadline, and why one fails."""

import errno
import selectors
import socket
import time
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address
from types import TracebackType
from urllib.parse import urlsplit

from ...facts import NoAnswer, Outcome
from .kernel import (
    TCPI_LAST_ACK_RECV_OFFSET,
    QueuedError,
    idle_seconds,
    limit_hops,
    outcome_of,
    queued_error,
    ready,
    report_icmp_errors,
    reset_on_close,
)


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    """An IP address, never a name: looking up a name could block for longer than any deadline."""
    port: int
    family: socket.AddressFamily

    @property
    def sockaddr(self) -> tuple[str, int]:
        return self.host, self.port

    @property
    def host_header(self) -> str:
        """For the Host header: brackets around an IPv6 address, the port only where it is not 80 (RFC 9110, 7.2)."""
        host = f'[{self.host}]' if self.family is socket.AF_INET6 else self.host
        return host if self.port == 80 else f'{host}:{self.port}'

    def at_port(self, port: int) -> 'Address':
        return replace(self, port=port)


def parse_endpoint(endpoint: str) -> Address:
    """'http://ADDRESS[:PORT]' as an Address; port 80 where there is none.

    Raises ValueError where the host is not an IP address or the port is not a number up to 65535.
    """
    parts = urlsplit(endpoint)
    address = ip_address(parts.hostname or '')
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    return Address(str(address), 80 if parts.port is None else parts.port, family)


SOFT_ERROR_INTERVAL = 0.010
"""Seconds. An ICMP error that arrives while connect() itself runs, as it does through a veth pair, becomes a "soft"
error: no poll wakes for it, SO_ERROR tells it."""

PENDING = (0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, errno.EINTR)


WITHOUT_ICMP = {
    errno.ECONNREFUSED: Outcome.REFUSED,
    errno.ETIMEDOUT: Outcome.SILENT,
    errno.EHOSTUNREACH: Outcome.UNREACHABLE,
    errno.ENETUNREACH: Outcome.NO_ROUTE,
    errno.ENETDOWN: Outcome.NO_ROUTE,
    # Linux's answers for the route types blackhole and prohibit.
    errno.EINVAL: Outcome.NO_ROUTE,
    errno.EACCES: Outcome.NO_ROUTE,
    # A reset in answer to the SYN is ECONNREFUSED: this one came after the handshake, before anyone could look.
    errno.ECONNRESET: Outcome.RESET,
    errno.EPIPE: Outcome.RESET,
}


@dataclass(frozen=True, slots=True)
class Connection:
    """An established connection, without blocking mode. Leaving its `with` block resets and closes it."""

    sock: socket.socket
    seconds: float
    """How long connecting took."""

    def __enter__(self) -> 'Connection':
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        reset_on_close(self.sock)
        self.sock.close()


def connect(
    address: Address, timeout: float, hops: int | None = None, again_every: float | None = None
) -> Connection | NoAnswer:
    """A connection, or why there is none after at most `timeout` seconds. With `hops`, everything sent expires at the
    gateway of that number.

    With `again_every`, a fresh SYN is sent after each such interval, in seconds, while those before still wait: a lost
    SYN says nothing, the kernel repeats its own only after a second, and a slow way needs the patience of the first.
    """
    end = time.monotonic() + timeout
    attempts: list[_Attempt] = []
    try:
        while True:
            # The clock before the sockets: this process may stand still for longer than `timeout`.
            left = max(0.0, end - time.monotonic())
            if not attempts or (again_every and left and len(attempts) * again_every <= timeout - left):
                attempts.append(_Attempt(address, hops))
            ended = _first_to_end(attempts, min(left, SOFT_ERROR_INTERVAL))
            if ended is not None:
                return ended
            if not left:
                return NoAnswer(Outcome.SILENT, f'no answer to the SYN within {timeout:.2f} s')
    except OSError as e:
        return NoAnswer(Outcome.CONNECT_FAILED, error_name(e.errno))
    finally:
        for attempt in attempts:
            attempt.abandon()


class _Attempt:
    """One socket that connects. Raises OSError where there is no such socket."""

    def __init__(self, address: Address, hops: int | None) -> None:
        self._started = time.perf_counter()
        self._sock: socket.socket | None = _open(address, hops)
        self._number = self._sock.connect_ex(address.sockaddr)

    def look(self, seconds: float) -> Connection | NoAnswer | None:
        """How it ended; None where it still waits after `seconds`."""
        sock = self._sock
        assert sock is not None
        pending = self._number in PENDING
        writable = pending and ready(sock, selectors.EVENT_WRITE, seconds)
        queued = queued_error(sock)
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if pending else self._number
        if number or queued:
            return _failure(number, queued)
        if not (writable and _has_peer(sock)):
            return None
        self._sock = None
        taken = time.perf_counter() - self._started
        return Connection(sock, max(0.0, taken - idle_seconds(sock, TCPI_LAST_ACK_RECV_OFFSET)))

    def abandon(self) -> None:
        if self._sock is not None:
            reset_on_close(self._sock)
            self._sock.close()


def _first_to_end(attempts: list[_Attempt], seconds: float) -> Connection | NoAnswer | None:
    for attempt in attempts:
        ended = attempt.look(seconds / len(attempts))
        if ended is not None:
            return ended
    return None


def error_name(number: int | None) -> str:
    return errno.errorcode.get(number or 0, f'error {number}')


def _open(address: Address, hops: int | None) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        report_icmp_errors(sock)
        if hops is not None:
            limit_hops(sock, hops)
    except OSError:
        sock.close()
        raise
    return sock


def _has_peer(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def _failure(number: int, queued: QueuedError | None) -> NoAnswer:
    if queued is None:
        return NoAnswer(WITHOUT_ICMP.get(number, Outcome.CONNECT_FAILED), error_name(number))
    return NoAnswer(outcome_of(queued.icmp), error_name(number or queued.number), icmp=queued.icmp)
