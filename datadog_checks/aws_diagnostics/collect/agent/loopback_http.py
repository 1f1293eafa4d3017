"""One bounded GET to a server on this host: no proxy, no redirect, no name resolution.

The request is HTTP/1.0, so that the server answers without chunks and then closes. One deadline covers all of it, so
that a server which sends one byte a second cannot hold up the check.
"""

import errno
import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from ...log import LOG
from ..run import Deadline, DeadlineExceeded, RequestFailed

if TYPE_CHECKING:  # OpenSSL takes 5 MB, and most hosts never need it
    import ssl

TIMEOUT = 1.0
"""Seconds for connecting, asking and answering together."""
LONGEST_HEAD = 16 * 1024
STATUS_LINE = re.compile(rb'HTTP/1\.[01] ([0-9]{3})(?: [^\r\n]*)?\r?\n')
CONTENT_LENGTH = re.compile(rb'\ncontent-length:[ \t]*([0-9]{1,12})[ \t]*\r?\n', re.IGNORECASE)
END_OF_HEAD = re.compile(rb'\r?\n\r?\n')


@dataclass(frozen=True, slots=True)
class LocalServer:
    address: str
    """A loopback address: anything else raises RequestFailed before a packet is sent."""
    port: int
    tls: 'ssl.SSLContext | None' = None

    def __str__(self) -> str:
        return f'[{self.address}]:{self.port}' if ':' in self.address else f'{self.address}:{self.port}'

    def get(self, path: str, deadline: Deadline, *, limit: int, authorization: str = '') -> bytes:
        """The body of a 200 answer of at most `limit` bytes. Raises RequestFailed otherwise.

        `authorization` is sent only after the server has proved itself where `tls` asks for that.
        """
        try:
            body = self._ask(path, deadline, limit, authorization)
        except RequestFailed as e:
            LOG.debug('GET %s from the Agent: %s', path, e)
            raise
        LOG.debug('GET %s from the Agent: %d bytes', path, len(body))
        return body

    def _ask(self, path: str, deadline: Deadline, limit: int, authorization: str) -> bytes:
        try:
            return self._get(path, Deadline(deadline.timeout(TIMEOUT)), limit, authorization)
        except (DeadlineExceeded, TimeoutError):
            raise RequestFailed(f'{self} did not answer in time') from None
        except ConnectionRefusedError:
            raise RequestFailed(f'nothing listens on {self}') from None
        except OSError as e:
            raise RequestFailed(f'{self} {_why(e)}') from None

    def _get(self, path: str, deadline: Deadline, limit: int, authorization: str) -> bytes:
        if not ip_address(self.address).is_loopback:
            raise RequestFailed(f'{self} is not this host')
        with socket.create_connection((self.address, self.port), deadline.timeout(TIMEOUT)) as plain:
            if self.tls is None:
                return self._converse(plain, path, deadline, limit, authorization)
            plain.settimeout(deadline.timeout(TIMEOUT))
            with self.tls.wrap_socket(plain, server_hostname=self.address) as encrypted:
                return self._converse(encrypted, path, deadline, limit, authorization)

    def _converse(
        self, connection: socket.socket, path: str, deadline: Deadline, limit: int, authorization: str
    ) -> bytes:
        lines = [f'GET {path} HTTP/1.0', f'Host: {self}', 'Accept: application/json']
        lines += [f'Authorization: {authorization}'] if authorization else []
        connection.settimeout(deadline.timeout(TIMEOUT))
        connection.sendall('\r\n'.join([*lines, '', '']).encode('ascii'))
        return self._body(_receive(connection, deadline, LONGEST_HEAD + limit), limit)

    def _body(self, received: bytes, limit: int) -> bytes:
        status = STATUS_LINE.match(received)
        head = END_OF_HEAD.search(received, 0, LONGEST_HEAD)
        if status is None or head is None:
            raise RequestFailed(f'{self} does not answer in HTTP/1')
        if status[1] != b'200':
            raise RequestFailed(f'{self} answers with the status {status[1].decode()}')
        announced = _content_length(received, head.start())
        body = received[head.end() :] if announced is None else received[head.end() : head.end() + announced]
        if max(len(body), announced or 0) > limit:
            raise RequestFailed(f'{self} answers with more than {limit} bytes')
        if len(body) < (announced or 0):
            raise RequestFailed(f'{self} closed the connection in the middle of its answer')
        return body


def _receive(connection: socket.socket, deadline: Deadline, limit: int) -> bytes:
    """Until the other end closes, the announced length is there, or one byte more than `limit`."""
    received = bytearray()
    while len(received) <= limit and not _is_complete(received):
        connection.settimeout(deadline.timeout(TIMEOUT))
        chunk = connection.recv(min(65536, limit + 1 - len(received)))
        if not chunk:
            break
        received += chunk
    return bytes(received)


def _is_complete(received: bytearray) -> bool:
    head = END_OF_HEAD.search(received, 0, LONGEST_HEAD)
    length = _content_length(received, head.start()) if head else None
    return head is not None and length is not None and len(received) >= head.end() + length


def _content_length(received: bytes | bytearray, head: int) -> int | None:
    match = CONTENT_LENGTH.search(received, 0, head + 2)
    return int(match[1]) if match else None


def _why(error: OSError) -> str:
    """Errors of the module `ssl` are told by their attributes: it is not loaded for one of another kind."""
    if hasattr(error, 'verify_code'):
        return 'has a different certificate than the Agent'
    if hasattr(error, 'library'):
        return f'cannot be talked to: TLS {getattr(error, "reason", None) or "failed"}'
    return f'cannot be talked to: {errno.errorcode.get(error.errno or 0, type(error).__name__)}'
