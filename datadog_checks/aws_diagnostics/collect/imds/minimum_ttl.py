"""Asks IMDS something and lets the kernel drop the answer where its TTL is below k (IP_MINTTL, IPV6_MINHOPCOUNT).

"It does not arrive" needs evidence: the kernel counted a drop, and no answer came within a multiple of the time
that answers take. Where the counter cannot be read, silence twice has to do, beside an answer that arrives without the
minimum. Everything else, a lost packet or a throttled request, is no answer to the question and never a "no".
"""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from ...facts import NoAnswer
from ..run import Deadline
from .exchange import Incoming, Reply, receive
from .kernel import dropped_packets, ready, require_ttl
from .requests import Request
from .tcp import Address, Connection, connect

NETSTAT = Path('/proc/self/net/netstat')
"""Of the network namespace of this process, readable by everyone."""
NAME = 'TCPMinTTLDrop'
MOST_BYTES = 256 * 1024


class DropCounter:
    """The kernel's count of packets dropped below a minimum TTL, of all sockets in this network namespace."""

    def __init__(self, file: Path = NETSTAT) -> None:
        self._file = file

    def read(self) -> int | None:
        """None where it cannot be read, or this kernel does not have it."""
        try:
            with self._file.open(encoding='ascii', errors='replace') as file:
                names, values = _tcp_lines(file.read(MOST_BYTES).splitlines())
            return int(values[names.index(NAME)])
        except (OSError, ValueError, IndexError):
            return None


def _tcp_lines(lines: list[str]) -> tuple[list[str], list[str]]:
    """Two lines begin with 'TcpExt:': the names, then the values. Raises ValueError where it is otherwise."""
    names, values = (line.split() for line in lines if line.startswith('TcpExt:'))
    return names, values


class Drops:
    """What the kernel drops for one socket from now on.

    The counter knows the reason but not the socket; the socket's own count knows the socket but not the reason. Only
    both together are evidence: other programs may use a minimum TTL too.
    """

    def __init__(self, counter: DropCounter, sock: socket.socket) -> None:
        self._counter = counter
        self._sock = sock
        self._before = counter.read()
        self._of_socket = dropped_packets(sock)

    @property
    def seen(self) -> bool:
        return _grown(self._before, self._counter.read(), unknown=False) and _grown(
            self._of_socket, dropped_packets(self._sock), unknown=True
        )


def _grown(before: int | None, now: int | None, unknown: bool) -> bool:
    return unknown if before is None or now is None else now > before


ATTEMPTS = 4
COUNTER_INTERVAL = 0.001
MIN_GRACE = 0.003
MIN_SILENCE = 0.15


class Inconclusive(Exception):
    """No attempt told whether the answer arrives."""


class NotSupported(Exception):
    """This system has no minimum TTL for a connection."""


class _Seen(Enum):
    ARRIVED = auto()
    DROPPED = auto()
    SILENCE = auto()
    SOMETHING_ELSE = auto()


@dataclass(frozen=True, slots=True)
class MinimumTtl:
    """Asks whether the answer to one request arrives with a minimum TTL. Durations in seconds."""

    address: Address
    request: Request
    is_answer: Callable[[Reply], bool]
    """Only answers that carry the TTL in question count; a throttling answer may carry another one."""
    usual_seconds: float
    """How long the answer to this request took last time."""
    deadline: Deadline
    counter: DropCounter

    def arrives(self, ttl: int) -> bool:
        """Does the answer arrive with at least this TTL? Raises Inconclusive, NotSupported or DeadlineExceeded."""
        silences = 0
        for _ in range(ATTEMPTS):
            seen = self._attempt(ttl)
            silences += seen is _Seen.SILENCE and self.counter.read() is None
            if seen is _Seen.ARRIVED:
                return True
            if seen is _Seen.DROPPED or (silences == 2 and self._arrives_otherwise()):
                return False
        raise Inconclusive

    def _arrives_otherwise(self) -> bool:
        """Without a minimum TTL the answer arrives, so the minimum is why it did not."""
        return self._attempt(ttl=1) is _Seen.ARRIVED

    def _attempt(self, ttl: int) -> _Seen:
        connection = connect(self.address, self.deadline.patience(self._silence))
        if isinstance(connection, NoAnswer):
            return _Seen.SOMETHING_ELSE
        with connection:
            # Not before connecting: a minimum that is too high would drop the SYN-ACK, a whole timeout each time.
            if not require_ttl(connection.sock, ttl):
                raise NotSupported
            return self._ask(connection)

    def _ask(self, connection: Connection) -> _Seen:
        drops = Drops(self.counter, connection.sock)
        try:
            connection.sock.sendall(self.request.encode(self.address.host_header))
        except OSError:
            return _Seen.SOMETHING_ELSE
        seen = self._watch(connection.sock, drops)
        if seen is not _Seen.ARRIVED:
            return seen
        reply = receive(connection, Incoming(connection.sock, self.deadline.patience(self._silence)))
        return _Seen.ARRIVED if isinstance(reply, Reply) and self.is_answer(reply) else _Seen.SOMETHING_ELSE

    def _watch(self, sock: socket.socket, drops: Drops) -> _Seen:
        """Waits until something arrives, or was dropped and is not repeated, or the time for a silence is over."""
        end = time.monotonic() + self.deadline.patience(self._silence)
        grace = self.deadline.patience(self._grace)
        while True:
            over = time.monotonic() >= end  # before the socket: this process may have stood still
            if ready(sock, selectors.EVENT_READ, COUNTER_INTERVAL):
                return _Seen.ARRIVED
            if drops.seen:
                return _Seen.ARRIVED if ready(sock, selectors.EVENT_READ, grace) else _Seen.DROPPED
            if over:
                return _Seen.SILENCE

    @property
    def _silence(self) -> float:
        return max(MIN_SILENCE, 6 * self.usual_seconds)

    @property
    def _grace(self) -> float:
        return max(MIN_GRACE, 3 * self.usual_seconds)
