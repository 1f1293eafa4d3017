"""The conversation with the EC2 instance metadata service (IMDS), and the network path to it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .values import AccountId, ImdsEndpoint, InstanceId, IpAddress, RegionName


class Outcome(StrEnum):
    """Why a request has no answer. The first six are about connecting, the last three about what came after."""

    REFUSED = 'refused'
    """TCP reset in answer to the SYN: nothing listens there, or a rule rejects with a reset."""
    SILENT = 'silent'
    """Nothing came back to the SYN."""
    REJECTED = 'rejected'
    """A router or firewall said so with an ICMP error: see `icmp`."""
    NO_ROUTE = 'no route'
    """The local routing table has no way there."""
    UNREACHABLE = 'unreachable'
    """No neighbour answered (ARP, neighbour discovery), or a router has no way further."""
    CONNECT_FAILED = 'connect failed'
    """Any other error of connect(): see `detail`."""
    LOST = 'lost'
    """Connected and sent, and no answer came in time."""
    RESET = 'reset'
    """Connected, and the connection was reset or closed before an answer was complete."""
    MALFORMED = 'malformed'
    """An answer that is not HTTP, or larger than allowed."""


@dataclass(frozen=True, slots=True)
class IcmpError:
    """An ICMP error from the socket's error queue: which router rejected the packet, and with which error."""

    version: int
    """4 or 6."""
    type: int
    code: int
    sender: IpAddress | None
    """The address of the router that sent it; None where the kernel did not say."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer. Nothing of the body is kept here: bodies may hold secrets."""

    status: int
    connect_seconds: float
    first_byte_seconds: float
    """From sending the request to the first byte of the answer."""
    token_granted: bool = False
    """The answer is a 200 with the header X-Aws-Ec2-Metadata-Token-Ttl-Seconds and a body that can be a token."""
    server: str = ''
    """The Server header, at most 80 printable characters."""
    content_type: str = ''
    """The Content-Type header, at most 80 printable characters."""

    @property
    def is_web_page(self) -> bool:
        """A 200 as text/html. EC2 serves metadata and tokens as text/plain; a captive portal serves pages."""
        return self.status == 200 and self.content_type.lower().startswith('text/html')


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A request that was tried and has no usable answer."""

    outcome: Outcome
    detail: str
    """What the system said, as evidence: an errno name, what was wrong in the answer. Never raw bytes."""
    icmp: IcmpError | None = None
    acknowledged: bool | None = None
    """After connecting: the other end's kernel has acknowledged the request. None when that is not known."""

    @property
    def connected(self) -> bool:
        return self.outcome in (Outcome.LOST, Outcome.RESET, Outcome.MALFORMED)


@dataclass(frozen=True, slots=True)
class NotSent:
    """A request that was not made, and why."""

    reason: str


Exchange: TypeAlias = Answer | NoAnswer | NotSent


@dataclass(frozen=True, slots=True)
class Identity:
    """From the instance identity document; a field that does not have its form is None or ''."""

    region: RegionName | None
    account_id: AccountId | None
    image_id: str
    instance_type: str
    availability_zone: str
    instance_id: InstanceId | None = None


@dataclass(frozen=True, slots=True)
class Imds:
    """What IMDS answered.

    "v1" is a request without a token, "v2" one with a token that a PUT granted before.
    """

    endpoint: ImdsEndpoint
    """As configured: 'http://169.254.169.254'."""
    observed_at: float
    """When the requests were made. Older than `Facts.observed_at` while the probe backs off after failures."""
    token: Exchange
    """PUT /latest/api/token."""
    metadata: Exchange
    """GET /latest/meta-data/instance-id with the token."""
    control: Exchange
    """GET /latest/meta-data/instance-id with an invalid token: 401 says that IMDS answers, 403 that it is disabled.
    It is no use of IMDSv1. Asked when the token or the metadata did not come."""
    tokenless: Exchange
    """GET /latest/meta-data/instance-id without a token, as rarely as the operator allows: 200 says that v1 is on."""
    tokenless_at: float | None = None
    """When `tokenless` was asked; None if never."""
    instance_id: InstanceId | None = None
    """As IMDS gave it; rules/identity.py says whether it is this instance's."""
    identity: Identity | None = None
    requests: int = 0
    """Requests that this run sent to IMDS, those of the path measurement not counted."""

    @property
    def v2_works(self) -> bool:
        """A token was granted and metadata came with it."""
        return is_status(self.token, 200) and is_granted(self.token) and is_status(self.metadata, 200)

    @property
    def v1_works(self) -> bool | None:
        """Metadata comes without a token. None when that was not asked or something else answered."""
        match self.tokenless:
            case Answer(status=200) as answer:
                return None if answer.is_web_page else True
            case Answer(status=400 | 401 | 403 | 404 | 405):
                return False
        return None

    @property
    def answers(self) -> bool:
        """Anything that speaks HTTP answered at least one request."""
        return any(isinstance(e, Answer) for e in (self.token, self.metadata, self.control, self.tokenless))


@dataclass(frozen=True, slots=True)
class NetworkPath:
    """The way between this process and IMDS, measured without privileges: see docs/imds-hop-limit.md.

    `hop_limit` is the effective limit, `remaining_ttl + gateways`, and is given only when both are certain.
    """

    measured_at: float
    gateways: int | None
    """IP gateways between this process and IMDS; None when they could not be counted."""
    gateway_addresses: tuple[IpAddress | None, ...] = ()
    """One for each gateway, nearest first; None for one that stays silent."""
    confirmed: bool = False
    """Every gateway answered for itself (or there is none), so the count is certain."""
    reply_lost: bool = False
    """The token reply never arrived although the request was acknowledged and IMDS answers other requests."""
    remaining_ttl: int | None = None
    """TTL (IPv4) or hop limit (IPv6) left in the token reply when it arrives here: the hops to spare, plus one."""
    hop_limit: int | None = None
    hop_limit_at_most: int | None = None
    """The bound known when the reply is lost: it is dropped behind this many gateways."""
    intercepted: bool | None = None
    """A proxy on the way answers in IMDS's place, so the measured TTL is the proxy's. None: not asked or not known."""
    certain: bool = True
    """False when the kernel's drop counter could not be read, so that every "no" rests on silence alone."""
    note: str = ''
    """Why a value is missing, as one clause."""

    @property
    def hop_limit_needed(self) -> int | None:
        """The smallest hop limit with which the token reply reaches this process."""
        return None if self.gateways is None else self.gateways + 1


def is_status(exchange: Exchange, *statuses: int) -> bool:
    return isinstance(exchange, Answer) and exchange.status in statuses


def is_granted(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.token_granted
