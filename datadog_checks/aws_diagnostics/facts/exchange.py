"""One request to IMDS, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .path import IcmpError


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
    def is_html(self) -> bool:
        """A 200 as text/html: EC2 serves metadata and tokens as text/plain."""
        return self.status == 200 and self.content_type.lower().startswith('text/html')

    @property
    def is_web_page(self) -> bool:
        """What was asked for is no page, whatever its type says."""
        return self.is_html and not self.token_granted and self.instance_id_given is not True

    @property
    def names_another_server(self) -> bool:
        """`Server: EC2ws` proves nothing, as kube2iam sets it too; any other name is that of something else."""
        return self.server != '' and not self.names_ec2

    @property
    def names_ec2(self) -> bool:
        """As EC2 does in every answer that is on record, refusals too (200, 403, 405; aws-beam/aws_credentials#47)."""
        return self.server.startswith('EC2ws')

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


def is_status(exchange: Exchange, *statuses: int) -> bool:
    return isinstance(exchange, Answer) and exchange.status in statuses


def is_granted(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.token_granted


def works(token: Exchange, metadata: Exchange) -> bool:
    """Whoever grants tokens as IMDS does is believed the rest. The Agent takes any 200 for a token, so another token is
    one too where it brings the instance id."""
    return (is_granted(token) and is_text(metadata)) or (is_status(token, 200) and gives_instance_id(metadata))


def throttles(*asked: Exchange) -> bool:
    """IMDS asks its clients to come again later. A proxy whose way to IMDS is broken says 503 too: without a name, that
    is the word of IMDS only where something else shows that IMDS is reached."""
    later = [e for e in asked if isinstance(e, Answer) and e.status in (429, 503) and not e.names_another_server]
    return bool(later) and any(isinstance(e, Answer) and (e.names_ec2 or e.token_granted) for e in asked)


def gives_instance_id(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.instance_id_given is True


def is_text(exchange: Exchange) -> bool:
    """A 200 that is no web page."""
    return is_status(exchange, 200) and isinstance(exchange, Answer) and not exchange.is_web_page


def is_metadata(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.is_metadata
