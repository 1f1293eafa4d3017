"""The words of the evidence: what was asked of IMDS, what came back, how long ago, and whether IMDSv1 hides it."""

from ... import text
from ...expectations import Expectations
from ...facts import Answer, Exchange, Facts, IcmpError, Imds, NetworkPath, NoAnswer, Outcome
from ...findings import Status
from ...text import SHORT, clean, counted, quoted
from .fault import names_another_server

MOST_ADDRESSES = 3
MOST_HOPS = 64
"""The largest hop limit, and the TTL with which most systems send everything else."""
OLD = 60.0
"""Seconds. An observation is called old when it is older than one run takes."""

WORDS = {
    Outcome.REFUSED: 'was refused (TCP reset)',
    Outcome.SILENT: 'got no connection: nothing came back',
    Outcome.REJECTED: 'was rejected on the way',
    Outcome.NO_ROUTE: 'has no route',
    Outcome.UNREACHABLE: 'found the address unreachable',
    Outcome.CONNECT_FAILED: 'could not connect',
    Outcome.LOST: 'connected and got no answer in time',
    Outcome.RESET: 'connected and was reset before the answer was complete',
    Outcome.INCOMPLETE: 'connected and got only the beginning of an answer',
    Outcome.MALFORMED: 'got an answer that is not HTTP',
}


# Exchanges


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
            by = f' by {quoted(exchange.server, SHORT)}' if names_another_server(exchange) else ''
            page = ' with a web page' if exchange.is_web_page else ''
            return f'was answered {status}{page}{by}'
        case NoAnswer(outcome=outcome, icmp=icmp) if icmp is not None:
            return f'{WORDS[outcome]} by {icmp.sender or "an unknown router"} ({icmp_kind(icmp)})'
        case NoAnswer(outcome=Outcome.LOST):
            return WORDS[Outcome.LOST]
        case NoAnswer(outcome=outcome, detail=detail):
            return f'{WORDS[outcome]} ({clean(detail)})' if detail not in ('', outcome) else WORDS[outcome]
    return f'was not sent ({clean(exchange.reason)})'


# ICMP errors, so that evidence names the kind of rule that rejects.
# RFC 792, RFC 1812 section 5.2.7.1 (IPv4), RFC 4443 sections 3.1 to 3.4 (IPv6).

UNREACHABLE_V4 = {
    0: 'network unreachable',
    1: 'host unreachable',
    2: 'protocol unreachable',
    3: 'port unreachable',
    4: 'fragmentation needed',
    9: 'network administratively prohibited',
    10: 'host administratively prohibited',
    13: 'communication administratively prohibited',
}
UNREACHABLE_V6 = {
    0: 'no route to destination',
    1: 'communication administratively prohibited',
    2: 'beyond scope of source address',
    3: 'address unreachable',
    4: 'port unreachable',
    5: 'source address failed ingress or egress policy',
    6: 'reject route to destination',
}


def icmp_kind(icmp: IcmpError) -> str:
    """Like 'ICMP 3/13, communication administratively prohibited'."""
    number = f'{"ICMP" if icmp.version == 4 else "ICMPv6"} {icmp.type}/{icmp.code}'
    words = _icmp_words(icmp)
    return f'{number}, {words}' if words else number


def _icmp_words(icmp: IcmpError) -> str:
    match icmp.version, icmp.type:
        case 4, 3:
            return UNREACHABLE_V4.get(icmp.code, 'destination unreachable')
        case 6, 1:
            return UNREACHABLE_V6.get(icmp.code, 'destination unreachable')
        case (4, 11) | (6, 3):
            return 'time exceeded'
    return ''


# The path


def gateways(path: NetworkPath) -> str:
    """Like '2 gateways: 172.17.0.1, a silent one'."""
    if path.gateways is None:
        return 'gateways not counted'
    if path.gateways == 0:
        return 'no gateway'
    addresses = [address or 'a silent one' for address in path.gateway_addresses]
    count = counted(path.gateways, 'gateway')
    return f'{count}: {text.listed(addresses, MOST_ADDRESSES)}' if addresses else count


def may_be_rewritten(path: NetworkPath) -> bool:
    """A gateway only ever takes from a TTL; whoever adds to it, or sets it, leaves other answers with too much or with
    nothing that can be told."""
    if path.gateways is None or path.gateways_back is None:
        return path.note != '' and path.confirmed
    return path.gateways_back < path.gateways or (path.remaining_ttl or 0) + path.gateways >= MOST_HOPS


# Time


def seen(facts: Facts) -> str:
    """'' for a fresh observation of IMDS, else how old it is, to be appended to a sentence."""
    if not isinstance(facts.imds, Imds) or facts.observed_at - facts.imds.observed_at <= OLD:
        return ''
    return f'; observed {ago(facts, facts.imds.observed_at)} (the probe backs off)'


def ago(facts: Facts, then: float) -> str:
    """Like '4 minutes ago'; 'just now' below one minute and for a clock that was set back."""
    return text.ago(facts.observed_at - then)


# What IMDSv1 still hides is a warning today; it is critical where the operator requires IMDSv2.


def severity_behind_v1(facts: Facts, expected: Expectations) -> Status | None:
    """WARNING while IMDSv1 still works and may, else None: the severity of the diagnosis itself."""
    return Status.WARNING if _hidden_by_v1(facts) and not expected.require_imdsv2 else None


def still_hidden(facts: Facts) -> str:
    """'' or the end of a sentence: IMDSv1 still works, and when that was seen."""
    if not _hidden_by_v1(facts):
        return ''
    return f'; IMDSv1 still works and hides this (a GET without a token got 200 {asked_ago(facts)})'


def _hidden_by_v1(facts: Facts) -> bool:
    return isinstance(facts.imds, Imds) and facts.imds.v1_works is True


def asked_ago(facts: Facts) -> str:
    """When the tokenless GET was asked, which is asked more rarely than the rest."""
    at = facts.imds.tokenless_at if isinstance(facts.imds, Imds) else None
    return 'at an unknown time' if at is None else ago(facts, at)
