"""The socket options that the measurement needs, by number: the `socket` module names few of them.

The numbers are those of Linux (include/uapi/linux/in.h, in6.h, tcp.h and socket.h). They mean something else on other
systems, so each function does nothing there and says so.
"""

import socket
import struct
import sys
from contextlib import suppress

LINUX = sys.platform == 'linux'

IP_RECVERR = 11
IPV6_RECVERR = 25
IP_MINTTL = 21
IPV6_MINHOPCOUNT = 73
TCP_INFO = 11
SO_MEMINFO = 55

# struct tcp_info: 8 bytes of flags, then the 32-bit numbers rto, ato, snd_mss, rcv_mss, unacked.
TCPI_UNACKED_OFFSET = 24

# SO_MEMINFO gives 32-bit numbers, the ninth of which is the number of packets dropped (SK_MEMINFO_DROPS).
MEMINFO_DROPS_OFFSET = 32


def report_icmp_errors(sock: socket.socket) -> None:
    """ICMP errors go to the socket's error queue, where `icmp_error` finds who sent them.

    It also makes them end a connect() at once. Without it, an IPv6 connect whose SYN expired at a gateway goes on
    until its timeout.
    """
    if LINUX:
        level, option = _by_family(sock, IP_RECVERR, IPV6_RECVERR)
        with suppress(OSError):  # gVisor knows only some of them; what is lost is the evidence, not the result
            sock.setsockopt(level, option, 1)


def limit_hops(sock: socket.socket, hops: int) -> None:
    """What the socket sends expires at the gateway number `hops`. Raises OSError."""
    level, option = _by_family(sock, socket.IP_TTL, socket.IPV6_UNICAST_HOPS)
    sock.setsockopt(level, option, hops)


def require_ttl(sock: socket.socket, at_least: int) -> bool:
    """The kernel drops what arrives at this connection with a smaller TTL. False where it has no such option."""
    if not LINUX:
        return False
    level, option = _by_family(sock, IP_MINTTL, IPV6_MINHOPCOUNT)
    try:
        sock.setsockopt(level, option, at_least)
    except OSError:
        return False
    return True


def all_acknowledged(sock: socket.socket) -> bool | None:
    """The other end's kernel has acknowledged everything that was sent. None where this cannot be known."""
    unacknowledged = _number(sock, socket.IPPROTO_TCP, TCP_INFO, TCPI_UNACKED_OFFSET)
    return None if unacknowledged is None else unacknowledged == 0


def dropped_packets(sock: socket.socket) -> int | None:
    """How many packets for this socket the kernel has dropped. None where it does not tell (Linux before 4.12)."""
    return _number(sock, socket.SOL_SOCKET, SO_MEMINFO, MEMINFO_DROPS_OFFSET)


def reset_on_close(sock: socket.socket) -> None:
    """close() sends a TCP reset and forgets the connection.

    After a plain close the kernel would go on with it, minimum TTL included: it would drop the other end's
    acknowledgements, both sides would retransmit for seconds, and the drops would spoil the next measurement.
    """
    with suppress(OSError):
        sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii' if sys.platform != 'win32' else 'hh', 1, 0)
        )


def _number(sock: socket.socket, level: int, option: int, offset: int) -> int | None:
    """The 32-bit number at `offset` of the structure that this option gives."""
    if not LINUX:
        return None
    try:
        structure = sock.getsockopt(level, option, offset + 4)
    except OSError:
        return None
    return int.from_bytes(structure[offset:], sys.byteorder) if len(structure) == offset + 4 else None


def _by_family(sock: socket.socket, ipv4: int, ipv6: int) -> tuple[int, int]:
    if sock.family == socket.AF_INET6:
        return socket.IPPROTO_IPV6, ipv6
    return socket.IPPROTO_IP, ipv4
