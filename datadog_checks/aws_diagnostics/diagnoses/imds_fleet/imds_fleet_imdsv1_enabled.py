"""Instances that still allow IMDSv1 although the operator wants it switched off."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature
from ...findings import Diagnosis, NotApplicable, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from .commands import modify_instances, terraform, worst
from .imdsv1 import allowing, allows_version_one, imdsv1_may_be_on, require_tokens
from .regions import counted, instances, regions_of


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if imdsv1_may_be_on(expected):
        return NotApplicable(f"imdsv1 is not set to 'disabled', so IMDSv1 may be on{_known(facts)}")
    examples = (i.instance_id for i in worst(facts, allows_version_one))
    return counted(regions_of(facts), allowing, _what, examples)


def _what(count: int) -> str:
    return f'{instances(count)} with IMDSv1 allowed'


def _known(facts: Facts) -> str:
    if isinstance(facts.of_account.fleet, Unobserved):
        return ''
    total = sum(allowing(region) for region in regions_of(facts))
    return f' ({_what(total)})' if total else ''


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy(
        'Require tokens on these instances, once nothing there uses IMDSv1 any more',
        (
            'See which of them still use IMDSv1, which stops working then: the diagnosis imds-fleet-imdsv1-still-used',
            *modify_instances(
                worst(facts, allows_version_one),
                'Require tokens (whatever still asks without one loses the metadata and the credentials of the role)',
                require_tokens,
            ),
            terraform('http_tokens = "required"'),
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
        'IMDSv1 gives the credentials of the instance role to whoever makes a process of the instance send a plain'
        ' GET (server-side request forgery).'
    ),
    docs=ec2_user_guide('instance-metadata-transition-to-version-2.html'),
    judge=judge,
    remedy=remedy,
)
