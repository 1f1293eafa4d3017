"""The kernel's count of packets that it dropped because their TTL was below a socket's minimum."""

from pathlib import Path

NETSTAT = Path('/proc/self/net/netstat')
"""Of the network namespace of this process, readable by everyone."""
NAME = 'TCPMinTTLDrop'
MOST_BYTES = 256 * 1024


class DropCounter:
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
