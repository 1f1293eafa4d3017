"""The plainest possible clients, to see what a world is like from inside. Each is called through World.run."""

import errno
import select
import socket
import struct
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import NamedTuple

from tests.simulator.addresses import IMDS, PORT

TOKEN_PATH = '/latest/api/token'
TOKEN_TTL = {'X-aws-ec2-metadata-token-ttl-seconds': '60'}

PATIENCE = 30.0
"""Seconds, where an answer comes: on a busy machine that takes a while."""

_IP_MINTTL = 21
_IPV6_MINHOPCOUNT = 73
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_EXTENDED_ERROR = struct.Struct('=IBBBBII')  # struct sock_extended_err, linux/errqueue.h


class Answer(NamedTuple):
    """A response as it came; the names of the headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Knock(NamedTuple):
    """How a TCP connect went."""

    error: str
    """'' when connected, 'SILENT' when nothing came in time, else the name of the errno."""

    icmp: tuple[int, int, str] | None = None
    """Type, code and sender of the ICMP error behind it."""


def ask(
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    address: str = IMDS['ipv4'],
    least_ttl: int = 0,
    timeout: float = PATIENCE,
) -> Answer:
    """One request on a connection of its own, which ignores every packet of the answer with a lower TTL.

    Raises TimeoutError, ConnectionError or http.client.HTTPException.
    """
    connection = HTTPConnection(address, PORT, timeout=timeout)
    try:
        connection.connect()
        if least_ttl:
            level, option = (socket.IPPROTO_IPV6, _IPV6_MINHOPCOUNT) if ':' in address else (0, _IP_MINTTL)
            connection.sock.setsockopt(level, option, least_ttl)
        connection.request(method, path, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def grant(address: str = IMDS['ipv4'], least_ttl: int = 0, timeout: float = PATIENCE) -> str:
    """A token. Raises as `ask` does, and ValueError for any answer but a token."""
    answer = ask('PUT', TOKEN_PATH, TOKEN_TTL, address, least_ttl, timeout)
    if answer.status != 200 or 'x-aws-ec2-metadata-token-ttl-seconds' not in answer.headers:
        raise ValueError(f'no token: {answer.status}')
    return answer.body.decode()


def converse(data: bytes, address: str = IMDS['ipv4'], limit: int = 1 << 17, timeout: float = PATIENCE) -> bytes:
    """Send bytes, receive until the other side closes or `limit` bytes came. Raises TimeoutError, ConnectionError."""
    with socket.create_connection((address, PORT), timeout=timeout) as connection:
        connection.sendall(data)
        received = b''
        while len(received) < limit and (chunk := connection.recv(limit - len(received))):
            received += chunk
        return received


def knock(address: str = IMDS['ipv4'], port: int = PORT, ttl: int = 64, timeout: float = PATIENCE) -> Knock:
    """Connect with packets of this TTL."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        if family == socket.AF_INET6:
            connection.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            connection.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
        else:
            connection.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
        connection.setblocking(False)
        number = _connect(connection, (address, port), timeout)
        queued, icmp = _icmp_error(connection) or (0, None)
        # The error queue wakes the poll also for a soft error, which SO_ERROR does not say.
        return Knock('' if number == queued == 0 else errno.errorcode.get(number or queued, 'SILENT'), icmp)


def _connect(connection: socket.socket, address: tuple[str, int], timeout: float) -> int:
    """The errno of the connect, 0 when connected, -1 when nothing came in time."""
    number = connection.connect_ex(address)
    if number != errno.EINPROGRESS:
        return number
    poll = select.poll()
    poll.register(connection, select.POLLOUT)
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if poll.poll(timeout * 1000) else -1


def _icmp_error(connection: socket.socket) -> tuple[int, tuple[int, int, str]] | None:
    """The errno and, of the ICMP error, type, code and sender."""
    try:
        _, ancillary, _, _ = connection.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return None
    for _, _, data in ancillary:
        number, _, kind, code, *_ = _EXTENDED_ERROR.unpack_from(data)
        offender = data[_EXTENDED_ERROR.size :]
        sender = offender[8:24] if connection.family == socket.AF_INET6 else offender[4:8]
        return number, (kind, code, socket.inet_ntop(connection.family, sender))
    return None
