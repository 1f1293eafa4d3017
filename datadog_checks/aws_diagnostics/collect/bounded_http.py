"""A request whose every part is bounded: one time for everything, no redirect, few bytes, no foreign text in errors.

requests bounds each read and not all of them together, so an answer could drip for ever.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .cut_off import CutOff, watched_session
from .run import RequestFailed

if TYPE_CHECKING:
    from requests import Session

CHUNK = 1 << 16
TOO_LATE = 'the Datadog API did not answer in time'
NO_PROXY = {'http': '', 'https': ''}
"""With these keys no proxy of the environment applies."""

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
    than what is asked. Then it must be closed. The environment is read once: requests reads all of it, and the file
    .netrc, for every request, which is a fifth of what a request costs."""

    def __init__(self, *, keep: bool = False) -> None:
        self._keep = keep
        self._session: Session | None = None
        self._of_environment: dict[str, str] = {}
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

        by_scheme = {} if proxies is None else proxies or NO_PROXY
        may_repeat = self._socket is not None and request.method == 'GET'
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
        self, request: Request, seconds: float, read: Callable[[HttpAnswer], Result], proxies: Mapping[str, str]
    ) -> Result:
        with self._opened(request.url).request(
            request.method,
            request.url,
            data=request.body,
            headers=dict(request.headers),
            timeout=seconds,
            stream=True,
            allow_redirects=False,
            proxies={**self._of_environment, **proxies},
        ) as answer:
            return read(answer)

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _opened(self, url: str) -> 'Session':
        if self._session is None:
            self._session = watched_session(self._remember)
            found = self._session.merge_environment_settings(url, {}, None, None, None)
            self._session.trust_env = False
            self._session.verify, self._of_environment = found['verify'], dict(found['proxies'])
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
