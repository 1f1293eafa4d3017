"""One time for everything that a request does, however slowly each of its bytes comes."""

import socket
import threading
from contextlib import suppress
from typing import Self


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
