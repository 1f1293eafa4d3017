"""The token reply dies on its way back because the response hop limit is too small."""

from ...expectations import Expectations
from ...facts import Answer, ContainerKind, Facts, NetworkPath, Unobserved, observed
from ...facts.imds import is_granted
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ..links import guide
from ..remedies import container_kind, raise_hop_limit
from .evidence import conversation, fate, gateways, reason, seen
from .fault import Fault, fault_of
from .version_one import severity_behind_v1, still_hidden


def judge(facts: Facts, expected: Expectations) -> Verdict:
    imds = observed(facts.imds)
    if is_granted(imds.token):
        return _arrived(facts, expected)
    match fault_of(imds):
        case Fault.TOKEN_LOST:
            return _lost(facts, expected)
        case Fault.UNCLEAR:
            return Unknown(f'{conversation(imds)}: no single cause fits')
    return NotApplicable(f'no token reply was lost on its way: {conversation(imds)}')


def _arrived(facts: Facts, expected: Expectations) -> Verdict:
    least = expected.min_hop_limit
    match facts.path:
        case Unobserved(reason=why):
            unmeasured = f'the token reply arrives; the hop limit was not measured: {reason(why)}'
            return Passed(unmeasured) if least is None else Unknown(unmeasured)
        case NetworkPath(intercepted=True) as path:
            of_the_proxy = f'{_arrival(path)}; a proxy on the way answers in place of IMDS, so these are its own'
            return Passed(of_the_proxy) if least is None else Unknown(of_the_proxy)
        case path:
            return _against(least, path)


def _against(least: int | None, path: NetworkPath) -> Verdict:
    if least is None or (path.remaining_ttl is not None and path.remaining_ttl >= least):
        return Passed(_arrival(path))
    if path.hop_limit is None:
        return Unknown(f'{_arrival(path)}, so whether it is {least}, which min_hop_limit demands, is not known')
    if path.hop_limit < least:
        return Failed(f'{_arrival(path)}, and min_hop_limit demands {least}', Status.WARNING)
    return Passed(_arrival(path))


def _arrival(path: NetworkPath) -> str:
    """Like 'the token reply arrives with TTL 1 behind 1 gateway: 172.17.0.1; the hop limit is 2'."""
    ttl = 'the token reply arrives' if path.remaining_ttl is None else f'the token reply arrives with TTL {_ttl(path)}'
    limit = f'; the hop limit is {path.hop_limit}' if path.hop_limit is not None else f'; {_not_certain(path)}'
    return f'{ttl} behind {gateways(path)}{limit}'


def _ttl(path: NetworkPath) -> str:
    return f'{path.remaining_ttl}{"" if path.certain else " (less certain: the kernel counts no drops)"}'


def _not_certain(path: NetworkPath) -> str:
    return f'the hop limit is not certain ({reason(path.note)})' if path.note else 'the hop limit is not certain'


def _loss(facts: Facts) -> str:
    control = observed(facts.imds).control
    others = f'the GET with an invalid token {fate(control)}' if isinstance(control, Answer) else 'others are answered'
    return f'the token reply never arrives, while {others}'


def _lost(facts: Facts, expected: Expectations) -> Verdict:
    path = facts.path
    if isinstance(path, Unobserved) or path.gateways is None:
        return _lost_behind_an_unknown_path(facts, expected)
    if path.intercepted:
        return Passed(f'{_loss(facts)}; a proxy on the way answers in place of IMDS, so it is not the hop limit')
    if path.gateways == 0:
        return Passed(f'{_loss(facts)}; no gateway is in between, so it is not the hop limit')
    limit = f'it needs a hop limit of {path.hop_limit_needed} and the instance sets {_bound(path)}'
    evidence = f'{_loss(facts)}; {limit}: {gateways(path)}'
    return Failed(f'{evidence}{still_hidden(facts)}{seen(facts)}', severity_behind_v1(facts, expected))


def _bound(path: NetworkPath) -> str:
    """AWS allows 1 to 64, so behind one gateway a lost reply had exactly 1."""
    match path.hop_limit_at_most:
        case None:
            return 'less (not certain how much, as a gateway is silent)'
        case 1:
            return '1'
        case bound:
            return f'at most {bound}'


def _lost_behind_an_unknown_path(facts: Facts, expected: Expectations) -> Verdict:
    """Such a loss is the mark of the hop limit, but only where there can be a gateway."""
    path = facts.path
    why = path.reason if isinstance(path, Unobserved) else path.note
    evidence = f'{_loss(facts)}; the gateways were not counted ({reason(why)})'
    if container_kind(facts) in (ContainerKind.NONE, ContainerKind.ECS_HOST):
        return Unknown(f'{evidence}, so it may be the hop limit or a filter')
    evidence = f'{evidence}, but this is how a container behind a gateway sees a hop limit of 1'
    return Failed(f'{evidence}{still_hidden(facts)}{seen(facts)}', severity_behind_v1(facts, expected))


IMDS_HOP_LIMIT_TOO_LOW = Diagnosis(
    id='imds-hop-limit-too-low',
    title='The IMDSv2 hop limit is too low',
    scope=Scope.HOST,
    service_check='hop_limit',
    severity=Status.CRITICAL,
    tests=(
        'Counts the IP gateways between this process and IMDS and measures the TTL with which the token reply arrives.'
    ),
    harm=(
        'Every gateway takes one from the hop limit that the instance sets on that reply: one gateway too many, '
        'and IMDSv2 is out of reach from here, so the Agent loses the instance id, its tags and its host name, at '
        'the latest when IMDSv1 is switched off.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=raise_hop_limit,
    after=('imds-endpoint-disabled', 'imds-unreachable', 'imds-intercepted'),
)
