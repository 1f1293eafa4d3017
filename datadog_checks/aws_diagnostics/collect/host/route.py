"""The route to IMDS, asked of the kernel over rtnetlink: no privilege, no other process, a handful of questions.

Sources: rtnetlink(7), netlink(7), ip-route(8); linux/rtnetlink.h, linux/neighbour.h, linux/if_link.h.
"""

import errno
import ipaddress
import socket
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...facts import Neighbour, Route, RouteKind, Unobserved
from ...facts.values import InterfaceName, IpAddress, IpNetwork
from ...text import trimmed
from ..users import NOBODY, ROOT, own_user, user_of_the_agent

AF_NETLINK = getattr(socket, 'AF_NETLINK', None)
"""None on every system but Linux."""
PATIENCE = 0.2
"""Seconds; the kernel answers while it is asked."""
LONGEST_REPLY = 16 * 1024
"""Bytes."""

MESSAGE = struct.Struct('=IHHII')  # nlmsghdr: length, type, flags, sequence, port
ATTRIBUTE = struct.Struct('=HH')  # rtattr: length, type
ROUTE = struct.Struct('=BBBBBBBBI')  # rtmsg: family, 2 prefix lengths, tos, table, protocol, scope, type, flags
LINK = struct.Struct('=BBHiII')  # ifinfomsg: family, padding, type, index, flags, change
NEIGHBOUR = struct.Struct('=BBHiHBB')  # ndmsg: family, padding, padding, index, state, flags, type

REQUEST = 1
ERROR = 2
GET_LINK, GET_NEIGHBOUR, GET_ROUTE = 18, 30, 26
RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_SOURCE, RTA_TABLE, RTA_VIA, RTA_UID = 1, 4, 5, 7, 15, 18, 25
LOOK_UP_TABLE, MATCHED_ROUTE = 0x1000, 0x2000
"""Flags of a question: name the table of the route, and answer with the entry of the table itself."""
IFNAME, LINKINFO, INFO_KIND = 3, 18, 1
NDA_DST = 1
WITHOUT_FLAGS = 0x3FFF
"""Of the type of an attribute, whose first two bits say whether it is nested and in which byte order."""

KINDS = {
    1: RouteKind.UNICAST,
    2: RouteKind.LOCAL,
    6: RouteKind.BLACKHOLE,
    7: RouteKind.UNREACHABLE,
    8: RouteKind.PROHIBIT,
}
KINDS_BY_ERROR = {
    errno.EINVAL: RouteKind.BLACKHOLE,
    errno.EHOSTUNREACH: RouteKind.UNREACHABLE,
    errno.EACCES: RouteKind.PROHIBIT,
    errno.ENETUNREACH: RouteKind.NONE,
}
"""How the kernel answers for IPv4 where it has no way; for IPv6 it answers with the route itself."""
PROTOCOLS = {2: 'kernel', 3: 'boot', 4: 'static', 9: 'ra', 11: 'zebra', 12: 'bird', 16: 'dhcp', 18: 'keepalived'}
STATES = {
    0x01: Neighbour.INCOMPLETE,
    0x02: Neighbour.REACHABLE,
    0x04: Neighbour.STALE,
    0x08: Neighbour.DELAY,
    0x10: Neighbour.PROBE,
    0x20: Neighbour.FAILED,
    0x40: Neighbour.NOARP,
    0x80: Neighbour.PERMANENT,
}


def read_route(address: str) -> Route | Unobserved:
    """To an IP address, for the packets of this process. Never raises."""
    if AF_NETLINK is None:
        return Unobserved('only Linux tells a process its routes')
    try:
        with socket.socket(AF_NETLINK, socket.SOCK_RAW) as kernel:
            kernel.settimeout(PATIENCE)
            return _Questions(kernel, ipaddress.ip_address(address).packed).route()
    except (OSError, ValueError, struct.error) as e:
        return Unobserved(f'the kernel did not tell the route to IMDS: {_name(e)}')


def _name(error: Exception) -> str:
    return errno.errorcode.get(getattr(error, 'errno', None) or 0, type(error).__name__)


@dataclass(frozen=True, slots=True)
class _Reply:
    head: bytes
    """The fixed part of its message."""
    attributes: Mapping[int, bytes]

    def number(self, attribute: int) -> int | None:
        value = self.attributes.get(attribute, b'')
        return int(struct.unpack('=I', value)[0]) if len(value) == 4 else None


