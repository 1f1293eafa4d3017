"""The words of the evidence: what was asked, what came back, and how long ago."""

from ...facts import Answer, Exchange, Facts, Imds, NetworkPath, NoAnswer, Outcome
from .fault import names_another_server
from .icmp import icmp_kind

LONGEST_QUOTE = 40
LONGEST_REASON = 120
MOST_ADDRESSES = 3
OLD = 60.0
"""Seconds. An observation is called old when it is older than one run takes."""

WORDS = {
    Outcome.REFUSED: 'was refused at the TCP level (reset)',
    Outcome.SILENT: 'found no connection: nothing came back',
    Outcome.REJECTED: 'was rejected on the way',
    Outcome.NO_ROUTE: 'has no route',
    Outcome.UNREACHABLE: 'found the address unreachable',
    Outcome.CONNECT_FAILED: 'could not connect',
    Outcome.LOST: 'connected and got no answer in time',
    Outcome.RESET: 'connected and was reset before an answer was complete',
    Outcome.MALFORMED: 'got an answer that is not HTTP',
}


def conversation(imds: Imds) -> str:
    """Like 'the token PUT was answered 403, the GET with an invalid token was answered 401'."""
    put = f'the token PUT {fate(imds.token)}'
    if isinstance(imds.metadata, Answer | NoAnswer):
        return f'{put}, the GET with the token {fate(imds.metadata)}'
    if isinstance(imds.control, Answer | NoAnswer):
        return f'{put}, the GET with an invalid token {fate(imds.control)}'
    return put


def fate(exchange: Exchange) -> str:
    """What became of a request, as the predicate of a sentence."""
    match exchange:
        case Answer(status=status):
            by = f' by {quoted(exchange.server)}' if names_another_server(exchange) else ''
            return f'was answered {status}{by}'
        case NoAnswer(outcome=outcome, icmp=icmp) if icmp is not None:
            return f'{WORDS[outcome]} by {icmp.sender or "a router that did not tell its address"} ({icmp_kind(icmp)})'
        case NoAnswer(outcome=Outcome.LOST):
            return WORDS[Outcome.LOST]
        case NoAnswer(outcome=outcome, detail=detail):
            return f'{WORDS[outcome]} ({shown(detail)})' if detail not in ('', outcome) else WORDS[outcome]
    return f'was not made ({shown(exchange.reason)})'


def quoted(text: str) -> str:
    return f"'{shown(text)}'"


def shown(text: str, at_most: int = LONGEST_QUOTE) -> str:
    """On one line and short. What came from the network may hold anything."""
    line = ''.join(character if character.isprintable() else '?' for character in text)
    return line if len(line) <= at_most else f'{line[: at_most - 3]}...'


def reason(text: str) -> str:
    return shown(text, LONGEST_REASON) or 'no reason given'


def gateways(path: NetworkPath) -> str:
    """Like '2 gateways: 172.17.0.1, a silent one'."""
    if path.gateways is None:
        return 'gateways not counted'
    if path.gateways == 0:
        return 'no gateway'
    addresses = [address or 'a silent one' for address in path.gateway_addresses[:MOST_ADDRESSES]]
    more = ['...'] if len(path.gateway_addresses) > MOST_ADDRESSES else []
    count = f'{path.gateways} gateway{"s" if path.gateways > 1 else ""}'
    return f'{count}: {", ".join(addresses + more)}' if addresses else count


def seen(facts: Facts) -> str:
    """'' for a fresh observation of IMDS, else how old it is, to be appended to a sentence."""
    if not isinstance(facts.imds, Imds) or facts.observed_at - facts.imds.observed_at <= OLD:
        return ''
    return f'; observed {ago(facts, facts.imds.observed_at)} (the probe backs off)'


def ago(facts: Facts, then: float) -> str:
    """Like '4 minutes ago'; 'just now' below one minute and for a clock that was set back."""
    seconds = facts.observed_at - then
    for unit, length in (('day', 86400), ('hour', 3600), ('minute', 60)):
        count = int(seconds // length)
        if count >= 1:
            return f'{count} {unit}{"s" if count > 1 else ""} ago'
    return 'just now'
