"""The conversation with the EC2 instance metadata service (IMDS), and the network path to it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .values import AccountId, ImdsEndpoint, InstanceId, IpAddress, RegionName


class Outcome(StrEnum):
    """Why a request has no answer. The first six are about connecting, the last four about what came after."""

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
    INCOMPLETE = 'incomplete'
    """Connected, and an answer began that was not complete in time."""
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
    instance_id_given: bool | None = None
    """The body of a 200 to a GET of the instance id has the form of one. None for another request, and not observed."""

    @property
    def is_web_page(self) -> bool:
        """A 200 as text/html. EC2 serves metadata and tokens as text/plain; a captive portal serves pages."""
        return self.status == 200 and self.content_type.lower().startswith('text/html')

    @property
    def names_another_server(self) -> bool:
        """`Server: EC2ws` proves nothing, as kube2iam sets it too; any other name proves that something else
        answered."""
        return self.server != '' and not self.server.startswith('EC2ws')

    @property
    def is_metadata(self) -> bool:
        """A 200 to a GET of the instance id that has one, as far as the body was looked at: whatever answers 200 to
        everything (a captive portal, a web proxy, a health check) is not IMDS."""
        return self.status == 200 and not self.is_web_page and self.instance_id_given is not False


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
        return self.outcome in (Outcome.LOST, Outcome.RESET, Outcome.INCOMPLETE, Outcome.MALFORMED)


@dataclass(frozen=True, slots=True)
class NotSent:
    """A request that was not made, and why."""

    reason: str


Exchange: TypeAlias = Answer | NoAnswer | NotSent

SAME_RUN = 10.0
"""Seconds: no run takes longer."""


@dataclass(frozen=True, slots=True)
class Identity:
    """From the instance identity document; a field that does not have its form is None or ''."""

    region: RegionName | None
    account_id: AccountId | None
    image_id: str
    instance_type: str
    availability_zone: str


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
    identity: Identity | None = None
    requests: int = 0
    """Requests that this run sent to IMDS, those of the path measurement not counted."""
    rounds: int | None = None
    """How often this run asked for a token; None where that was not observed."""
    steady: bool = True
    """Each time it ended alike. Otherwise trouble comes and goes, and no one sample of it is a verdict."""
    provisional: bool = False
    """Only this run has seen this silence, and the next one looks again: no alarm yet."""
    tokenless_holds: bool = False
    """IMDS answers the other requests as it did when `tokenless` was asked, which therefore tells of the present."""

    @property
    def v2_works(self) -> bool:
        """A token was granted and metadata came with it. Whoever grants tokens as IMDS does is believed the rest."""
        return is_granted(self.token) and is_text(self.metadata)

    @property
    def v1_works(self) -> bool | None:
        """Metadata comes without a token. None when that was not asked, or something else answered, or the present
        answers deny what was answered earlier."""
        if not (self.tokenless_is_present or self._answers_as_imds):
            return None
        match self.tokenless:
            case Answer(status=200) as answer:
                return True if answer.is_metadata else None
            case Answer(status=400 | 401 | 403 | 404 | 405) as answer:
                return None if answer.names_another_server else False
        return None

    @property
    def tokenless_is_present(self) -> bool:
        """The GET without a token, which is asked rarely, tells of the present as the other requests do."""
        asked_now = self.tokenless_at is not None and self.tokenless_at >= self.observed_at - SAME_RUN
        return asked_now or self.tokenless_holds

    @property
    def _answers_as_imds(self) -> bool:
        """Some answer of this run is one that IMDS gives, whether IMDSv1 is on or not."""
        gets = (self.metadata, self.control)
        return (
            is_granted(self.token)
            or any(is_metadata(e) or is_status(e, 401) for e in gets)
            or any(is_status(e, 429, 503) for e in (self.token, *gets))
        )

    @property
    def answers(self) -> bool:
        """Anything that speaks HTTP answered at least one request."""
        return any(isinstance(e, Answer) for e in (self.token, self.metadata, self.control, self.tokenless))


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
    """The token reply never arrived although the request was acknowledged and IMDS answers other requests."""
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


def is_status(exchange: Exchange, *statuses: int) -> bool:
    return isinstance(exchange, Answer) and exchange.status in statuses


def is_granted(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.token_granted


def is_text(exchange: Exchange) -> bool:
    """A 200 that is no web page."""
    return is_status(exchange, 200) and isinstance(exchange, Answer) and not exchange.is_web_page


def is_metadata(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.is_metadata
