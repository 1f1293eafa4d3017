"""The response hop limit lets more distant containers reach IMDS than the operator allows."""

from dataclasses import replace

from ...expectations import Expectations
from ...facts import ContainerKind, Facts, NetworkPath, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, yaml
from ...text import counted, reason
from ..agent_remedies import container_kind
from ..applying import apply_settings
from ..around_imds import ways_around_the_hop_limit
from ..host_remedies import (
    allowed_hop_limit,
    as_step,
    change_metadata_options,
    for_new_instances,
    hop_limit,
)
from ..links import guide
from .evidence import gateways, may_be_rewritten
from .routes import past_the_gateway


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if expected.max_hop_limit is None:
        return NotApplicable('max_hop_limit is not set')
    path = observed(facts.path)
    if path.intercepted:
        return Unknown(f"a proxy answers in place of IMDS, so the measured TTL is the proxy's ({gateways(path)})")
    return _against(expected.max_hop_limit, path)


def _against(most: int, path: NetworkPath) -> Verdict:
    allowed = f'max_hop_limit allows {most}'
    match path:
        case NetworkPath(hop_limit=int(limit)):
            evidence = f'the hop limit is {limit} and {allowed}{_doubt(path)}'
            return Failed(evidence) if limit > most else Passed(evidence)
        case NetworkPath(hop_limit_at_most=int(bound)) if bound <= most:
            return Passed(f'the hop limit is at most {bound} and {allowed}')
        case NetworkPath(remaining_ttl=int(ttl)) if ttl > most and not may_be_rewritten(path):
            return Failed(f'the token reply arrives with TTL {ttl}, so the hop limit is at least {ttl}; {allowed}')
    return Unknown(f'the hop limit could not be measured: {reason(path.note)}')


def _doubt(path: NetworkPath) -> str:
    if not path.certain:
        return ' (less certain: the kernel does not count drops)'
    return f' ({reason(path.note)})' if path.note else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    most = allowed_hop_limit(expected.max_hop_limit or 1)
    template = for_new_instances(facts, hop_limit(most))
    needed = facts.path.hop_limit_needed if isinstance(facts.path, NetworkPath) else None
    if needed is None or needed <= most:
        lower = change_metadata_options(facts, 'Lower it', hop_limit(most))
        cost = f'Lower the hop limit to {most}; what runs behind {counted(most, "gateway")} or more then loses IMDSv2'
        return Remedy(cost, (lower,), template)
    lower = change_metadata_options(facts, f'Lower the hop limit to {most}', hop_limit(most))
    around = ways_around_the_hop_limit(facts)
    if container_kind(facts) is ContainerKind.NONE:
        past = past_the_gateway(facts)
        return Remedy(past.summary, past.choices, (*past.then, as_step(lower), *template))
    if not around:
        return Remedy(
            f'Allow the hop limit that the Agent needs here ({needed})',
            (_allow(needed), replace(lower, text=f'{lower.text}; the Agent then loses IMDSv2')),
        )
    return Remedy(
        f'The Agent needs hop limit {needed} here: avoid the extra hop and then lower the limit to {most}, or allow '
        f'{needed} by max_hop_limit',
        around,
        (*apply_settings(facts), as_step(lower), *template),
    )


def _allow(limit: int) -> Choice:
    option = yaml({'instances': [{'max_hop_limit': allowed_hop_limit(limit)}]})
    return Choice('Raise max_hop_limit in the conf.yaml of this check', (option,), undo=Step('Set it back'))


IMDS_HOP_LIMIT_ABOVE_POLICY = Diagnosis(
    id='imds-hop-limit-above-policy',
    title='The IMDSv2 hop limit is higher than your policy allows',
    scope=Scope.HOST,
    service_check='hop_limit',
    severity=Status.WARNING,
    tests=(
        'Measures the hop limit of the token reply and compares it with max_hop_limit. Does not apply without that '
        'option.'
    ),
    harm='Each extra hop lets more distant containers get tokens, and with them the credentials of the instance role.',
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
)
