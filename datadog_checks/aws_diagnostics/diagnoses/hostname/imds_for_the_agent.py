"""What IMDS answers to the Agent, concluded from what it answered to this check."""

from dataclasses import dataclass

from ...facts import Agent, Answer, Exchange, Facts, Host, Imds, NoAnswer, NotSent, Route, Unobserved
from ...facts.exchange import is_metadata, is_status
from ..imds.blocking import IMDS_IPV4
from ..imds.fault import is_no_token
from ..imds.imds_behind_proxy_settings import is_proxied
from .agent_words import was_not_permitted


@dataclass(frozen=True, slots=True)
class ImdsForTheAgent:
    """This check and the Agent are in the same network namespace, but the Agent asks over IPv4 only, and allows each
    request only `ec2_metadata_timeout`. Each is None where it was not measured or can change by the minute (429, 5xx).
    """

    token: bool | None
    """The Agent gets something that it takes for a token: it asks for no more than the status 200."""
    with_token: bool | None
    """With that token it gets the instance id."""
    without_token: bool | None
    """IMDSv1: it gets the instance id without a token."""
    refused_without_token: bool | None
    """Without a token it gets the status 401."""


NOTHING_KNOWN = ImdsForTheAgent(None, None, None, None)


def imds_for_the_agent(imds: Imds | Unobserved, agent: Agent) -> ImdsForTheAgent:
    if isinstance(imds, Unobserved) or _is_ipv6(imds) or is_proxied(agent):
        return NOTHING_KNOWN
    limit = agent.configuration.ec2_metadata_timeout
    return ImdsForTheAgent(
        token=_gets(200, imds.token, limit),
        with_token=_with_token(imds, limit),
        without_token=_without_token(imds, limit),
        refused_without_token=_refused_without_token(imds, limit),
    )


def _with_token(imds: Imds, limit: float) -> bool | None:
    asked = imds.control if isinstance(imds.metadata, NotSent) else imds.metadata
    if _takes_another_text_for_a_token(imds) and is_status(asked, 200) and not is_metadata(asked):
        return False
    return _gets(200, imds.metadata, limit)


def _takes_another_text_for_a_token(imds: Imds) -> bool:
    return is_no_token(imds.token) and not imds.v2_works


def why_it_tells_nothing(facts: Facts, agent: Agent) -> str:
    """Why the answers to this check are none to the Agent, as a clause; '' where they are."""
    route = facts.host.route if isinstance(facts.host, Host) else None
    if isinstance(facts.imds, Imds) and _is_ipv6(facts.imds):
        return f'this check asks IMDS by IPv6 ({facts.imds.endpoint}), and the Agent only {IMDS_IPV4}'
    if agent.of_this_user:
        return ''
    if isinstance(route, Route) and route.otherwise_for_the_agent:
        return 'packets to IMDS take another way for the user of this check than for that of the Agent'
    if was_not_permitted(agent):
        return 'the Agent was not permitted to connect to IMDS, and this check runs as another user'
    return ''


def _is_ipv6(imds: Imds) -> bool:
    return '[' in imds.endpoint


def _without_token(imds: Imds, limit: float) -> bool | None:
    if _cannot_be_answered(imds):
        return False
    unknown = _takes_another_text_for_a_token(imds) or _may_be_refused(imds)
    return None if unknown else _gets(200, imds.tokenless, limit)


def _refused_without_token(imds: Imds, limit: float) -> bool | None:
    if _cannot_be_answered(imds):
        return False
    return None if _may_be_refused(imds) else _gets(401, imds.tokenless, limit)


def _may_be_refused(imds: Imds) -> bool:
    """A disabled endpoint refuses it as it refused the other GET; behind a proxy such as kube2iam it is answered."""
    return is_status(imds.control, 403) and not imds.tokenless_is_present


def _cannot_be_answered(imds: Imds) -> bool:
    """A GET without a token, whatever was answered to one before."""
    if _nothing_connects(imds.token):
        return True
    # An older tokenless GET tells whether IMDSv1 is on, but not that anything answers now.
    return isinstance(imds.control, NoAnswer) and not imds.tokenless_is_present


def _gets(status: int, exchange: Exchange, limit: float) -> bool | None:
    """Within `limit` seconds, which the Agent allows for connecting and answering together."""
    match exchange:
        case Answer() if exchange.status == status:
            return exchange.connect_seconds + exchange.first_byte_seconds <= limit
        case Answer(status=other):
            return None if other == 429 or other >= 500 else False
        case NoAnswer():
            return False
    return None


def _nothing_connects(token: Exchange) -> bool:
    return isinstance(token, NoAnswer) and not token.connected
