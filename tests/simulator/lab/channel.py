"""Python objects and file descriptors over a Unix stream socket, between processes of the same test run."""

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct('=Q')


class Channel:
    """One end of a conversation. Messages are pickled: both ends run the code of this repository."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end

    def send(self, message: object, descriptor: int | None = None) -> None:
        """Send one object and, beside it, at most one open file. Raises OSError when the other end is gone."""
        body = pickle.dumps(message)
        descriptors = [] if descriptor is None else [descriptor]
        socket.send_fds(self.socket, [_LENGTH.pack(len(body))], descriptors)
        self.socket.sendall(body)

    def receive(self) -> Any:
        """The next object. Raises EOFError when the other end is gone."""
        return self.receive_with_descriptor()[0]

    def receive_with_descriptor(self) -> tuple[Any, int | None]:
        """The next object and the file that was sent beside it. Raises EOFError when the other end is gone."""
        header, descriptors, _, _ = socket.recv_fds(self.socket, _LENGTH.size, 1, socket.MSG_WAITALL)
        if len(header) < _LENGTH.size:
            raise EOFError('the other end of the channel is gone')
        return pickle.loads(self._exactly(_LENGTH.unpack(header)[0])), next(iter(descriptors), None)

    def _exactly(self, size: int) -> bytes:
        received = bytearray()
        while len(received) < size:
            chunk = self.socket.recv(min(size - len(received), 1 << 20))
            if not chunk:
                raise EOFError('the other end of the channel is gone')
            received += chunk
        return bytes(received)

    def close(self) -> None:
        self.socket.close()


def channel_pair() -> tuple[Channel, Channel]:
    near, far = socket.socketpair()
    return Channel(near), Channel(far)
