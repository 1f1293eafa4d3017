"""What IMDS answers to the Agent, concluded from what it answered to this check."""

from dataclasses import dataclass

from ...facts import Agent, Answer, Exchange, Imds, NoAnswer, Unobserved
from ..imds.imds_behind_proxy_settings import is_proxied


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
    if isinstance(imds, Unobserved) or '[' in imds.endpoint or is_proxied(agent):
        return NOTHING_KNOWN
    limit = agent.configuration.ec2_metadata_timeout
    return ImdsForTheAgent(
        token=_succeeds(imds.token, limit),
        with_token=False if _is_foreign(imds.token) else _succeeds(imds.metadata, limit),
        without_token=_without_token(imds, limit),
        refused_without_token=_refused_without_token(imds, limit),
    )


def _without_token(imds: Imds, limit: float) -> bool | None:
    if _cannot_be_answered(imds):
        return False
    return None if _is_foreign(imds.token) else _succeeds(imds.tokenless, limit)


def _refused_without_token(imds: Imds, limit: float) -> bool | None:
    if _cannot_be_answered(imds):
        return False
    match imds.tokenless:
        case Answer(status=401) as answer:
            return answer.connect_seconds + answer.first_byte_seconds <= limit
        case Answer(status=status):
            return None if status == 429 or status >= 500 else False
        case NoAnswer():
            return False
    return None


def _cannot_be_answered(imds: Imds) -> bool:
    """A GET without a token, whatever was answered to one before."""
    if _nothing_connects(imds.token) or _is_endpoint_disabled(imds):
        return True
    return isinstance(imds.control, NoAnswer) and not _asked_with_the_rest(imds)


def _succeeds(exchange: Exchange, limit: float) -> bool | None:
    """Within `limit` seconds, which the Agent allows for connecting and answering together."""
    match exchange:
        case Answer(status=200):
            return exchange.connect_seconds + exchange.first_byte_seconds <= limit
        case Answer(status=status):
            return None if status == 429 or status >= 500 else False
        case NoAnswer():
            return False
    return None


def _asked_with_the_rest(imds: Imds) -> bool:
    """An older tokenless GET tells whether IMDSv1 is on, but not that anything answers now."""
    return imds.tokenless_is_present


def _nothing_connects(token: Exchange) -> bool:
    return isinstance(token, NoAnswer) and not token.connected


def _is_endpoint_disabled(imds: Imds) -> bool:
    return isinstance(imds.control, Answer) and imds.control.status == 403


def _is_foreign(token: Exchange) -> bool:
    """A 200 that is no token: a captive portal or another web server answers."""
    return isinstance(token, Answer) and token.status == 200 and not token.token_granted
