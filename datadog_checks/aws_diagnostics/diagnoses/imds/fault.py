"""Which single fault the conversation with IMDS shows.

One decision for all diagnoses of IMDS, so that their verdicts cannot contradict one another. The rules are AWS's
documented answers (instancedata-data-retrieval.html and configuring-instance-metadata-service.html in the EC2 user
guide: 400, 401, 403, 404, 503) and what the usual proxies are known to answer (jtblin/kube2iam pull requests 270 and
279; uswitch/kiam, handler_proxy.go).
"""

from enum import StrEnum

from ...facts import Answer, Exchange, Imds, NoAnswer, NotSent, Outcome
from ...facts.imds import is_status

SAME_RUN = 10.0
"""Seconds. A tokenless GET, which is asked rarely, tells of the present only when it was asked with the rest."""


class Fault(StrEnum):
    NONE = 'the token is granted and the metadata comes with it'
    DISABLED = 'the metadata endpoint is disabled'
    THROTTLED = 'IMDS asks its clients to come again later'
    NO_TOKENS = 'tokens are not supported here'
    TOKEN_REFUSED = 'the token, or the request with it, is refused while other requests are not'
    WHITELISTED = 'a proxy lets only some paths through'
    FOREIGN = 'an answer that IMDS never gives'
    FILTERED = 'the token request is stopped on its way there'
    TOKEN_LOST = 'the token request arrives and its answer does not'
    UNREACHABLE = 'no answer to anything'
    UNCLEAR = 'no one cause fits'


def fault_of(imds: Imds) -> Fault:
    if imds.v2_works:
        return Fault.NONE
    exchanges = (imds.token, imds.metadata, imds.control)
    if any(is_status(e, 429, 503) and not names_another_server(e) for e in exchanges):
        return Fault.THROTTLED
    if any(isinstance(e, NoAnswer) and e.outcome is Outcome.MALFORMED for e in exchanges):
        return Fault.FOREIGN
    match imds.token:
        case Answer() as token:
            return _after_an_answered_put(imds, token)
        case NoAnswer() as token:
            return _after_an_unanswered_put(imds, token)
    return Fault.UNCLEAR


def gets(imds: Imds) -> tuple[Exchange, ...]:
    """The GETs that tell of the present."""
    asked_now = imds.tokenless_at is not None and imds.tokenless_at >= imds.observed_at - SAME_RUN
    return (imds.metadata, imds.control, imds.tokenless) if asked_now else (imds.metadata, imds.control)


def names_another_server(exchange: Exchange) -> bool:
    """`Server: EC2ws` proves nothing, as kube2iam sets it too; any other name proves that something else answered."""
    return isinstance(exchange, Answer) and exchange.server != '' and not exchange.server.startswith('EC2ws')


def _after_an_answered_put(imds: Imds, token: Answer) -> Fault:
    match token.status:
        case 200 if token.token_granted:
            return _after_a_granted_token(imds.metadata)
        case 403:
            return _after_a_forbidden_put(imds)
        case 404 | 405 | 501:
            return _after_an_unknown_put(imds)
        case 500:
            return Fault.UNCLEAR
    return Fault.FOREIGN


def _after_a_granted_token(metadata: Exchange) -> Fault:
    match metadata:
        case NotSent():
            return Fault.NONE
        case Answer(status=403):
            return Fault.TOKEN_REFUSED
        case Answer(status=404):
            return Fault.WHITELISTED
        case Answer(status=status) if status != 500:
            return Fault.FOREIGN
    return Fault.UNCLEAR


def _after_a_forbidden_put(imds: Imds) -> Fault:
    if names_another_server(imds.token):
        return Fault.FOREIGN
    if _some_get(imds, 200, 401):
        return Fault.TOKEN_REFUSED
    if _some_get(imds, 403):
        return _disabled_unless_another_server(imds)
    return Fault.FOREIGN if _some_get(imds) else Fault.UNCLEAR


def _after_an_unknown_put(imds: Imds) -> Fault:
    if _some_get(imds, 200, 401):
        return Fault.NO_TOKENS
    if _some_get(imds, 404, 405, 501):
        return Fault.WHITELISTED
    return Fault.FOREIGN if _some_get(imds) else Fault.NO_TOKENS


def _after_an_unanswered_put(imds: Imds, token: NoAnswer) -> Fault:
    if not _some_get(imds):
        decided = token.outcome is not Outcome.LOST or any(isinstance(e, NoAnswer) for e in gets(imds))
        return Fault.UNREACHABLE if decided else Fault.UNCLEAR
    if not token.connected or _some_get(imds, 500):
        return Fault.UNCLEAR
    if _some_get(imds, 200, 401):
        lost_on_its_way_back = token.outcome is Outcome.LOST and token.acknowledged is not False
        return Fault.TOKEN_LOST if lost_on_its_way_back else Fault.FILTERED
    if _some_get(imds, 403):
        return _disabled_unless_another_server(imds)
    return Fault.WHITELISTED if _some_get(imds, 404, 405, 501) else Fault.FOREIGN


def _disabled_unless_another_server(imds: Imds) -> Fault:
    return Fault.FOREIGN if any(names_another_server(e) for e in gets(imds)) else Fault.DISABLED


def _some_get(imds: Imds, *statuses: int) -> bool:
    """A GET was answered with one of these statuses; with any, where none is given."""
    return any(isinstance(e, Answer) and (not statuses or e.status in statuses) for e in gets(imds))
