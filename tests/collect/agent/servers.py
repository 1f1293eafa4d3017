"""Servers on the loopback interface that stand in for the Agent, and for other programs on its ports.

A server here answers every connection with the same bytes, in a thread that ends with the test.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket], None]


@dataclass
class Server:
    port: int
    requests: list[bytes] = field(default_factory=list)
    """What each connection asked, TLS removed; b'' for one that asked nothing."""


@contextmanager
def serving(answer: Answer, *, tls: ssl.SSLContext | None = None, address: str = '127.0.0.1') -> Iterator[Server]:
    """Calls `answer` with each connection after its request was read; connections close when it returns."""
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        server = Server(listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listener, server, answer, tls))
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _accept(listener: socket.socket, server: Server, answer: Answer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):  # the listener was shut down: the test is over
        while True:
            connection, _ = listener.accept()
            with suppress(OSError), connection:  # the client may leave whenever it likes
                connection.settimeout(10)
                _serve(connection, server, answer, tls)


def _serve(connection: socket.socket, server: Server, answer: Answer, tls: ssl.SSLContext | None) -> None:
    if tls is None:
        server.requests.append(_request(connection))
        return answer(connection)
    with tls.wrap_socket(connection, server_side=True) as encrypted:
        server.requests.append(_request(encrypted))
        return answer(encrypted)


def _request(connection: socket.socket) -> bytes:
    received = b''
    while b'\r\n\r\n' not in received:
        chunk = connection.recv(65536)
        if not chunk:
            break
        received += chunk
    return received


def http(body: bytes, status: str = '200 OK', *headers: str) -> Answer:
    """As Go's server answers HTTP/1.0: without a length for what it has not counted, and closing."""
    head = '\r\n'.join([f'HTTP/1.0 {status}', *headers, '', ''])
    return sending(head.encode() + body)


def sending(content: bytes) -> Answer:
    return lambda connection: connection.sendall(content)
