"""A router that refuses packets to IMDS with an ICMP error of any code, as a firewall's REJECT does."""

import select
import socket
import struct
from ipaddress import ip_address
from types import TracebackType
from typing import Self

from tests.simulator.addresses import IMDS, Family

_ETHERTYPE: dict[Family, int] = {'ipv4': 0x0800, 'ipv6': 0x86DD}
# Where source and destination are in the fixed part of the header (RFC 791 and RFC 8200).
_ADDRESSES: dict[Family, tuple[slice, slice]] = {
    'ipv4': (slice(12, 16), slice(16, 20)),
    'ipv6': (slice(8, 24), slice(24, 40)),
}
# How much of the packet an ICMP error may quote (RFC 1812 4.3.2.3, RFC 4443 2.4).
_QUOTED: dict[Family, int] = {'ipv4': 548, 'ipv6': 1232}


class RejectingRouter:
    """Sees what comes in on an interface and answers it; dropping it is left to a routing rule."""

    def __init__(self, interface: str, errors: dict[Family, tuple[int, int]]) -> None:
        """Opens its sockets in the present network namespace; `errors` are ICMP type and code. Raises OSError."""
        self.errors = errors
        self.sniffers: dict[socket.socket, Family] = {}
        for family, ethertype in _ETHERTYPE.items():
            sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ethertype))
            sniffer.bind((interface, ethertype))
            self.sniffers[sniffer] = family
        self.senders: dict[Family, socket.socket] = {
            'ipv4': socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
            'ipv6': socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in (*self.sniffers, *self.senders.values()):
            each.close()

    def reject(self) -> None:
        """Answer for ever."""
        while True:
            readable, _, _ = select.select(list(self.sniffers), [], [])
            for sniffer in readable:
                packet, (_, _, kind, *_) = sniffer.recvfrom(1 << 16)
                if kind != socket.PACKET_OUTGOING:
                    self._answer(self.sniffers[sniffer], packet)

    def _answer(self, family: Family, packet: bytes) -> None:
        source, destination = (packet[part] for part in _ADDRESSES[family])
        if destination != ip_address(IMDS[family]).packed:
            return
        error = icmp_error(*self.errors[family], packet[: _QUOTED[family]])
        self.senders[family].sendto(error, (str(ip_address(source)), 0))


def icmp_error(kind: int, code: int, quoted: bytes) -> bytes:
    """An ICMP error message. For ICMPv6 the kernel replaces the checksum, which covers a pseudo header there."""
    without_checksum = struct.pack('!BBHI', kind, code, 0, 0) + quoted
    return struct.pack('!BBHI', kind, code, internet_checksum(without_checksum), 0) + quoted


def internet_checksum(data: bytes) -> int:
    """RFC 1071."""
    padded = data + b'\0' * (len(data) % 2)
    total: int = sum(struct.unpack(f'!{len(padded) // 2}H', padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
