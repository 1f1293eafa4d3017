"""Other programs on the Agent's ports, and what they do to a client."""

import json
import socket
import struct
import threading
from contextlib import suppress

from .servers import Answer, http, sending

HTML = b'<!DOCTYPE html><title>Registry</title>'
OTHER_GO_PROGRAM = json.dumps({'cmdline': ['registry'], 'memstats': {'Alloc': 1}}).encode()

STRANGERS: dict[str, tuple[Answer, str]] = {
    'a web page': (http(HTML), 'is not the Agent'),
    'not found': (http(HTML, '404 Not Found'), 'answers with the status 404'),
    'a redirect is not followed': (
        http(b'', '302 Found', 'Location: http://127.0.0.1:1/'),
        'answers with the status 302',
    ),
    'forbidden, as AirPlay says': (http(b'', '403 Forbidden'), 'answers with the status 403'),
    'variables of another Go program': (http(OTHER_GO_PROGRAM), 'is not the Agent'),
    'JSON that is a list': (http(b'[1, 2]'), 'is not the Agent'),
    'JSON that is cut off': (http(b'{"hostname": {'), 'is not the Agent'),
    'JSON nested without end': (http(b'[' * 200_000), 'is not the Agent'),
    'JSON that is not text': (http(b'\xff\xfe\x00{'), 'is not the Agent'),
    'nothing in the body': (http(b''), 'is not the Agent'),
    'a greeting of another protocol': (sending(b'220 mail.example.com ESMTP\r\n\r\n'), 'does not answer in HTTP/1'),
    'an answer in HTTP/2': (sending(b'\x00\x00\x12\x04\x00\x00\x00\x00\x00'), 'does not answer in HTTP/1'),
    'nothing at all': (sending(b''), 'does not answer in HTTP/1'),
    'a head that does not end': (sending(b'HTTP/1.0 200 OK\r\nX: y\r\n'), 'does not answer in HTTP/1'),
    'a head without end': (
        sending(b'HTTP/1.0 200 OK\r\n' + b'X: y\r\n' * 9000 + b'\r\n{}'),
        'does not answer in HTTP/1',
    ),
    'fewer bytes than announced': (
        http(b'{}', '200 OK', 'Content-Length: 900'),
        'closed the connection in the middle of its answer',
    ),
}
"""What the program does -> what is said of it after its address."""


def endless(connection: socket.socket) -> None:
    http(b'"')(connection)
    with suppress(OSError):
        while True:
            connection.sendall(b'x' * 65536)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


class Hanging:
    """Reads the request and keeps still, or drips bytes, until `release`."""

    def __init__(self, drip: bytes = b'') -> None:
        self._released = threading.Event()
        self._drip = drip

    def __call__(self, connection: socket.socket) -> None:
        while not self._released.wait(0.02):
            connection.sendall(self._drip)

    def release(self) -> None:
        self._released.set()
