"""A permissions boundary limits the role, whatever its policies grant."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import INTEGRATION_PERMISSIONS_MISSING
from datadog_checks.aws_diagnostics.diagnoses.integration.permissions_boundary_present import (
    PERMISSIONS_BOUNDARY_PRESENT,
)
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Decision, PolicyKind, PolicyStatement, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import Arn
from datadog_checks.aws_diagnostics.findings import Failed, Passed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import (
    ACCOUNT_ID,
    REGION,
    account_facts,
    condition,
    integration,
    policies,
    policy,
    required,
    role,
    simulated,
    simulation,
    statement,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import CHANGE_THE_BOUNDARY, WAIT, changing_the_boundary, make_it_the_default

ARN = Arn(f'arn:aws:iam::{ACCOUNT_ID}:policy/limits')
IS = f'the permissions boundary of the role is {ARN}'
PERHAPS = (
    f'{IS}; of the 4 permissions that Datadog requires it allows 0 for certain and 4 under a condition, on some '
    'resources or in part'
)
SECURE, INSECURE = (condition('Bool', 'aws:SecureTransport', value) for value in ('true', 'false'))


def bounded(*statements: PolicyStatement, **differences: Any) -> Facts:
    """Without statements the document of the boundary is not among the policies."""
    boundary = [policy(*statements, name='limits', kind=PolicyKind.BOUNDARY, arn=ARN)] if statements else []
    return account_facts(**{'role': role(boundary=ARN), 'policies': policies(*boundary), **differences})


def denied(*actions: str) -> Any:
    return simulation(
        *(simulated(action, Decision.IMPLICIT_DENY, allowed_by_boundary=False) for action in actions),
        simulated('ec2:DescribeInstances', allowed_by_boundary=True),
    )


ENOUGH = statement('cloudwatch:*', 'ec2:*', 'tag:Get*')
LACKS = f'{IS}, which does not allow 3 of 4 permissions that Datadog requires'
ALLOWS_ALL = f'{IS}, which allows all 4 permissions that Datadog requires'
WHAT_IS_REQUIRED = 'what Datadog requires'
EVERYTHING = 'one that allows everything'
FAILS = {
    'some actions': Row(bounded(statement('ec2:*')), LACKS, near_miss=WHAT_IS_REQUIRED),
    'some actions, and it is not known whether more are required': Row(
        bounded(statement('ec2:*'), integration=Unobserved('x')),
        LACKS,
        near_miss=WHAT_IS_REQUIRED,
    ),
    'some actions, and the others on no condition that Datadog meets': Row(
        bounded(statement('ec2:*'), statement('*', conditions=(INSECURE,))),
        LACKS,
        near_miss='what is required over TLS',
    ),
    'some actions, with a condition on top': Row(
        bounded(statement('ec2:*'), statement('*', effect='Deny', conditional=True)),
        LACKS,
        near_miss=WHAT_IS_REQUIRED,
    ),
    'everything, but what Datadog sends over TLS': Row(
        bounded(statement('*'), statement('tag:*', effect='Deny', conditions=(SECURE,))),
        f'{IS}, which does not allow 1 of 4 permissions that Datadog requires',
        near_miss='everything, but what is not sent over TLS',
    ),
    'what is required without resource collection, which is on': Row(
        bounded(ENOUGH, integration=integration(extended_collection=True)),
        f'{IS}, which does not allow 2 of 6 permissions that Datadog requires',
        near_miss=WHAT_IS_REQUIRED,
    ),
    'everything, but something denied that is required': Row(
        bounded(statement('*'), statement('tag:*', effect='Deny')),
        f'{IS}, which does not allow 1 of 4 permissions that Datadog requires',
        near_miss='everything, but something denied that nobody requires',
    ),
    'the simulator says what it denies': Row(
        bounded(statement('ec2:*'), simulation=denied('tag:GetResources', 'cloudwatch:GetMetricData')),
        Failed(f'{IS}, which denies tag:GetResources, cloudwatch:GetMetricData', Status.CRITICAL),
        near_miss=EVERYTHING,
    ),
    'it denies many, some in several regions': Row(
        bounded(simulation=denied('a:B', 'a:B', 'a:C', 'a:D', 'a:E')),
        Failed(f'{IS}, which denies a:B, a:C, a:D and 1 more', Status.CRITICAL),
        near_miss='it denies something in a region that Datadog does not collect',
    ),
}
PASSES = {
    'none': Row(account_facts(), 'the role has no permissions boundary'),
    'none, though the simulator says something': Row(
        account_facts(simulation=denied('a:B')), 'the role has no permissions boundary'
    ),
    WHAT_IS_REQUIRED: Row(bounded(ENOUGH), ALLOWS_ALL),
    'everything, but something denied that nobody requires': Row(
        bounded(statement('*'), statement('iam:*', effect='Deny')), ALLOWS_ALL
    ),
    EVERYTHING: Row(bounded(statement('ec2:*'), statement('*')), f'{IS}, which allows everything'),
    'everything, but what is not sent over TLS': Row(
        bounded(statement('*'), statement('*', effect='Deny', conditions=(INSECURE,))), ALLOWS_ALL
    ),
    'what is required over TLS': Row(bounded(replace(ENOUGH, conditions=(SECURE,))), ALLOWS_ALL),
    'it denies something in a region that Datadog does not collect': Row(
        bounded(
            ENOUGH,
            integration=integration(regions=(REGION,)),
            simulation=simulation(
                simulated('a:B', Decision.IMPLICIT_DENY, allowed_by_boundary=False, region='sa-east-1')
            ),
        ),
        ALLOWS_ALL,
    ),
}
UNKNOWN = {
    'its document is not known': Row(bounded(), f'{IS}: not known what it allows, as nobody read its document'),
    'we may not read the policies': Row(bounded(policies=Unobserved('x')), 'x'),
    'what is required, and it is not known whether more is': Row(
        bounded(ENOUGH, integration=Unobserved('x')),
        f'{IS}, which allows 4 permissions that Datadog requires; list fetched on 2026-09-21; not known whether '
        'resource collection is on: x',
    ),
    'what is required under a condition': Row(bounded(replace(ENOUGH, conditional=True)), PERHAPS),
    'everything under a condition, as in some regions': Row(bounded(statement('*', conditional=True)), PERHAPS),
    'everything on some resources': Row(bounded(statement('*', every_resource=False)), PERHAPS),
    'everything in the regions that are collected': Row(
        bounded(statement('*'), statement(not_actions=('iam:*', 'ec2:*'), effect='Deny', conditional=True)),
        f'{IS}; of the 4 permissions that Datadog requires it allows 1 for certain and 3 under a condition, on some '
        'resources or in part',
    ),
    'everything, but something denied on one resource': Row(
        bounded(statement('*'), statement('tag:*', effect='Deny', every_resource=False)),
        f'{IS}; of the 4 permissions that Datadog requires it allows 3 for certain and 1 under a condition, on some '
        'resources or in part',
    ),
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(account_facts(role=RoleMissing('x')), "there is no role 'x'"),
}
test_verdict = verdict_test(PERMISSIONS_BOUNDARY_PRESENT, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

OF_AWS = Arn('arn:aws:iam::aws:policy/PowerUserAccess')
LONG_ARN = Arn(f'arn:aws:iam::{ACCOUNT_ID}:policy/{"path/" * 60}limits')
CHANGE = 'Make the boundary allow what Datadog needs, or remove it'


def allowing(arn: str) -> Choice:
    version = f'aws iam set-default-policy-version --policy-arn {arn} --version-id "${{VERSION_BEFORE:?}}"'
    return Choice(
        CHANGE_THE_BOUNDARY,
        changing_the_boundary(arn),
        undo=Step(
            'Make the version that counted before the default again; its document is in boundary.before.json',
            (Command(version),),
        ),
    )


def putting(arn: str) -> Command:
    return Command(
        f'aws iam put-role-permissions-boundary --role-name DatadogIntegrationRole --permissions-boundary {arn}'
    )


def another_or_none(arn: str) -> tuple[Choice, Choice]:
    return (
        Choice(
            'Attach a boundary of your own that also allows the actions that the permission diagnoses name',
            (putting('"${BOUNDARY_ARN:?}"'),),
            undo=Step('Put the present one back', (putting(arn),)),
        ),
        Choice(
            'If your organization does not require the boundary, remove it',
            (Command('aws iam delete-role-permissions-boundary --role-name DatadogIntegrationRole'),),
            exposes="everything that the role's policies grant",
            undo=Step('Put it back', (putting(arn),)),
        ),
    )


def test_what_the_boundary_does_not_allow_is_counted_alike_beside_what_is_granted() -> None:
    """Not what it allows in part of a wildcard of which nobody documents the use."""
    limits = policy(statement('*'), name='limits', kind=PolicyKind.BOUNDARY, arn=ARN)
    in_part = replace(limits, statements=(statement('backup:ListBackupPlans', 'ec2:*'),))
    facts = account_facts(
        role=role(boundary=ARN),
        required=required(standard=('backup:List*', 'ec2:Describe*', 'tag:GetResources')),
        policies=(policy(statement('*')), in_part),
    )
    found = diagnose((PERMISSIONS_BOUNDARY_PRESENT, INTEGRATION_PERMISSIONS_MISSING), facts, Expectations())
    assert [finding.verdict for finding in found] == [
        Failed(f'{IS}, which does not allow 1 of 3 permissions that Datadog requires'),
        Passed(
            'all 3 required permissions are granted; the permissions boundary does not allow 1 of those granted; list '
            'fetched on 2026-09-21'
        ),
    ]


test_remedy = remedy_test(
    PERMISSIONS_BOUNDARY_PRESENT,
    {
        'some actions': (
            bounded(statement('ec2:*')),
            Remedy(
                CHANGE,
                (allowing(ARN), *another_or_none(ARN)),
                (
                    make_it_the_default(ARN),
                    WAIT,
                ),
            ),
        ),
        'the boundary is a policy of AWS, which nobody else can change': (
            bounded(statement('ec2:*'), role=role(boundary=OF_AWS)),
            Remedy(CHANGE, another_or_none(OF_AWS), (WAIT,)),
        ),
        'a long ARN is never cut in a command': (
            bounded(statement('ec2:*'), role=role(boundary=LONG_ARN)),
            Remedy(
                CHANGE,
                (allowing(LONG_ARN), *another_or_none(LONG_ARN)),
                (
                    make_it_the_default(LONG_ARN),
                    WAIT,
                ),
            ),
        ),
    },
)
