"""As much HTTP/1.1 as IMDS speaks: one request and one response per connection."""

from asyncio import IncompleteReadError, LimitOverrunError, StreamReader
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus


@dataclass(frozen=True)
class HttpRequest:
    """A request without its body; the names of the headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class HttpResponse:
    """A response; Content-Length and Connection are added when it is written."""

    status: int
    body: bytes = b''
    headers: dict[str, str] = field(default_factory=dict)
    granted_token: bool = False
    """Only such a response carries the hop limit."""

    def encoded(self, with_body: bool = True) -> bytes:
        reason = HTTPStatus(self.status).phrase
        headers = {'Content-Type': 'text/plain', 'Content-Length': str(len(self.body)), 'Date': formatdate(usegmt=True)}
        headers |= {'Server': 'EC2ws', 'Connection': 'close'} | self.headers
        lines = [f'HTTP/1.1 {self.status} {reason}', *(f'{name}: {value}' for name, value in headers.items())]
        return '\r\n'.join([*lines, '', '']).encode('latin-1') + (self.body if with_body else b'')


async def read_request(reader: StreamReader) -> HttpRequest | None:
    """The next request, or None when what came is no HTTP request."""
    try:
        head = (await reader.readuntil(b'\r\n\r\n')).decode('latin-1')
        first, *rest = head.rstrip('\r\n').split('\r\n')
        method, target, _ = first.split(' ')
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(':') for line in rest)}
        await reader.readexactly(int(headers.get('content-length', '0')))
    except (IncompleteReadError, LimitOverrunError, ValueError, ConnectionError):
        return None
    return HttpRequest(method, target.partition('?')[0], headers)
