"""The evidence that the kernel dropped a packet because its TTL was below a socket's minimum."""

import socket
from pathlib import Path

from .socket_options import dropped_packets

NETSTAT = Path('/proc/self/net/netstat')
"""Of the network namespace of this process, readable by everyone."""
NAME = 'TCPMinTTLDrop'
MOST_BYTES = 256 * 1024


class DropCounter:
    """The kernel's count of such packets, of all sockets in this network namespace."""

    def __init__(self, file: Path = NETSTAT) -> None:
        self._file = file

    def read(self) -> int | None:
        """None where it cannot be read, or this kernel does not have it."""
        try:
            with self._file.open(encoding='ascii', errors='replace') as file:
                names, values = _tcp_lines(file.read(MOST_BYTES).splitlines())
            return int(values[names.index(NAME)])
        except (OSError, ValueError, IndexError):
            return None


def _tcp_lines(lines: list[str]) -> tuple[list[str], list[str]]:
    """Two lines begin with 'TcpExt:': the names, then the values. Raises ValueError where it is otherwise."""
    names, values = (line.split() for line in lines if line.startswith('TcpExt:'))
    return names, values


class Drops:
    """Of one socket, from now on. The counter knows the reason and not the socket; the socket's own count knows the
    socket and not the reason. Only both together are evidence: others may use a minimum TTL here too."""

    def __init__(self, counter: DropCounter, sock: socket.socket) -> None:
        self._counter = counter
        self._sock = sock
        self._before = counter.read()
        self._of_socket = dropped_packets(sock)

    @property
    def seen(self) -> bool:
        return _grown(self._before, self._counter.read(), unknown=False) and _grown(
            self._of_socket, dropped_packets(self._sock), unknown=True
        )


def _grown(before: int | None, now: int | None, unknown: bool) -> bool:
    return unknown if before is None or now is None else now > before
