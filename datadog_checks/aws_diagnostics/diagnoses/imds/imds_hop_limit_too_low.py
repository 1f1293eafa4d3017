"""The token reply is dropped on its way back because the response hop limit is too low."""

from dataclasses import replace

from ...expectations import Expectations
from ...facts import Answer, ContainerKind, Facts, Imds, NetworkPath, Unobserved, observed
from ...facts.exchange import is_granted
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ...rules import gateway_before_the_host
from ...text import reason
from ..agent_remedies import container_kind, in_host_network, restart_for_the_name
from ..host_remedies import needed_hop_limit, raise_hop_limit
from ..links import guide
from .evidence import conversation, fate, gateways, may_be_rewritten, seen, severity_behind_v1, still_hidden
from .fault import Fault, fault_of, why_unclear
from .routes import past_the_gateway


def judge(facts: Facts, expected: Expectations) -> Verdict:
    imds = observed(facts.imds)
    if is_granted(imds.token):
        return _arrived(facts, expected)
    match fault_of(imds):
        case Fault.TOKEN_LOST:
            return _lost(facts, expected)
        case Fault.UNCLEAR:
            return Unknown(f'{conversation(imds)}: {why_unclear(imds)}')
    return NotApplicable(f'no token reply was lost: {conversation(imds)}')


def _arrived(facts: Facts, expected: Expectations) -> Verdict:
    least = expected.min_hop_limit
    match facts.path:
        case Unobserved(reason=why):
            unmeasured = f'the token reply arrives; the hop limit was not measured: {reason(why)}'
            return Passed(unmeasured) if least is None else Unknown(unmeasured)
        case NetworkPath(intercepted=True) as path:
            of_the_proxy = f"{_arrival(path)}; a proxy answers in place of IMDS, so these values are the proxy's"
            return Passed(of_the_proxy) if least is None else Unknown(of_the_proxy)
        case path:
            return _against(least, path)


def _against(least: int | None, path: NetworkPath) -> Verdict:
    enough = path.remaining_ttl is not None and path.remaining_ttl >= (least or 0) and not may_be_rewritten(path)
    if least is None or enough:
        return Passed(_arrival(path))
    if path.hop_limit is None:
        return Unknown(f'{_arrival(path)}, so it is not known whether it is {least}, as min_hop_limit requires')
    if path.hop_limit < least:
        headline = f'IMDSv2 hop limit is {path.hop_limit}, min_hop_limit requires {least}'
        return Failed(f'{_arrival(path)}, and min_hop_limit requires {least}', Status.WARNING, headline)
    return Passed(_arrival(path))


def _arrival(path: NetworkPath) -> str:
    """Like 'the token reply arrives with TTL 1 behind 1 gateway: 172.17.0.1; the hop limit is 2'."""
    ttl = 'the token reply arrives' if path.remaining_ttl is None else f'the token reply arrives with TTL {_ttl(path)}'
    limit = f'; the hop limit is {path.hop_limit}' if path.hop_limit is not None else f'; {_not_known(path)}'
    return f'{ttl} behind {gateways(path)}{limit}'


def _ttl(path: NetworkPath) -> str:
    return f'{path.remaining_ttl}{"" if path.certain else " (less certain: the kernel does not count drops)"}'


def _not_known(path: NetworkPath) -> str:
    return f'the hop limit is not known ({reason(path.note)})' if path.note else 'the hop limit is not known'


def _loss(facts: Facts) -> str:
    control = observed(facts.imds).control
    others = (
        f'the GET with an invalid token {fate(control)}'
        if isinstance(control, Answer)
        else 'other requests are answered'
    )
    return f'the token reply does not arrive, while {others}'


def _lost(facts: Facts, expected: Expectations) -> Verdict:
    path = facts.path
    if isinstance(path, Unobserved) or path.gateways is None:
        return _lost_behind_an_unknown_path(facts, expected)
    if path.intercepted:
        return Passed(f'{_loss(facts)}; a proxy answers in place of IMDS, so this is not the hop limit')
    if not path.gateways and not path.gateways_back:
        return Passed(f'{_loss(facts)}; there is no gateway in between, so this is not the hop limit')
    if gateway_before_the_host(facts):
        return NotApplicable(f'{_loss(facts)}; on a host the gateway itself is the fault: see imds-behind-gateway')
    evidence = f'{_loss(facts)}; {_required(path)}{still_hidden(facts)}{seen(facts)}'
    return Failed(evidence, severity_behind_v1(facts, expected), _headline(path))


