"""One time for everything that a request does, however slowly each of its bytes comes."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from requests import Session
    from requests.adapters import HTTPAdapter
    from urllib3.connectionpool import HTTPConnectionPool


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


def watched_session(remember: Callable[[socket.socket], None]) -> 'Session':
    """Shows each of its connections to `remember`. Without cookies: nothing of one answer reaches the next request."""
    from http.cookiejar import DefaultCookiePolicy

    from requests import Session

    session = Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ('https://', 'http://'):
        session.mount(scheme, _adapter(remember))
    return session


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
