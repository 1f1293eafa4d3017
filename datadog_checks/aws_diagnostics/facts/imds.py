"""The conversation with the EC2 instance metadata service (IMDS)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .path import IcmpError
from .values import AccountId, ImdsEndpoint, InstanceId, RegionName


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
        """A 200 as text/html: EC2 serves metadata and tokens as text/plain."""
        return self.status == 200 and self.content_type.lower().startswith('text/html')

    @property
    def names_another_server(self) -> bool:
        """`Server: EC2ws` proves nothing, as kube2iam sets it too; any other name is that of something else."""
        return self.server != '' and not self.server.startswith('EC2ws')

    @property
    def is_metadata(self) -> bool:
        """A 200 to a GET of the instance id that has one, as far as the body was looked at. Whatever answers 200 to
        everything is not IMDS."""
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
SAME_RUN = 10.0  # seconds: no run takes longer


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
    """What IMDS answered. "v1" is a request without a token, "v2" one with a token that a PUT granted before."""

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
    rounds: int | None = None
    """How often this run asked for a token; None where not observed."""
    steady: bool = True
    """Each time it ended alike; otherwise trouble comes and goes."""
    provisional: bool = False
    """Only this run has seen this silence, and the next looks again."""
    tokenless_holds: bool = False
    """IMDS answers the other requests as it did when `tokenless` was asked."""

    @property
    def v2_works(self) -> bool:
        """A token was granted and metadata came with it. Whoever grants tokens as IMDS does is believed the rest."""
        return is_granted(self.token) and is_text(self.metadata)

    @property
    def v1_works(self) -> bool | None:
        """Metadata comes without a token. None when not asked, where something else answered, or it is denied now."""
        if not (self.tokenless_is_present or self._answers_as_imds):
            return None
        match self.tokenless:
            case Answer(status=200, is_metadata=True):
                return True
            case Answer(status=400 | 401 | 403 | 404 | 405, names_another_server=False):
                return False
        return None

    @property
    def tokenless_is_present(self) -> bool:
        """The GET without a token, which is asked rarely, tells of the present too."""
        asked_now = self.tokenless_at is not None and self.tokenless_at >= self.observed_at - SAME_RUN
        return asked_now or self.tokenless_holds

    @property
    def _answers_as_imds(self) -> bool:
        """Some answer of this run is one that IMDS gives, whether IMDSv1 is on or not."""
        answered = any(is_metadata(e) or is_status(e, 401, 429, 503) for e in (self.metadata, self.control))
        return answered or is_granted(self.token) or is_status(self.token, 429, 503)

    @property
    def answers(self) -> bool:
        """Anything that speaks HTTP answered at least one request."""
        return any(isinstance(e, Answer) for e in (self.token, self.metadata, self.control, self.tokenless))


def is_status(exchange: Exchange, *statuses: int) -> bool:
    return isinstance(exchange, Answer) and exchange.status in statuses


def is_granted(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.token_granted


def is_text(exchange: Exchange) -> bool:
    """A 200 that is no web page."""
    return is_status(exchange, 200) and isinstance(exchange, Answer) and not exchange.is_web_page


def is_metadata(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.is_metadata
