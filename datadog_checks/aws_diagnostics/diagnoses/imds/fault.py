"""Which single fault the conversation with IMDS shows.

One decision for all diagnoses of IMDS, so that their verdicts cannot contradict one another. The rules are AWS's
documented answers (instancedata-data-retrieval.html and configuring-instance-metadata-service.html in the EC2 user
guide: 400, 401, 403, 404, 503) and what the usual proxies are known to answer (jtblin/kube2iam pull requests 270 and
279; uswitch/kiam, handler_proxy.go).
"""

from enum import StrEnum

from ...facts import Answer, Exchange, Imds, NoAnswer, NotSent, Outcome
from ...facts.exchange import is_granted, is_status


class Fault(StrEnum):
    NONE = 'the token is granted and the metadata comes with it'
    DISABLED = 'the metadata endpoint is disabled'
    DISABLED_OR_PROXIED = 'the metadata endpoint is disabled, or a proxy forwards what EC2 refuses'
    THROTTLED = 'IMDS asks its clients to come again later'
    NO_TOKENS = 'tokens are not supported here'
    TOKEN_REFUSED = 'the token, or the request with it, is refused while other requests are not'
    TOKEN_UNKNOWN = 'a token is granted, and then it is not known'
    WHITELISTED = 'a proxy lets only some paths through'
    FOREIGN = 'an answer that IMDS never gives'
    NAMELESS = 'an answer that IMDS may give, without its name'
    FILTERED = 'the token request is stopped on its way there'
    TOKEN_LOST = 'the token request arrives and its answer does not'
    UNREACHABLE = 'no answer to anything'
    UNCLEAR = 'no one cause fits'


def fault_of(imds: Imds) -> Fault:
    if imds.v2_works:
        return Fault.NONE
    if imds.throttles:
        return Fault.THROTTLED
    if imds.provisional or not imds.steady:
        return Fault.UNCLEAR
    return _fault_of(imds)


def why_unclear(imds: Imds) -> str:
    """Why this is no verdict, as one clause."""
    if imds.provisional:
        return 'the run before saw nothing of it, so the next one looks again'
    return 'no single cause fits' if imds.steady else 'another attempt of the same run ended otherwise'


def _fault_of(imds: Imds) -> Fault:
    if any(is_foreign(e) for e in (imds.token, *gets(imds))) or is_no_token(imds.token):
        return Fault.FOREIGN
    match imds.token:
        case Answer() as token:
            return _after_an_answered_put(imds, token)
        case NoAnswer() as token:
            return _after_an_unanswered_put(imds, token)
    return Fault.UNCLEAR


def gets(imds: Imds) -> tuple[Exchange, ...]:
    """The GETs that tell of the present."""
    present = (imds.metadata, imds.control)
    return (*present, imds.tokenless) if imds.tokenless_is_present else present


