"""The way between this process and IMDS: as it was measured, as the kernel routes it, and who rejects packets on it."""

from dataclasses import dataclass
from enum import StrEnum

from .values import InterfaceName, IpAddress, IpNetwork


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """The way between this process and IMDS, measured without privileges: see docs/imds-hop-limit.md.

    Three kinds of numbers are kept apart. `hop_limit` was measured: the token reply arrives with `remaining_ttl`, and
    as many gateways lie on the way there as on the way back. `hop_limit_at_most` is a bound. Everything else is not
    known, and `note` says why.
    """

    measured_at: float
    gateways: int | None
    """IP gateways that a request passes on its way to IMDS; None when they could not be counted."""
    gateway_addresses: tuple[IpAddress | None, ...] = ()
    """One for each gateway, nearest first; None for one that stays silent."""
    confirmed: bool = False
    """Every gateway answered for itself, once (or there is none), so the count is certain."""
    reply_lost: bool = False
    """The token reply did not arrive although the request was acknowledged and IMDS answers other requests."""
    remaining_ttl: int | None = None
    """TTL (IPv4) or hop limit (IPv6) left in the token reply when it arrives here: the hops to spare, plus one."""
    hop_limit: int | None = None
    hop_limit_at_most: int | None = None
    """The bound known when the reply is lost: it is dropped behind this many gateways of the longer way that shows."""
    intercepted: bool | None = None
    """A proxy on the way answers in IMDS's place, so the measured TTL is the proxy's. None: not asked or not known."""
    certain: bool = True
    """False when the kernel's drop counter could not be read, so that every "no" rests on silence alone."""
    note: str = ''
    """Why a value is missing, as one clause."""
    gateways_back: int | None = None
    """Gateways that an answer passes on its way back, by the TTL that is left of other answers of IMDS. None: not
    known. More than `gateways` on an asymmetric path; also where something on the way rewrites the TTL."""

    @property
    def hop_limit_needed(self) -> int | None:
        """The smallest hop limit with which the token reply reaches this process, by the longer way that shows."""
        return None if self.gateways is None else max(self.gateways, self.gateways_back or 0) + 1


class RouteKind(StrEnum):
    """What the routing table does with packets to IMDS, by the words of ip-route(8)."""

    UNICAST = 'unicast'
    """It sends them through `Route.device`."""
    LOCAL = 'local'
    """The address belongs to this system itself."""
    BLACKHOLE = 'blackhole'
    UNREACHABLE = 'unreachable'
    PROHIBIT = 'prohibit'
    NONE = 'none'
    """No route covers the address."""


class Neighbour(StrEnum):
    """What the kernel knows of the next node on the link, by the words of ip-neighbour(8)."""

    REACHABLE = 'reachable'
    STALE = 'stale'
    DELAY = 'delay'
    PROBE = 'probe'
    PERMANENT = 'permanent'
    NOARP = 'noarp'
    INCOMPLETE = 'incomplete'
    """It is being looked for, and has not answered yet."""
    FAILED = 'failed'
    """It was looked for, and did not answer."""
    NONE = 'none'
    """There is no entry, or the kernel does not tell (before Linux 5.0)."""

    @property
    def is_missing(self) -> bool:
        return self in (Neighbour.INCOMPLETE, Neighbour.FAILED)


@dataclass(frozen=True, slots=True)
class Route:
    """Where the kernel sends packets of this process to IMDS."""

    kind: RouteKind
    device: InterfaceName | None = None
    """None where there is none, or where its name has another form."""
    device_kind: str = ''
    """By the kernel: veth, bridge, tun, wireguard, ...; '' for a network card."""
    gateway: IpAddress | None = None
    """None where IMDS is looked for on the link itself. On EC2 this is the router of the subnet as a rule."""
    destination: IpNetwork | None = None
    """What the route covers: 0.0.0.0/0 for the default route. None where the kernel does not tell (before 4.13)."""
    table: int | None = None
    """The number of the routing table; 254 is main."""
    protocol: str = ''
    """Who made the route: kernel, dhcp, static, boot (a person or a script), ... or the number of another program."""
    neighbour: Neighbour = Neighbour.NONE
    """Of the gateway, or of IMDS on the link."""
    source: IpAddress | None = None
    """The address of this system that its packets to IMDS carry."""
    by_user: bool = False
    """Packets of root take another way: a rule of the routing policy looks at the user."""
    otherwise_for_the_agent: bool = False
    """This process is root's, and packets of the Agent's user take another way, by such a rule."""


@dataclass(frozen=True, slots=True)
class IcmpError:
    """An ICMP error from the socket's error queue: which router rejected the packet, and with which error."""

    version: int
    """4 or 6."""
    type: int
    code: int
    sender: IpAddress | None
    """The address of the router that sent it; None where the kernel did not say."""
