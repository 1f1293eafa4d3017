"""What the kernel tells about one connection: socket options by number, and ICMP errors from the socket's error queue.

The `socket` module names few of these options. The numbers are those of Linux (include/uapi/linux/in.h, in6.h, tcp.h
and socket.h). They mean something else on other systems, so each function does nothing there and says so. The error
queue is described in ip(7) and ipv6(7) under IP_RECVERR.
"""

import math
import select
import selectors
import socket
import struct
import sys
from contextlib import suppress
from typing import NamedTuple

from ...facts import IcmpError, Outcome
from ...facts.values import IpAddress

LINUX = sys.platform == 'linux'

IP_RECVERR = 11
IPV6_RECVERR = 25
IP_MINTTL = 21
IPV6_MINHOPCOUNT = 73
TCP_INFO = 11
SO_MEMINFO = 55

# struct tcp_info: 8 bytes of flags, then the 32-bit numbers rto, ato, snd_mss, rcv_mss, unacked.
TCPI_UNACKED_OFFSET = 24
# How many milliseconds ago data and an acknowledgement were received.
TCPI_LAST_DATA_RECV_OFFSET = 52
TCPI_LAST_ACK_RECV_OFFSET = 56
LEAST_IDLE_SECONDS = 0.05
"""The kernel's clock for these has ticks of up to 10 ms."""

# SO_MEMINFO gives 32-bit numbers, the ninth of which is the number of packets dropped (SK_MEMINFO_DROPS).
MEMINFO_DROPS_OFFSET = 32


def report_icmp_errors(sock: socket.socket) -> None:
    """ICMP errors go to the socket's error queue, where `icmp_error` finds who sent them.

    It also makes them end a connect() at once. Without it, an IPv6 connect whose SYN expired at a gateway goes on
    until its timeout.
    """
    if LINUX:
        level, option = _by_family(sock, IP_RECVERR, IPV6_RECVERR)
        with suppress(OSError):  # gVisor knows only some of them; what is lost is the evidence, not the result
            sock.setsockopt(level, option, 1)


def limit_hops(sock: socket.socket, hops: int) -> None:
    """What the socket sends expires at the gateway number `hops`. Raises OSError."""
    level, option = _by_family(sock, socket.IP_TTL, socket.IPV6_UNICAST_HOPS)
    sock.setsockopt(level, option, hops)


def require_ttl(sock: socket.socket, at_least: int) -> bool:
    """The kernel drops what arrives at this connection with a smaller TTL. False where it has no such option."""
    if not LINUX:
        return False
    level, option = _by_family(sock, IP_MINTTL, IPV6_MINHOPCOUNT)
    try:
        sock.setsockopt(level, option, at_least)
    except OSError:
        return False
    return True


def all_acknowledged(sock: socket.socket) -> bool | None:
    """The other end's kernel has acknowledged everything that was sent. None where this cannot be known."""
    unacknowledged = _number(sock, socket.IPPROTO_TCP, TCP_INFO, TCPI_UNACKED_OFFSET)
    return None if unacknowledged is None else unacknowledged == 0


def idle_seconds(sock: socket.socket, offset: int) -> float:
    """For how long what arrived last lay in the socket, unread: this process stood still (SIGSTOP, a virtual machine
    that was moved, another check that held the interpreter). 0 below 50 ms and where it cannot be known."""
    milliseconds = _number(sock, socket.IPPROTO_TCP, TCP_INFO, offset) or 0
    return seconds if (seconds := milliseconds / 1000) >= LEAST_IDLE_SECONDS else 0.0


def dropped_packets(sock: socket.socket) -> int | None:
    """How many packets for this socket the kernel has dropped. None where it does not tell (Linux before 4.12)."""
    return _number(sock, socket.SOL_SOCKET, SO_MEMINFO, MEMINFO_DROPS_OFFSET)


def ready(sock: socket.socket, event: int, timeout: float) -> bool:
    """Waits for EVENT_READ or EVENT_WRITE of `selectors`, or an error. False when `timeout` seconds pass without.

    poll() where there is one: select() fails for descriptors above 1023, epoll() costs one more for each wait.
    """
    if sys.platform == 'win32':
        with selectors.SelectSelector() as selector:
            selector.register(sock, event)
            return bool(selector.select(timeout))
    poll = select.poll()
    poll.register(sock, select.POLLIN if event == selectors.EVENT_READ else select.POLLOUT)
    return bool(poll.poll(math.ceil(timeout * 1000)))


