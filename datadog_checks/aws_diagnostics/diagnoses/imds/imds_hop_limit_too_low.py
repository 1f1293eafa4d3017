"""The token reply dies on its way back because the response hop limit is too small."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Remedy, Scope, Status, Unknown, Verdict
from ..links import guide
from ..remedies import raise_hop_limit


def judge(facts: Facts, expected: Expectations) -> Verdict:
    path = observed(facts.path)
    imds = observed(facts.imds)
    needed = path.hop_limit_needed
    if path.reply_lost and path.gateways:
        where = ', '.join(address or 'a silent one' for address in path.gateway_addresses)
        evidence = (
            f'the token reply never arrived behind {path.gateways} gateway(s) ({where}), while IMDS answers other '
            f'requests: the hop limit is at most {path.hop_limit_at_most}, needed is {needed}'
        )
        hidden = imds.v1_works is True and not expected.require_imdsv2
        return Failed(f'{evidence}; IMDSv1 still hides it' if hidden else evidence, Status.WARNING if hidden else None)
    if path.hop_limit is not None and expected.min_hop_limit is not None and path.hop_limit < expected.min_hop_limit:
        return Failed(
            f'the hop limit is {path.hop_limit}, min_hop_limit demands {expected.min_hop_limit}', Status.WARNING
        )
    if path.remaining_ttl is not None:
        limit = f'hop limit {path.hop_limit}' if path.hop_limit is not None else 'hop limit not certain'
        return Passed(
            f'the token reply arrives with TTL {path.remaining_ttl} behind {path.gateways} gateway(s) ({limit})'
        )
    if imds.v2_works:
        return Passed('the token reply arrives')
    if not imds.answers:
        return NotApplicable('IMDS does not answer at all, so there is no token reply to lose')
    return Unknown(path.note or 'the token reply could not be measured')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return raise_hop_limit(facts, expected)


IMDS_HOP_LIMIT_TOO_LOW = Diagnosis(
    id='imds-hop-limit-too-low',
    title='The IMDSv2 hop limit is too low',
    scope=Scope.HOST,
    service_check='hop_limit',
    severity=Status.CRITICAL,
    description=(
        'Counts the IP gateways between this process and IMDS and measures the TTL with which the token reply '
        'arrives. Every gateway takes one from the hop limit that the instance sets on that reply: one gateway too '
        'many, and IMDSv2 is out of reach from here, so the Agent loses the instance id, its tags and its host name.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
    after=('imds-endpoint-disabled', 'imds-intercepted'),
    once_explained=(),
)
