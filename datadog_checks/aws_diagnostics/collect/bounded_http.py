"""A request whose every part is bounded: one time for everything, no redirect, few bytes, no foreign text in errors.

requests bounds each read and not all of them together, so an answer could drip for ever.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from .run import RequestFailed

if TYPE_CHECKING:
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


def asked(
    request: Request, seconds: float, read: Callable[[HttpAnswer], Result], proxies: Mapping[str, str] | None
) -> Result:
    """What `read` makes of the answer, all within `seconds`. `proxies` by scheme; None takes those of the environment.

    Raises RequestFailed, without any text of requests: it holds addresses, of proxies with their passwords, and the
    value of a header that cannot be sent.
    """
    from requests import Session

    by_scheme = None if proxies is None else dict(proxies) or NO_PROXY
    with CutOff(seconds) as cut_off, _told_apart(cut_off), Session() as session:
        for scheme in ('https://', 'http://'):
            session.mount(scheme, _adapter(cut_off))
        with session.request(
            request.method,
            request.url,
            data=request.body,
            headers=dict(request.headers),
            timeout=seconds,
            stream=True,
            allow_redirects=False,
            proxies=by_scheme,
        ) as answer:
            return read(answer)


def received(answer: HttpAnswer, limit: int) -> bytes:
    """The body as it was sent. Raises TooLarge, and what requests and urllib3 raise."""
    body = bytearray()
    while chunk := answer.raw.read(CHUNK, decode_content=False):
        body += chunk
        if len(body) > limit:
            raise TooLarge(f'the answer of the Datadog API is larger than {limit >> 20} MiB')
    return bytes(body)


class CutOff:
    """A context manager that shuts every connection it was shown, `seconds` after it was entered."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self.late = False
        """Whether the time was over."""

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()
        for connection in self._connections:
            connection.close()

    def remember(self, connection: socket.socket) -> None:
        """By a descriptor of our own: TLS takes the first one away from its socket."""
        with self._lock:
            self._connections.append(connection.dup())
            if self.late:
                _shut(self._connections[-1])

    def _end(self) -> None:
        with self._lock:
            self.late = True
            for connection in self._connections:
                _shut(connection)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the other end was faster
        connection.shutdown(socket.SHUT_RDWR)


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