class _Questions:
    """Each raises OSError with the errno of the kernel, or for an answer that does not come or cannot be read."""

    def __init__(self, kernel: socket.socket, destination: bytes) -> None:
        self._kernel = kernel
        self._destination = destination
        self._family = socket.AF_INET if len(destination) == 4 else socket.AF_INET6
        self._sequence = 0

    def route(self) -> Route:
        found, index = self._way()
        of_root = own_user() == ROOT
        other = self._takes_another_way(found, index, user_of_the_agent() or NOBODY if of_root else ROOT)
        if index:
            found = replace(self._on_device(found, index), neighbour=self._neighbour(index, found.gateway))
        return replace(self._in_table(found), by_user=other and not of_root, otherwise_for_the_agent=other and of_root)

    def _way(self, user: int | None = None) -> tuple[Route, int | None]:
        """The route of a user (by default that of this process), and the index of its device."""
        try:
            reply = self._ask_route(LOOK_UP_TABLE, {} if user is None else {RTA_UID: struct.pack('=I', user)})
        except OSError as e:
            if e.errno not in KINDS_BY_ERROR:
                raise
            return Route(KINDS_BY_ERROR[e.errno]), None
        kind = KINDS.get(ROUTE.unpack(reply.head)[7], RouteKind.NONE)
        source = _address(reply.attributes.get(RTA_SOURCE, b''))
        way = Route(kind, gateway=_gateway(reply), table=reply.number(RTA_TABLE), source=source)
        return way, reply.number(RTA_OIF)

    def _takes_another_way(self, found: Route, index: int | None, user: int) -> bool:
        try:
            other, its_index = self._way(user)
        except OSError:
            return False
        return (replace(other, source=found.source), its_index) != (found, index)

    def _in_table(self, found: Route) -> Route:
        """With what the entry of the routing table covers and who made it, where the kernel tells."""
        try:
            reply = self._ask_route(MATCHED_ROUTE, {})
        except OSError:
            return found
        head = ROUTE.unpack(reply.head)
        network = ipaddress.ip_address(reply.attributes.get(RTA_DST, bytes(len(self._destination))))
        protocol = PROTOCOLS.get(head[5], str(head[5]))
        return replace(found, destination=IpNetwork.of(f'{network}/{head[1]}'), protocol=protocol)

    def _ask_route(self, flags: int, attributes: Mapping[int, bytes]) -> _Reply:
        head = ROUTE.pack(self._family, len(self._destination) * 8, 0, 0, 0, 0, 0, 0, flags)
        return self._ask(GET_ROUTE, head, {RTA_DST: self._destination, **attributes})

    def _on_device(self, found: Route, index: int) -> Route:
        attributes = self._ask(GET_LINK, LINK.pack(socket.AF_UNSPEC, 0, 0, index, 0, 0), {}).attributes
        name = InterfaceName.of(_text(attributes.get(IFNAME, b'')))
        kind = dict(_attributes(attributes.get(LINKINFO, b''))).get(INFO_KIND, b'')
        return replace(found, device=name, device_kind=_text(kind))

    def _neighbour(self, index: int, gateway: str | None) -> Neighbour:
        node = ipaddress.ip_address(gateway).packed if gateway else self._destination
        family = socket.AF_INET if len(node) == 4 else socket.AF_INET6
        try:
            reply = self._ask(GET_NEIGHBOUR, NEIGHBOUR.pack(family, 0, 0, index, 0, 0, 0), {NDA_DST: node})
        except OSError:
            return Neighbour.NONE
        return STATES.get(NEIGHBOUR.unpack(reply.head)[4], Neighbour.NONE)

    def _ask(self, type_: int, head: bytes, attributes: Mapping[int, bytes]) -> _Reply:
        self._sequence += 1
        body = head + b''.join(ATTRIBUTE.pack(4 + len(value), key) + value for key, value in attributes.items())
        self._kernel.send(MESSAGE.pack(16 + len(body), type_, REQUEST, self._sequence, 0) + body)
        reply = self._kernel.recv(LONGEST_REPLY)
        length, answered, _, sequence, _ = MESSAGE.unpack_from(reply)
        if sequence != self._sequence or not 16 + len(head) <= length <= len(reply):
            raise OSError(errno.EPROTO, 'an answer to something else')
        if answered == ERROR:
            raise OSError(-struct.unpack_from('=i', reply, 16)[0], 'refused')
        return _Reply(reply[16 : 16 + len(head)], dict(_attributes(reply[16 + len(head) : length])))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each begins at a multiple of four bytes."""
    while len(data) >= ATTRIBUTE.size:
        length, key = ATTRIBUTE.unpack_from(data)
        if not ATTRIBUTE.size <= length <= len(data):
            return
        yield key & WITHOUT_FLAGS, data[ATTRIBUTE.size : length]
        data = data[(length + 3) & ~3 :]


def _gateway(reply: _Reply) -> IpAddress | None:
    """For IPv4 it may have an address of IPv6, which then comes with its family in front."""
    of_another_family = reply.attributes.get(RTA_VIA, b'')[2:]
    return _address(reply.attributes.get(RTA_GATEWAY, of_another_family))


def _address(packed: bytes) -> IpAddress | None:
    return IpAddress.of(str(ipaddress.ip_address(packed))) if len(packed) in (4, 16) else None


def _text(value: bytes) -> str:
    return trimmed(value.decode('utf-8', 'replace'))