def names_another_server(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.names_another_server


def is_foreign(exchange: Exchange) -> bool:
    """No answer of IMDS to any of our requests: not HTTP, a 200 that has not what was asked for, a word of a web
    server that bears another name."""
    match exchange:
        case NoAnswer(outcome=outcome):
            return outcome is Outcome.MALFORMED
        case Answer(status=200) as answer:
            return answer.is_web_page or answer.instance_id_given is False
        case Answer(status=401) as answer:
            return answer.names_another_server
    return False


def is_no_token(token: Exchange) -> bool:
    """A 200 to the request for a token that is none: a captive portal or another web server answers."""
    return is_status(token, 200) and not is_granted(token)


def _after_an_answered_put(imds: Imds, token: Answer) -> Fault:
    match token.status:
        case 200:
            return _after_a_granted_token(token, imds.metadata)
        case 403:
            return _after_a_forbidden_put(imds)
        case 404 | 405 | 501:
            return _after_an_unknown_put(imds)
        case 429 | 503 if token.server == '':
            return Fault.NAMELESS
        case 500:
            return Fault.UNCLEAR
    return Fault.FOREIGN


def _after_a_granted_token(token: Answer, metadata: Exchange) -> Fault:
    match metadata:
        case NotSent():
            return Fault.NONE
        case Answer(status=401):
            return Fault.TOKEN_UNKNOWN
        case Answer(status=403):
            return Fault.TOKEN_REFUSED
        case Answer(status=404, names_another_server=False) if token.names_ec2:
            return Fault.WHITELISTED  # who forwards the PUT passes on EC2's answer to it
        case Answer(status=status) if status != 500:
            return Fault.FOREIGN
    return Fault.UNCLEAR


def _after_a_forbidden_put(imds: Imds) -> Fault:
    if names_another_server(imds.token):
        return Fault.FOREIGN
    if _some_get(imds, 200, 401):
        return Fault.TOKEN_REFUSED
    if _some_get(imds, 403):
        return _after_refusals_only(imds)
    return Fault.FOREIGN if _some_get(imds) else Fault.UNCLEAR


def _after_an_unknown_put(imds: Imds) -> Fault:
    if _some_get(imds, 200, 401):
        return Fault.NO_TOKENS
    if _some_get(imds, 404, 405, 501):
        return _whitelisted_unless_another_server(imds)
    return Fault.FOREIGN if _some_get(imds) else Fault.NO_TOKENS


def _after_an_unanswered_put(imds: Imds, token: NoAnswer) -> Fault:
    if not _some_get(imds):
        return Fault.UNREACHABLE if _nothing_ever_answered(imds, token) else Fault.UNCLEAR
    if not token.connected or token.outcome is Outcome.INCOMPLETE or _some_get(imds, 500):
        return Fault.UNCLEAR
    if _some_get(imds, 200, 401):
        lost_on_its_way_back = token.outcome is Outcome.LOST and token.acknowledged is not False
        return Fault.TOKEN_LOST if lost_on_its_way_back else Fault.FILTERED
    if _some_get(imds, 403):
        return _after_refusals_only(imds)
    if _some_get(imds, 404, 405, 501):
        return _whitelisted_unless_another_server(imds)
    return Fault.NAMELESS if all(e.server == '' and e.status in (429, 503) for e in _answers(imds)) else Fault.FOREIGN


def _nothing_ever_answered(imds: Imds, token: NoAnswer) -> bool:
    """Every request ended at the same step, and none with the beginning of an answer."""
    failed = [e for e in (token, *gets(imds)) if isinstance(e, NoAnswer)]
    if any(e.outcome is Outcome.INCOMPLETE for e in failed) or len({e.connected for e in failed}) > 1:
        return False
    return token.outcome is not Outcome.LOST or len(failed) > 1


def _after_refusals_only(imds: Imds) -> Fault:
    """EC2 refuses what a proxy forwards with X-Forwarded-For (the PUT, and a GET with a token) as it refuses everything
    where the endpoint is disabled. A GET without a token is refused only then."""
    answers = _answers(imds)
    if any(e.names_another_server for e in answers):
        return Fault.FOREIGN
    if not all(e.names_ec2 for e in answers):
        return Fault.NAMELESS
    refused = imds.tokenless_is_present and is_status(imds.tokenless, 403)
    return Fault.DISABLED if refused else Fault.DISABLED_OR_PROXIED


def _whitelisted_unless_another_server(imds: Imds) -> Fault:
    return Fault.FOREIGN if any(e.names_another_server for e in _answers(imds)) else Fault.WHITELISTED


def _answers(imds: Imds) -> list[Answer]:
    return [e for e in (imds.token, *gets(imds)) if isinstance(e, Answer)]


def _some_get(imds: Imds, *statuses: int) -> bool:
    """A GET was answered with one of these statuses; with any, where none is given."""
    return any(isinstance(e, Answer) and (not statuses or e.status in statuses) for e in gets(imds))