def reset_on_close(sock: socket.socket) -> None:
    """close() sends a TCP reset and forgets the connection.

    After a plain close the kernel would go on with it, minimum TTL included: it would drop the other end's
    acknowledgements, both sides would retransmit for seconds, and the drops would spoil the next measurement.
    """
    with suppress(OSError):
        sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii' if sys.platform != 'win32' else 'hh', 1, 0)
        )


def _number(sock: socket.socket, level: int, option: int, offset: int) -> int | None:
    """The 32-bit number at `offset` of the structure that this option gives."""
    if not LINUX:
        return None
    try:
        structure = sock.getsockopt(level, option, offset + 4)
    except OSError:
        return None
    return int.from_bytes(structure[offset:], sys.byteorder) if len(structure) == offset + 4 else None


def _by_family(sock: socket.socket, ipv4: int, ipv6: int) -> tuple[int, int]:
    if sock.family == socket.AF_INET6:
        return socket.IPPROTO_IPV6, ipv6
    return socket.IPPROTO_IP, ipv4


MSG_ERRQUEUE = 0x2000

# struct sock_extended_err: errno, origin, type, code, padding, info, data; the sender's address follows.
EXTENDED_ERROR = struct.Struct('=IBBBBII')
ORIGIN_ICMP = {2: 4, 3: 6}
"""SO_EE_ORIGIN_ICMP and SO_EE_ORIGIN_ICMP6: the version of IP."""
RECORDS_READ_AT_MOST = 8

TIME_EXCEEDED = {(4, 11), (6, 3)}
"""(version of IP, ICMP type)"""
DESTINATION_UNREACHABLE = {(4, 3), (6, 1)}
REJECTED = {(4, 2), (4, 3), (4, 9), (4, 10), (4, 13), (6, 1), (6, 4), (6, 5), (6, 6)}
"""(version of IP, code of destination unreachable) that say "not allowed" or "not this port", not "no way there":
RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1, RFC 4443 section 3.1."""


class QueuedError(NamedTuple):
    number: int
    """The errno that the kernel made of it."""
    icmp: IcmpError


def queued_error(sock: socket.socket) -> QueuedError | None:
    """The first ICMP error in the queue, which is empty afterwards: one that stays would wake every poll at once."""
    if not LINUX:
        return None
    errors = []
    for _ in range(RECORDS_READ_AT_MOST):
        try:
            _, ancillary, _, _ = sock.recvmsg(1, 512, MSG_ERRQUEUE)
        except OSError:
            break
        errors += [_parse(data) for level, kind, data in ancillary if (level, kind) in _LEVELS]
    return next((error for error in errors if error), None)


_LEVELS = {(socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)}


def _parse(data: bytes) -> QueuedError | None:
    if len(data) < EXTENDED_ERROR.size:
        return None
    number, origin, kind, code, *_ = EXTENDED_ERROR.unpack_from(data)
    version = ORIGIN_ICMP.get(origin)
    if version is None:
        return None
    return QueuedError(number, IcmpError(version, kind, code, _sender(data[EXTENDED_ERROR.size :])))


def _sender(sockaddr: bytes) -> IpAddress | None:
    """The address in a struct sockaddr_in (address at byte 4) or sockaddr_in6 (at byte 8)."""
    family = int.from_bytes(sockaddr[:2], sys.byteorder)
    if family == socket.AF_INET and len(sockaddr) >= 8:
        return IpAddress.of(socket.inet_ntop(socket.AF_INET, sockaddr[4:8]))
    if family == socket.AF_INET6 and len(sockaddr) >= 24:
        return IpAddress.of(socket.inet_ntop(socket.AF_INET6, sockaddr[8:24]))
    return None


def is_time_exceeded(icmp: IcmpError | None) -> bool:
    return icmp is not None and (icmp.version, icmp.type) in TIME_EXCEEDED


def outcome_of(icmp: IcmpError) -> Outcome:
    """What this error says about a connect()."""
    kind = (icmp.version, icmp.type)
    if kind in DESTINATION_UNREACHABLE:
        return Outcome.REJECTED if (icmp.version, icmp.code) in REJECTED else Outcome.UNREACHABLE
    return Outcome.UNREACHABLE if kind in TIME_EXCEEDED else Outcome.CONNECT_FAILED
