"""ICMP errors about one connection, from the error queue of its socket (ip(7), ipv6(7): IP_RECVERR)."""

import socket
import struct
import sys
from typing import NamedTuple

from ...facts import IcmpError, Outcome
from .socket_options import IP_RECVERR, IPV6_RECVERR, LINUX

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


def _sender(sockaddr: bytes) -> str | None:
    """The address in a struct sockaddr_in (address at byte 4) or sockaddr_in6 (at byte 8)."""
    family = int.from_bytes(sockaddr[:2], sys.byteorder)
    if family == socket.AF_INET and len(sockaddr) >= 8:
        return socket.inet_ntop(socket.AF_INET, sockaddr[4:8])
    if family == socket.AF_INET6 and len(sockaddr) >= 24:
        return socket.inet_ntop(socket.AF_INET6, sockaddr[8:24])
    return None


def is_time_exceeded(icmp: IcmpError | None) -> bool:
    return icmp is not None and (icmp.version, icmp.type) in TIME_EXCEEDED


def outcome_of(icmp: IcmpError) -> Outcome:
    """What this error says about a connect()."""
    kind = (icmp.version, icmp.type)
    if kind in DESTINATION_UNREACHABLE:
        return Outcome.REJECTED if (icmp.version, icmp.code) in REJECTED else Outcome.UNREACHABLE
    return Outcome.UNREACHABLE if kind in TIME_EXCEEDED else Outcome.CONNECT_FAILED
