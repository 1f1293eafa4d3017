"""Instances that still allow IMDSv1 although the operator wants it turned off."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Fault, Feature
from ...findings import Diagnosis, NotApplicable, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from .commands import REQUIRE_TOKENS, change, in_terraform
from .regions import imdsv1_may_be_on, instances, judged_by_instances, regions_of

WHAT = 'with IMDSv1 allowed'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if imdsv1_may_be_on(expected):
        return NotApplicable(f'your configuration allows IMDSv1{_known(facts)}')
    return judged_by_instances(facts, Fault.IMDSV1_ALLOWED, WHAT, lambda instance: instance.instance_id)


def _known(facts: Facts) -> str:
    if isinstance(facts.of_account.fleet, Unobserved):
        return ''
    total = sum(region.instances(Fault.IMDSV1_ALLOWED) for region in regions_of(facts))
    return f' ({instances(total)} {WHAT})' if total else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    required, in_earnest = change(
        facts,
        expected,
        REQUIRE_TOKENS,
        'Require tokens on',
        'clients that still use IMDSv1 to losing instance metadata and role credentials',
    )
    return Remedy(
        'Require tokens on these instances once nothing there uses IMDSv1 any more (see imds-fleet-imdsv1-still-used)',
        (required,),
        (
            *in_earnest,
            in_terraform('http_tokens = "required"'),
        ),
    )


IMDS_FLEET_IMDSV1_ENABLED = Diagnosis(
    id='imds-fleet-imdsv1-enabled',
    title='Instances of the account still allow IMDSv1',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.WARNING,
    tests=(
        "Looks for running instances whose HttpTokens is optional; applies only when imdsv1 is 'disabled' in the "
        'configuration.'
    ),
    harm=(
        'With IMDSv1, anyone who can make a process on the instance send a plain GET (server-side request forgery) '
        'gets the credentials of the instance role.'
    ),
    docs=ec2_user_guide('instance-metadata-transition-to-version-2.html'),
    judge=judge,
    remedy=remedy,
)
