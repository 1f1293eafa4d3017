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
from .kernel import QueuedError, limit_hops, outcome_of, queued_error, report_icmp_errors, reset_on_close


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

# Not select(): it fails for descriptors above 1023. Not epoll: it costs one more descriptor for each wait.
Selector: type[selectors.BaseSelector] = getattr(selectors, 'PollSelector', selectors.SelectSelector)

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


def connect(address: Address, timeout: float, hops: int | None = None) -> Connection | NoAnswer:
    """A connection, or why there is none after at most `timeout` seconds. With `hops`, everything sent expires at the
    gateway of that number."""
    started = time.perf_counter()
    try:
        sock = _open(address, hops)
    except OSError as e:
        return NoAnswer(Outcome.CONNECT_FAILED, error_name(e.errno))
    try:
        failure = _establish(sock, address, timeout)
    except BaseException:
        sock.close()
        raise
    if failure is None:
        return Connection(sock, time.perf_counter() - started)
    sock.close()
    return failure


def ready(sock: socket.socket, event: int, timeout: float) -> bool:
    """Waits for EVENT_READ or EVENT_WRITE of `selectors`, or an error. False when `timeout` seconds pass without."""
    with Selector() as selector:
        selector.register(sock, event)
        return bool(selector.select(timeout))


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


def _establish(sock: socket.socket, address: Address, timeout: float) -> NoAnswer | None:
    """None once the connection stands."""
    end = time.monotonic() + timeout
    number = sock.connect_ex(address.sockaddr)
    if number not in PENDING:
        return _failure(number, queued_error(sock))
    while (left := end - time.monotonic()) > 0:
        writable = ready(sock, selectors.EVENT_WRITE, min(left, SOFT_ERROR_INTERVAL))
        queued = queued_error(sock)
        number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number or queued:
            return _failure(number, queued)
        if writable and _has_peer(sock):
            return None
    return NoAnswer(Outcome.SILENT, f'no answer to the SYN within {timeout:.2f} s')


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