def _headline(path: NetworkPath) -> str:
    """AWS allows 1 to 64, so at most 1 is 1; but only where the way back shows as well."""
    most = path.hop_limit_at_most
    limit = 'too low' if most is None else f'at most {most}' if most > 1 or path.gateways_back is None else '1'
    return f'IMDSv2 hop limit is {limit}, the Agent needs {path.hop_limit_needed}'


def _required(path: NetworkPath) -> str:
    """The reply may take another way than the request, so what the instance has is a bound by the ways that show."""
    most = path.hop_limit_at_most
    if path.gateways_back is not None and path.gateways_back > (path.gateways or 0):
        back = f'{gateways(path)} on the way there, and {path.gateways_back} on the way back of other answers'
        return f'this requires hop limit {path.hop_limit_needed} ({back}), so the instance has at most {most}'
    required = f'the path from here requires hop limit {path.hop_limit_needed} ({gateways(path)})'
    if most is None:
        why = 'as a gateway is silent' if None in path.gateway_addresses else reason(path.note)
        return f'{required}, and the instance has less; how much less is not known, {why}'
    visible = '' if path.gateways_back is not None else ' by the visible path'
    return f'{required}, so the instance has at most {most}{visible}'


def _lost_behind_an_unknown_path(facts: Facts, expected: Expectations) -> Verdict:
    """Such a loss is the mark of the hop limit, but only where there can be a gateway."""
    path = facts.path
    why = path.reason if isinstance(path, Unobserved) else path.note
    evidence = f'{_loss(facts)}; the gateways were not counted ({reason(why)})'
    if in_host_network(facts):
        return Unknown(f'{evidence}, so it can be the hop limit or a filter')
    evidence = f'{evidence}, but a hop limit of 1 looks like this from a container behind a gateway'
    return Failed(f'{evidence}{still_hidden(facts)}{seen(facts)}', severity_behind_v1(facts, expected))


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    """On a host, a gateway is what is wrong, not the hop limit. A lost reply is only a bound: what is set may be more
    than the path shows."""
    if is_host_behind_a_gateway(facts):
        found = past_the_gateway(facts)
        return Remedy(found.summary, found.choices, (*found.then, *restart_for_the_name(facts)))
    found = raise_hop_limit(facts, expected)
    granted = isinstance(facts.imds, Imds) and is_granted(facts.imds.token)
    if granted or container_kind(facts) is ContainerKind.ECS_MANAGED:
        return found
    return replace(found, then=(_is_it_higher(facts, expected), *found.then))


def is_host_behind_a_gateway(facts: Facts) -> bool:
    """In the network of the host, and the token is lost on its way."""
    far = isinstance(facts.path, NetworkPath) and bool(facts.path.gateways)
    lost = isinstance(facts.imds, Imds) and not is_granted(facts.imds.token)
    return in_host_network(facts) and far and lost


def _is_it_higher(facts: Facts, expected: Expectations) -> Step:
    needed = needed_hop_limit(facts, expected)
    around = ', or the host network' if not in_host_network(facts) else ''
    return Step(f'If the limit is {needed} or more, the return path is longer: set one more{around}')


IMDS_HOP_LIMIT_TOO_LOW = Diagnosis(
    id='imds-hop-limit-too-low',
    title='The IMDSv2 hop limit is too low',
    scope=Scope.HOST,
    service_check='hop_limit',
    severity=Status.CRITICAL,
    tests=('Counts the IP gateways between this process and IMDS and measures the TTL of the token reply.'),
    harm=(
        'The IMDSv2 token response is dropped on its way back. The Agent loses its instance ID, instance tags and '
        'hostname, at the latest when IMDSv1 is disabled.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
    after=('imds-endpoint-disabled', 'imds-behind-gateway', 'imds-unreachable', 'imds-intercepted'),
)
