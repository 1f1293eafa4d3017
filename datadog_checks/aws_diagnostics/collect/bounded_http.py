"""A request whose every part is bounded: one time for everything, no redirect, few bytes, no foreign text in errors.

requests bounds each read and not all of them together, so an answer could drip for ever.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .cut_off import CutOff
from .run import RequestFailed

if TYPE_CHECKING:
    from requests import Session
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool

CHUNK = 1 << 16
TOO_LATE = 'the Datadog API did not answer in time'
NO_PROXY = {'http': '', 'https': ''}
"""With these keys requests does not look for proxies in the environment."""

Result = TypeVar('Result')


class HttpAnswer(Protocol):
    """The part of an answer of requests that is used."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def raw(self) -> Any: ...  # noqa: ANN401


class TooLarge(RequestFailed):
    """There is an answer, with more bytes than allowed."""


class NotAnswered(RequestFailed):
    """No answer came, in time or at all: whether the request had an effect is not known."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = None


class Connection:
    """To one server, for one thread. `keep` leaves it open after a request, for the next one: a handshake takes longer
    than what is asked. Then it must be closed."""

    def __init__(self, *, keep: bool = False) -> None:
        self._keep = keep
        self._session: Session | None = None
        self._socket: socket.socket | None = None
        self._cut_off: CutOff | None = None

    def asked(
        self, request: Request, seconds: float, read: Callable[[HttpAnswer], Result], proxies: Mapping[str, str] | None
    ) -> Result:
        """What `read` makes of the answer, all within `seconds`. `proxies` by scheme; None takes those of the
        environment.

        Raises RequestFailed, without any text of requests: it holds addresses, of proxies with their passwords, and the
        value of a header that cannot be sent.
        """
        from requests.exceptions import ConnectionError as Broken

        by_scheme = None if proxies is None else dict(proxies) or NO_PROXY
        may_repeat = self._session is not None and request.method == 'GET'
        with CutOff(seconds) as self._cut_off, _told_apart(self._cut_off):
            try:
                return self._asked_once(request, seconds, read, by_scheme)
            except Broken:
                # A server may close what is kept while the next request is on its way (RFC 9112, section 9.3.1).
                if not may_repeat or self._cut_off.late:
                    raise
                self.close()
                return self._asked_once(request, seconds, read, by_scheme)
            finally:
                if not self._keep:
                    self.close()

    def _asked_once(
        self, request: Request, seconds: float, read: Callable[[HttpAnswer], Result], proxies: dict[str, str] | None
    ) -> Result:
        with self._opened().request(
            request.method,
            request.url,
            data=request.body,
            headers=dict(request.headers),
            timeout=seconds,
            stream=True,
            allow_redirects=False,
            proxies=proxies,
        ) as answer:
            return read(answer)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
        if self._socket is not None:
            self._socket.close()
        self._session = self._socket = None

    def _opened(self) -> 'Session':
        """Without cookies: nothing of one answer reaches the next request."""
        from http.cookiejar import DefaultCookiePolicy

        from requests import Session

        if self._session is None:
            self._session = Session()
            self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            for scheme in ('https://', 'http://'):
                self._session.mount(scheme, _adapter(self._remember))
        elif self._socket is not None and self._cut_off is not None:
            self._cut_off.remember(self._socket)
        return self._session

    def _remember(self, connection: socket.socket) -> None:
        """The time of this request ends it, and that of each later one."""
        if self._cut_off is not None:
            self._cut_off.remember(connection)
        if self._keep:
            if self._socket is not None:
                self._socket.close()
            self._socket = connection.dup()


def received(answer: HttpAnswer, limit: int) -> bytes:
    """The body as it was sent. Raises TooLarge, and what requests and urllib3 raise."""
    body = bytearray()
    while chunk := answer.raw.read(CHUNK, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise TooLarge(f'the answer of the Datadog API is larger than {limit >> 20} MiB')
    return bytes(body)


@contextmanager
def _told_apart(cut_off: CutOff) -> Iterator[None]:
    """An answer that was cut off can also look like a short one."""
    try:
        yield
    except RequestFailed:
        raise
    except Exception as e:  # noqa: BLE001  (requests lets those of urllib3 and of http.client through, too)
        raise NotAnswered(_why(e, cut_off)) from None
    if cut_off.late:
        raise NotAnswered(TOO_LATE)


def _why(error: Exception, cut_off: CutOff) -> str:
    from requests import exceptions as e
    from urllib3.exceptions import HTTPError, TimeoutError

    if cut_off.late or isinstance(error, e.Timeout | TimeoutError):
        return TOO_LATE
    if isinstance(error, e.ProxyError):
        return 'the proxy on the way to the Datadog API failed'
    if isinstance(error, e.SSLError):
        return 'the TLS handshake with the Datadog API failed'
    if isinstance(error, e.ConnectionError | HTTPError):
        return 'the Datadog API could not be reached, or broke the connection'
    return f'the request to the Datadog API failed unexpectedly: {type(error).__name__}'


def _adapter(remember: Callable[[socket.socket], None]) -> 'HTTPAdapter':
    """Shows every connection to `remember` before its first byte: a handshake can drip, too."""
    from requests.adapters import HTTPAdapter

    class Remembering(HTTPAdapter):
        def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> 'HTTPConnectionPool':
            pool = super().get_connection_with_tls_context(*arguments, **options)
            if not issubclass(pool.ConnectionCls, _Remembering):
                pool.ConnectionCls = _remembering(pool.ConnectionCls, remember)
            return pool

    return Remembering()


class _Remembering:
    """Marks a class of connections that shows its sockets."""


def _remembering(kind: type[Any], remember: Callable[[socket.socket], None]) -> type[Any]:
    def connect(self: object) -> socket.socket:
        connection: socket.socket = kind._new_conn(self)
        remember(connection)
        return connection

    return type(kind.__name__, (_Remembering, kind), {'_new_conn': connect})
