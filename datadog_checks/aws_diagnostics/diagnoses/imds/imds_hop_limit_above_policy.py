"""The response hop limit lets IMDS be reached from further away than the operator wants."""

from ...expectations import Expectations
from ...facts import Facts, NetworkPath, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from ..remedies import container_kind, hop_limit_option, modify_metadata_options, ways_around_the_hop_limit
from .evidence import gateways, reason


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if expected.max_hop_limit is None:
        return NotApplicable('max_hop_limit is not set')
    path = observed(facts.path)
    if path.intercepted:
        return Unknown(f'a proxy on the way answers in place of IMDS, so the TTL tells nothing ({gateways(path)})')
    return _against(expected.max_hop_limit, path)


def _against(most: int, path: NetworkPath) -> Verdict:
    allowed = f'max_hop_limit allows {most}'
    match path:
        case NetworkPath(hop_limit=int(limit)):
            evidence = f'the hop limit is {limit} and {allowed}{_doubt(path)}'
            return Failed(evidence) if limit > most else Passed(evidence)
        case NetworkPath(hop_limit_at_most=int(bound)) if bound <= most:
            return Passed(f'the hop limit is at most {bound} and {allowed}')
        case NetworkPath(remaining_ttl=int(ttl)) if ttl > most:
            return Failed(f'the token reply arrives with TTL {ttl}, so the hop limit is at least {ttl}; {allowed}')
    return Unknown(f'the hop limit could not be measured: {reason(path.note)}')


def _doubt(path: NetworkPath) -> str:
    if not path.certain:
        return ' (less certain, as the kernel counts no drops)'
    return f' ({reason(path.note)})' if path.note else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    most = expected.max_hop_limit or 1
    lower = modify_metadata_options(facts, hop_limit_option(most))
    return Remedy(
        f'Lower the hop limit to {most}',
        (
            *_first_bring_the_agent_nearer(facts, most),
            f'Lower it (whatever runs behind {most} or more gateways then loses IMDSv2): {lower}',
            'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
            f'metadata_options {{ http_put_response_hop_limit = {most} }}',
        ),
    )


def _first_bring_the_agent_nearer(facts: Facts, most: int) -> tuple[str, ...]:
    needed = facts.path.hop_limit_needed if isinstance(facts.path, NetworkPath) else None
    if needed is None or needed <= most:
        return ()
    return (
        f'First take care of the Agent, which needs a hop limit of {needed} where it runs, or raise max_hop_limit',
        *ways_around_the_hop_limit(container_kind(facts)),
    )


IMDS_HOP_LIMIT_ABOVE_POLICY = Diagnosis(
    id='imds-hop-limit-above-policy',
    title='The IMDSv2 hop limit is larger than your policy allows',
    scope=Scope.HOST,
    service_check='hop_limit',
    severity=Status.WARNING,
    tests=(
        'Measures the hop limit of the token reply and compares it with max_hop_limit; without that option it does'
        ' not apply.'
    ),
    harm=(
        'Every hop more lets containers further away get tokens, and with them the credentials of the instance role.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
)
