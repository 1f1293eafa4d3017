"""Bounded GETs to the Datadog API: ten seconds for everything, no redirect, the proxies of the environment.

Keys go into headers alone. No text of an exception of requests is passed on: it holds addresses, of proxies with
their passwords, and the value of a header that cannot be sent.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ..__about__ import __version__
from .cut_off import CutOff
from .deadline import RequestFailed
from .json_object import parsed

if TYPE_CHECKING:
    from requests import Response
    from requests import Session as HttpSession
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool
    from urllib3.response import BaseHTTPResponse

LIMIT = 1 << 20
"""Bytes of one answer."""
TIMEOUT = 10.0
"""Seconds, for connecting, asking and answering together."""
CHUNK = 1 << 16
LEAST_WAIT = 1.0
"""Seconds, where Datadog throttles and does not say how long."""
TOO_LATE = 'the Datadog API did not answer in time'

REFUSALS: Mapping[int, str] = {
    401: 'Datadog does not accept the API key or the application key (401)',
    404: 'the Datadog API has no such address (404): is datadog_site right?',
    429: 'Datadog throttles its API (429)',
}


class TooLarge(RequestFailed):
    """There is an answer, with more bytes than allowed."""


class Throttled(RequestFailed):
    """Datadog answers again when `DatadogApi.wait` is over."""


class Permission(StrEnum):
    """Of an application key, with what it lets it do."""

    AWS_CONFIGURATION_READ = 'read AWS configuration'
    HOSTS_READ = 'read hosts'

    @property
    def refused(self) -> str:
        return (
            f'Datadog refuses: a key is not valid, or the application key may not {self}'
            f' (403, permission {self.name.lower()})'
        )


class DatadogApi:
    """One site of Datadog. Without keys only what is public."""

    def __init__(self, url: str, *, api_key: str = '', app_key: str = '', timeout: float = TIMEOUT) -> None:
        self._url = url.rstrip('/')
        self._keys = {'DD-API-KEY': api_key, 'DD-APPLICATION-KEY': app_key} if api_key and app_key else {}
        self._timeout = timeout
        self.wait = 0.0
        """Seconds until Datadog takes the next request, by the rate limit of the last answer."""

    def get(
        self,
        path: str,
        *,
        with_keys: bool = False,
        needs: Permission = Permission.AWS_CONFIGURATION_READ,
        limit: int = LIMIT,
    ) -> object:
        """The JSON of a 200 answer of at most `limit` bytes. Raises RequestFailed."""
        headers = {
            'Accept': 'application/json',
            'Accept-Encoding': 'identity',
            'User-Agent': f'datadog-aws-diagnostics/{__version__}',
            **(self._keys if with_keys else {}),
        }
        return _decoded(self._fetch(path, headers, lambda answer: self._body(answer, needs, limit)))

    def _fetch(self, path: str, headers: Mapping[str, str], body: Callable[['Response'], bytes]) -> bytes:
        from requests import Session as HttpSession

        with CutOff(self._timeout) as cut_off, _told_apart(cut_off), HttpSession() as session:
            for scheme in ('https://', 'http://'):
                session.mount(scheme, _adapter(cut_off))
            return self._answer(session, path, headers, body)

    def _answer(
        self, session: 'HttpSession', path: str, headers: Mapping[str, str], body: Callable[['Response'], bytes]
    ) -> bytes:
        with session.get(
            self._url + path, headers=dict(headers), timeout=self._timeout, stream=True, allow_redirects=False
        ) as answer:
            return body(answer)

    def _body(self, answer: 'Response', needs: Permission, limit: int) -> bytes:
        self.wait = _asked_to_wait(answer)
        if answer.status_code == 403:
            raise RequestFailed(needs.refused)
        return _body(answer, limit)


def _asked_to_wait(answer: 'Response') -> float:
    """X-RateLimit-Reset counts the seconds until the limit starts anew; it matters when nothing remains."""
    used_up = answer.status_code == 429 or answer.headers.get('X-RateLimit-Remaining') == '0'
    reset = answer.headers.get('X-RateLimit-Reset', '')
    seconds = float(reset) if reset.isascii() and reset.isdecimal() and len(reset) < 10 else 0.0
    return max(seconds, LEAST_WAIT) if used_up else 0.0


def _body(answer: 'Response', limit: int) -> bytes:
    if answer.status_code in REFUSALS:
        kind = Throttled if answer.status_code == 429 else RequestFailed
        raise kind(REFUSALS[answer.status_code])
    if answer.status_code != 200:
        how = 'fails' if answer.status_code >= 500 else 'does not answer as documented'
        raise RequestFailed(f'the Datadog API {how} (status {answer.status_code})')
    if answer.headers.get('Content-Encoding', 'identity') != 'identity':
        raise RequestFailed('the answer of the Datadog API is compressed, which was not asked for')
    return _received(answer.raw, limit)


def _received(raw: 'BaseHTTPResponse', limit: int) -> bytes:
    body = bytearray()
    while chunk := raw.read(CHUNK, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise TooLarge(f'the answer of the Datadog API is larger than {limit >> 20} MiB')
    return bytes(body)


def _decoded(body: bytes) -> object:
    try:
        return parsed(body)
    except ValueError:
        kind = 'HTML' if body.lstrip()[:1] == b'<' else 'no JSON'
        raise RequestFailed(f'what answered is not the Datadog API: {kind}') from None


@contextmanager
def _told_apart(cut_off: CutOff) -> Iterator[None]:
    """An answer that was cut off can also look like a short one."""
    try:
        yield
    except RequestFailed:
        raise
    except Exception as e:  # noqa: BLE001  (requests lets those of urllib3 and of http.client through, too)
        raise RequestFailed(_why(e, cut_off)) from None
    if cut_off.late:
        raise RequestFailed(TOO_LATE)


def _why(error: Exception, cut_off: CutOff) -> str:
    from requests import exceptions as e
    from urllib3.exceptions import HTTPError, TimeoutError

    if cut_off.late or isinstance(error, e.Timeout | TimeoutError):
        return TOO_LATE
    if isinstance(error, e.ProxyError):
        return 'the proxy on the way to the Datadog API failed'
    if isinstance(error, e.SSLError):
        return 'TLS with the Datadog API failed'
    if isinstance(error, e.ConnectionError | HTTPError):
        return 'the Datadog API could not be reached, or broke the connection'
    return f'the Datadog API could not be asked: {type(error).__name__}'


def _adapter(cut_off: CutOff) -> 'HTTPAdapter':
    """Shows every connection to `cut_off` before its first byte: a handshake can drip, too."""
    from requests.adapters import HTTPAdapter

    class Remembering(HTTPAdapter):
        def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> 'HTTPConnectionPool':
            pool = super().get_connection_with_tls_context(*arguments, **options)
            pool.ConnectionCls = _remembering(pool.ConnectionCls, cut_off)
            return pool

    return Remembering()


def _remembering(kind: type[Any], cut_off: CutOff) -> type[Any]:
    def connect(self: object) -> socket.socket:
        connection: socket.socket = kind._new_conn(self)
        cut_off.remember(connection)
        return connection

    return type(kind.__name__, (kind,), {'_new_conn': connect})
