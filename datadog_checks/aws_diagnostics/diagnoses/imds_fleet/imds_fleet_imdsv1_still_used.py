"""Which of the instances that allow IMDSv1 can do without it today, and which cannot."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Fault, Feature, Fleet, TokenlessUse
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ...text import listed
from ..links import ec2_user_guide
from .commands import REQUIRE_TOKENS, change
from .regions import LONGEST_ENTRY, fleet_of, imdsv1_may_be_on, incomplete, instances, not_swept, unobserved_in

PACKET_ANALYZER = 'https://github.com/aws/aws-imds-packet-analyzer'
MOST_IN_A_COMMAND = 20
"""Instances that one script names."""


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if imdsv1_may_be_on(expected):
        return NotApplicable('your configuration allows IMDSv1')
    uses = uses_in(fleet_of(facts))
    used = most_used_first(uses)
    if not used:
        return _unused(fleet_of(facts), uses)
    times = (f'{use.instance_id} in {use.region} (MetadataNoToken {use.no_token:.0f})' for use in used)
    others = f'; {_without_use(len(uses) - len(used))}' if len(uses) > len(used) else ''
    return Failed(
        f'{instances(len(used))} used IMDSv1 in the last {used[0].days} days: '
        f'{listed(times, longest=LONGEST_ENTRY)}{others}'
    )


def _unused(fleet: Fleet, uses: Sequence[TokenlessUse]) -> Verdict:
    unseen = [*not_swept(fleet), *unobserved_in(fleet.regions, lambda region: region.tokenless)]
    if unseen:
        return Unknown(incomplete(unseen))
    allowing = sum(region.instances(Fault.IMDSV1_ALLOWED) for region in fleet.regions)
    if not uses and not allowing:
        return Passed('no running instance allows IMDSv1')
    none = _without_use(len(uses))
    if allowing > len(uses):
        why = 'CloudWatch has no values, or was not asked because it charges for it'
        return Unknown(f'{none}; nothing is known of {allowing - len(uses)} more: {why}')
    return Passed(f'{none} in the last {uses[0].days} days')


def _without_use(count: int) -> str:
    return f'{instances(count)} {"allows" if count == 1 else "allow"} IMDSv1 and did not use it'


def uses_in(fleet: Fleet) -> list[TokenlessUse]:
    return [use for r in fleet.regions if not isinstance(r.tokenless, Unobserved) for use in r.tokenless]


def most_used_first(uses: Sequence[TokenlessUse]) -> list[TokenlessUse]:
    return sorted((use for use in uses if use.no_token > 0), key=lambda use: (-use.no_token, use.instance_id))


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    fleet = facts.of_account.fleet
    uses = [] if isinstance(fleet, Unobserved) else uses_in(fleet)
    unused = [use.instance_id for use in uses if use.no_token == 0]
    some = unused[:MOST_IN_A_COMMAND]
    more = f', the first {len(some)} of {len(unused)},' if len(unused) > len(some) else ''
    text = f'Where nothing used IMDSv1, require tokens{more} on'
    required, in_earnest = change(facts, expected, REQUIRE_TOKENS, text, '', only=some)
    used = listed(use.instance_id for use in most_used_first(uses)) or 'each instance that used it'
    return Remedy(
        'Find what still uses IMDSv1 on these instances, and require tokens on the others',
        (required,) if some else (),
        (
            *(in_earnest if some else ()),
            Step(
                f'On {used}, find the process that asks without a token and update its SDK ({PACKET_ANALYZER} finds it)'
            ),
            Step(
                'Require tokens on the rest once their MetadataNoToken in CloudWatch stays at 0, as '
                'imds-fleet-imdsv1-enabled describes'
            ),
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
        'Asks CloudWatch for MetadataNoToken of a bounded number of instances that allow IMDSv1, at most once a day '
        "because CloudWatch charges for it ($0.005 for 500 instances); applies only when imdsv1 is 'disabled' in the "
        'configuration.'
    ),
    harm=(
        'These instances lose the metadata and the credentials of their role once tokens are required. Where nothing '
        'asked without a token, tokens can be required today.'
    ),
    docs=ec2_user_guide('instance-metadata-transition-to-version-2.html'),
    judge=judge,
    remedy=remedy,
)
