"""Which of the instances that allow IMDSv1 can do without it today, and which cannot."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature, Region, TokenlessUse
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from .commands import require_tokens_of
from .imdsv1 import allowing, imdsv1_may_be_on
from .regions import incomplete, instances, listed, not_swept, plural, regions_of, unobserved_in

PACKET_ANALYZER = 'https://github.com/aws/aws-imds-packet-analyzer'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if imdsv1_may_be_on(expected):
        return NotApplicable("imdsv1 is not set to 'disabled', so IMDSv1 may be used")
    regions = regions_of(facts)
    uses = uses_of(regions)
    used = most_used_first(uses)
    if used:
        times = [f'{use.instance_id} in {use.region} (MetadataNoToken {use.no_token:.0f})' for use in used]
        evidence = f'{instances(len(used))} used IMDSv1 in the last {used[0].days} days: {listed(times, ", ")}'
        return Failed(f'{evidence}; {len(uses) - len(used)} more allow it and did not use it')
    return _unused(regions, uses)


def _unused(regions: tuple[Region, ...], uses: list[TokenlessUse]) -> Verdict:
    unseen = [*not_swept(regions), *unobserved_in(regions, lambda region: region.tokenless)]
    if unseen:
        return Unknown(incomplete(unseen))
    if not uses and not any(allowing(region) for region in regions):
        return Passed('no running instance allows IMDSv1')
    none = f'none of {len(uses)} running instance{plural(len(uses))} that {"allows" if len(uses) == 1 else "allow"}'
    silent = sum(allowing(region) for region in regions) - len(uses)
    if silent > 0:
        why = 'CloudWatch has no values, or was not asked as it charges for it'
        return Unknown(f'{none} IMDSv1 used it, but of {silent} more nothing is known: {why}')
    return Passed(f'{none} IMDSv1 used it in the last {uses[0].days} days')


def uses_of(regions: tuple[Region, ...]) -> list[TokenlessUse]:
    return [use for r in regions if not isinstance(r.tokenless, Unobserved) for use in r.tokenless]


def most_used_first(uses: list[TokenlessUse]) -> list[TokenlessUse]:
    return sorted((use for use in uses if use.no_token > 0), key=lambda use: (-use.no_token, use.instance_id))


def remedy(facts: Facts, _: Expectations) -> Remedy:
    uses = uses_of(regions_of(facts))
    used = ', '.join(use.instance_id for use in most_used_first(uses)[:3])
    return Remedy(
        'Find what still uses IMDSv1 on these instances, and require tokens on the others',
        (
            f'On {used}: find the process that asks without a token, and update its SDK. {PACKET_ANALYZER} names it',
            *require_tokens_of(facts, [use for use in uses if use.no_token == 0]),
            'Require tokens on the rest once their MetadataNoToken in CloudWatch stays at 0: the diagnosis '
            'imds-fleet-imdsv1-enabled has the commands',
        ),
    )


IMDS_FLEET_IMDSV1_STILL_USED = Diagnosis(
    id='imds-fleet-imdsv1-still-used',
    title='Instances of the account still use IMDSv1',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.WARNING,
    tests=(
        'Asks CloudWatch for MetadataNoToken of a bounded number of instances that allow IMDSv1, at most once a '
        "day, as it charges for it ($0.01 for 500 instances); applies only when imdsv1 is 'disabled' in the "
        'configuration.'
    ),
    harm=(
        'Where nothing was asked for without a token, tokens can be required today; elsewhere something would stop'
        ' working.'
    ),
    docs=ec2_user_guide('instance-metadata-transition-to-version-2.html'),
    judge=judge,
    remedy=remedy,
)
