"""A gateway that loses packets to and from IMDS, or rewrites their TTL, as a kernel does with netfilter."""

import random
import select
import socket
import struct
from collections.abc import Callable
from ipaddress import ip_address
from types import TracebackType
from typing import Literal, Self

from tests.simulator.addresses import IMDS, Family
from tests.simulator.fault import Fault
from tests.simulator.lab.rejecting_router import icmp_error, internet_checksum

Direction = Literal['request', 'answer']
Ttl = Callable[[int], int]

_ETHERTYPE: dict[Family, int] = {'ipv4': 0x0800, 'ipv6': 0x86DD}
_TTL_AT: dict[Family, int] = {'ipv4': 8, 'ipv6': 7}
_ADDRESSES: dict[Family, tuple[slice, slice]] = {
    'ipv4': (slice(12, 16), slice(16, 20)),
    'ipv6': (slice(8, 24), slice(24, 40)),
}
_TIME_EXCEEDED: dict[Family, tuple[int, int]] = {'ipv4': (11, 0), 'ipv6': (3, 0)}
_QUOTED = 548
_TCP = 6
_TCP_CHECKSUM_AT = 16


def _less_one(ttl: int) -> int:
    return ttl - 1


def _less_two(ttl: int) -> int:
    return ttl - 2


def _varying(ttl: int) -> int:
    return ttl - random.choice((1, 2))


def _set(_: int) -> int:
    return 63


_REWRITTEN: dict[Fault, tuple[Direction, Ttl]] = {
    Fault.REQUEST_TTL_SET: ('request', _set),
    Fault.REQUEST_TTL_LESS: ('request', _less_two),
    Fault.REQUEST_TTL_VARIES: ('request', _varying),
    Fault.REPLY_TTL_SET: ('answer', _set),
    Fault.REPLY_TTL_LESS: ('answer', _less_two),
    Fault.REPLY_TTL_VARIES: ('answer', _varying),
}
_LOST = {Fault.LOSS_1: 0.01, Fault.LOSS_5: 0.05, Fault.LOSS_10: 0.1, Fault.LOSS_20: 0.2}
FAULTS = (*_REWRITTEN, *_LOST)


class Middlebox:
    """Forwards in the place of the kernel, which has to drop the same packets."""

    def __init__(self, downlink: str, uplink: str, fault: Fault) -> None:
        """Opens its sockets in the present network namespace. Raises OSError."""
        self.lost = _LOST.get(fault, 0.0)
        self.ttl: dict[Direction, Ttl] = {'request': _less_one, 'answer': _less_one}
        if fault in _REWRITTEN:
            direction, rewrite = _REWRITTEN[fault]
            self.ttl[direction] = rewrite
        self.sniffers: dict[socket.socket, tuple[Family, Direction]] = {}
        self.senders: dict[Family, socket.socket] = {}
        self.complainers: dict[Family, socket.socket] = {}
        for family, ethertype in _ETHERTYPE.items():
            for interface, direction in ((downlink, 'request'), (uplink, 'answer')):
                sniffer = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ethertype))
                sniffer.bind((interface, ethertype))
                self.sniffers[sniffer] = family, direction
            number = socket.AF_INET6 if family == 'ipv6' else socket.AF_INET
            icmp = socket.IPPROTO_ICMPV6 if family == 'ipv6' else socket.IPPROTO_ICMP
            self.senders[family] = socket.socket(number, socket.SOCK_RAW, socket.IPPROTO_RAW)
            self.complainers[family] = socket.socket(number, socket.SOCK_RAW, icmp)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in (*self.sniffers, *self.senders.values(), *self.complainers.values()):
            each.close()

    def forward(self) -> None:
        """For ever."""
        while True:
            readable, _, _ = select.select(list(self.sniffers), [], [])
            for sniffer in readable:
                packet, (_, _, kind, *_) = sniffer.recvfrom(1 << 16)
                if kind != socket.PACKET_OUTGOING:
                    self._forward(*self.sniffers[sniffer], packet)

    def _forward(self, family: Family, direction: Direction, packet: bytes) -> None:
        source, destination = (packet[part] for part in _ADDRESSES[family])
        if (destination if direction == 'request' else source) != ip_address(IMDS[family]).packed:
            return
        if random.random() < self.lost:
            return
        ttl = self.ttl[direction](packet[_TTL_AT[family]])
        if ttl < 1:
            error = icmp_error(*_TIME_EXCEEDED[family], packet[:_QUOTED])
            self.complainers[family].sendto(error, (str(ip_address(source)), 0))
            return
        self.senders[family].sendto(_with_ttl(family, packet, ttl), (str(ip_address(destination)), 0))


def _with_ttl(family: Family, packet: bytes, ttl: int) -> bytes:
    """The kernel leaves the checksum of TCP to the hardware that a veth pair does not have."""
    at = _TTL_AT[family]
    header = 40 if family == 'ipv6' else (packet[0] & 0xF) * 4
    length = (
        header + struct.unpack_from('!H', packet, 4)[0] if family == 'ipv6' else struct.unpack_from('!H', packet, 2)[0]
    )
    packet = packet[:length]
    protocol = packet[6 if family == 'ipv6' else 9]
    changed = packet[:at] + bytes([ttl]) + packet[at + 1 :]
    return changed[:header] + _with_checksum(family, changed, header) if protocol == _TCP else changed


def _with_checksum(family: Family, packet: bytes, header: int) -> bytes:
    segment = packet[header:]
    without = segment[:_TCP_CHECKSUM_AT] + bytes(2) + segment[_TCP_CHECKSUM_AT + 2 :]
    source, destination = (packet[part] for part in _ADDRESSES[family])
    pseudo = source + destination + struct.pack('!II', len(segment), _TCP)
    checksum = struct.pack('!H', internet_checksum(pseudo + without))
    return without[:_TCP_CHECKSUM_AT] + checksum + without[_TCP_CHECKSUM_AT + 2 :]
