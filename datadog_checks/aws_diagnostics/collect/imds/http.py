"""A small, strict reader of HTTP/1.1 answers (RFC 9112).

No redirects, no proxies, no continuation lines, no other transfer coding than chunked. The lines of the head may end
with a bare LF, as the Agent's HTTP client (Go's net/textproto) reads those too. Whatever is not exactly HTTP, or
larger than allowed, is Malformed. Nothing here waits or knows a socket: bytes come from a `Read`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 64 * 1024
MAX_CHUNKED_BYTES = 2 * MAX_BODY_BYTES
"""Of a chunked body with its framing: one-byte chunks must not cost more than they are worth."""

Read: TypeAlias = Callable[[int], bytes]
"""At least one byte and at most as many as asked; b'' at the end of the connection."""

STATUS_LINE = re.compile(rb'HTTP/1\.[01] ([2-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?')
FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)")
END_OF_HEAD = re.compile(rb'\n\r?\n')
CHUNK_LINE = re.compile(rb'([0-9A-Fa-f]{1,8})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?')
WITHOUT_BODY = (204, 304)


class Malformed(Exception):
    """Not HTTP, or larger than allowed. `str()` says what was wrong, without any of the bytes."""


class ClosedEarly(Exception):
    """The connection ended before the answer was complete."""


@dataclass(frozen=True, slots=True)
class Response:
    """The body and the headers may hold a secret, so `repr` shows neither."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    """By lower-case name; several fields of one name are joined by ', '."""
    body: bytes = field(repr=False)


def read_response(read: Read) -> Response:
    """One answer to a PUT or GET. Raises Malformed, ClosedEarly, and whatever `read` raises."""
    incoming = _Incoming(read)
    first, *lines = incoming.head()
    status = STATUS_LINE.fullmatch(first)
    if status is None:
        raise Malformed('the first line is not an HTTP/1.1 status line of a final answer')
    headers = _headers(lines)
    number = int(status[1])
    return Response(number, headers, b'' if number in WITHOUT_BODY else _body(incoming, headers))


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        match = FIELD_LINE.fullmatch(line)
        if match is None:
            raise Malformed('a header line is not "name: value"')
        name, value = match[1].decode('ascii').lower(), match[2].decode('latin-1').rstrip(' \t')
        headers[name] = f'{headers[name]}, {value}' if name in headers else value
    return headers


def _body(incoming: '_Incoming', headers: Mapping[str, str]) -> bytes:
    coding, length = headers.get('transfer-encoding'), headers.get('content-length')
    if coding is not None and length is not None:
        raise Malformed('both Transfer-Encoding and Content-Length are given')
    if coding is not None:
        if coding.lower() != 'chunked':
            raise Malformed('the transfer coding is not chunked')
        return _chunked(incoming)
    if length is None:
        return incoming.to_end()
    incoming.budget = size = _length(length)
    return incoming.exactly(size)


def _length(text: str) -> int:
    values = {value.strip(' \t') for value in text.split(',')}
    value = values.pop()
    if values or not re.fullmatch('[0-9]{1,18}', value):
        raise Malformed('Content-Length is not one number')
    return _allowed(int(value))


def _allowed(size: int) -> int:
    if size > MAX_BODY_BYTES:
        raise Malformed(f'the body is larger than {MAX_BODY_BYTES} bytes')
    return size


def _chunked(incoming: '_Incoming') -> bytes:
    incoming.budget = MAX_CHUNKED_BYTES
    body = bytearray()
    while size := _chunk_size(incoming):
        _allowed(len(body) + size)
        body += incoming.exactly(size)
        if incoming.line():
            raise Malformed('a chunk does not end where it says')
    while incoming.line():  # trailer fields: read, bounded by the budget, and of no use here
        pass
    return bytes(body)


def _chunk_size(incoming: '_Incoming') -> int:
    match = CHUNK_LINE.fullmatch(incoming.line())
    if match is None:
        raise Malformed('a chunk does not begin with its size')
    return int(match[1], 16)


class _Incoming:
    """Bytes as they arrive, and how many more may come."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._buffer = bytearray()
        self.budget = MAX_HEAD_BYTES

    def head(self) -> list[bytes]:
        """The lines before the empty one. What does not even begin like HTTP is refused without waiting for more."""
        while (end := END_OF_HEAD.search(self._buffer)) is None:
            self._receive()
            if not self._buffer.startswith(b'HTTP/'[: len(self._buffer)]):
                raise Malformed('the answer does not begin with HTTP/')
        lines = self._take(end.end())[: end.start() - end.end()]
        return [line.removesuffix(b'\r') for line in lines.split(b'\n')]

    def line(self) -> bytes:
        while (end := self._buffer.find(b'\r\n')) < 0:
            self._receive()
        return self._take(end + 2)[:-2]

    def exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._receive()
        return self._take(size)

    def to_end(self) -> bytes:
        while data := self._read(4096):
            self._buffer += data
            _allowed(len(self._buffer))
        return self._take(_allowed(len(self._buffer)))

    def _receive(self) -> None:
        if self.budget <= 0:
            raise Malformed('the answer is larger than allowed')
        data = self._read(min(4096, self.budget))
        if not data:
            raise ClosedEarly('the connection was closed before the answer was complete')
        self.budget -= len(data)
        self._buffer += data

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken
