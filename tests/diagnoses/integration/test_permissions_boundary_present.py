"""A permissions boundary limits the role, whatever its policies grant."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration.permissions_boundary_present import (
    PERMISSIONS_BOUNDARY_PRESENT,
)
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Decision, PolicyKind, PolicyStatement, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import Arn
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import (
    ACCOUNT_ID,
    account_facts,
    integration,
    policies,
    policy,
    role,
    simulated,
    simulation,
    statement,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import CHANGE_THE_BOUNDARY, WAIT, changing_the_boundary, make_it_the_default

ARN = Arn(f'arn:aws:iam::{ACCOUNT_ID}:policy/limits')
IS = f'the permissions boundary of the role is {ARN}'
MAY = f'{IS}: the role cannot do what it does not allow, whatever its policies grant'


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
    'its document is not known': Row(bounded(), MAY, near_miss='none'),
    'we may not read the policies': Row(bounded(policies=Unobserved('x')), MAY, near_miss='none'),
    'some actions': Row(bounded(statement('ec2:*')), LACKS, near_miss=WHAT_IS_REQUIRED),
    'what is required, and it is not known whether more is': Row(
        bounded(ENOUGH, integration=Unobserved('x')), MAY, near_miss=WHAT_IS_REQUIRED
    ),
    'what is required under a condition': Row(
        bounded(replace(ENOUGH, conditional=True)), MAY, near_miss=WHAT_IS_REQUIRED
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
    'everything under a condition': Row(bounded(statement('*', conditional=True)), MAY, near_miss=EVERYTHING),
    'everything on some resources': Row(bounded(statement('*', every_resource=False)), MAY, near_miss=EVERYTHING),
    'the simulator says what it denies': Row(
        bounded(statement('ec2:*'), simulation=denied('tag:GetResources', 'cloudwatch:GetMetricData')),
        Failed(f'{IS}, which denies tag:GetResources, cloudwatch:GetMetricData', Status.CRITICAL),
        near_miss=EVERYTHING,
    ),
    'it denies many, some in several regions': Row(
        bounded(simulation=denied('a:B', 'a:B', 'a:C', 'a:D', 'a:E')),
        Failed(f'{IS}, which denies a:B, a:C, a:D and 1 more', Status.CRITICAL),
        near_miss='none',
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
}
UNKNOWN = {
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
            bounded(role=role(boundary=OF_AWS)),
            Remedy(CHANGE, another_or_none(OF_AWS), (WAIT,)),
        ),
        'a long ARN is never cut in a command': (
            bounded(role=role(boundary=LONG_ARN)),
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
