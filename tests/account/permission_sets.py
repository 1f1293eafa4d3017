"""What roles may do, in words, and what they lack of Datadog's standard list."""

from dataclasses import dataclass

from datadog_checks.aws_diagnostics.facts.account import Policy, PolicyKind, PolicyStatement
from datadog_checks.aws_diagnostics.facts.values import PolicyName
from tests.account.builders import policy, security_audit, statement
from tests.account.permission_lists import RECORDED

STANDARD = RECORDED.standard
EC2 = 'ec2:Describe*'


@dataclass(frozen=True)
class PermissionSet:
    words: str
    policies: tuple[Policy, ...]
    missing: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()
    limited: frozenset[str] = frozenset()
    """Granted or denied under a condition, on some resources or for some actions."""
    as_used: frozenset[str] = frozenset()


def role(*statements: PolicyStatement) -> tuple[Policy, ...]:
    return (policy(*statements),)


def without(*actions: str) -> tuple[str, ...]:
    return tuple(action for action in STANDARD if action not in actions)


def of_service(*services: str) -> frozenset[str]:
    return frozenset(action for action in STANDARD if action.partition(':')[0] in services)


def deny(*actions: str, **differences: object) -> PolicyStatement:
    return statement(*actions, effect='Deny', **differences)


ALL = frozenset(STANDARD)
SETS = (
    PermissionSet('the list as Datadog publishes it', role(statement(*STANDARD))),
    PermissionSet('no policy at all', (), missing=ALL),
    PermissionSet('a policy without statements', (Policy(PolicyName('empty'), PolicyKind.INLINE, ()),), missing=ALL),
    PermissionSet('an administrator', role(statement('*'))),
    PermissionSet('the list in capital letters', role(statement(*(a.upper() for a in STANDARD)))),
    PermissionSet('EC2 was forgotten', role(statement(*without(EC2))), missing=frozenset({EC2})),
    PermissionSet(
        'the list of three years ago, before account and health events',
        role(statement(*(ALL - of_service('account', 'health', 'oam')))),
        missing=of_service('account', 'health', 'oam'),
    ),
    PermissionSet(
        'EC2 by the operations that Datadog documents',
        role(
            statement(*without(EC2)),
            statement('ec2:DescribeInstances', 'ec2:DescribeInstanceStatus', 'ec2:DescribeSecurityGroups'),
        ),
        as_used=frozenset({EC2}),
    ),
    PermissionSet(
        'EC2 by its volumes alone',
        role(statement(*without(EC2)), statement('ec2:DescribeVolumes')),
        partly=frozenset({EC2}),
    ),
    PermissionSet(
        'backups by one operation, where no page names what is used',
        role(statement(*without('backup:List*')), statement('backup:ListBackupPlans')),
        partly=frozenset({'backup:List*'}),
    ),
    PermissionSet('the list in two halves', (policy(statement(*STANDARD[:50])), policy(statement(*STANDARD[50:])))),
    PermissionSet(
        'everything but IAM by NotAction', role(statement(not_actions=('iam:*',))), missing=of_service('iam')
    ),
    PermissionSet(
        'everything but writing by NotAction',
        role(statement(not_actions=('logs:Put*', 'logs:Delete*', 's3:Put*'))),
        missing=frozenset({'logs:PutSubscriptionFilter', 'logs:DeleteSubscriptionFilter', 's3:PutBucketNotification'}),
    ),
    PermissionSet(
        'the list, and a Deny of CloudTrail',
        role(statement(*STANDARD), deny('cloudtrail:*')),
        denied=of_service('cloudtrail'),
    ),
    PermissionSet(
        'an administrator who may only use S3',
        role(statement('*'), deny(not_actions=('s3:*',))),
        denied=ALL - of_service('s3'),
    ),
    PermissionSet(
        'the list, and a Deny of writing logs without naming what is read',
        role(statement(*STANDARD), deny('logs:Put*', 'logs:Delete*')),
        denied=frozenset({'logs:PutSubscriptionFilter', 'logs:DeleteSubscriptionFilter'}),
    ),
    PermissionSet(
        'the list, from one network only',
        role(statement(*STANDARD, conditional=True)),
        limited=ALL,
    ),
    PermissionSet(
        'the list, and S3 on one bucket only',
        role(statement(*(ALL - of_service('s3'))), statement('s3:*', every_resource=False)),
        limited=of_service('s3'),
    ),
    PermissionSet(
        'the list, and a Deny outside of some regions',
        role(statement(*STANDARD), deny(not_actions=tuple(without(EC2)), conditional=True)),
        limited=frozenset({EC2}),
    ),
    PermissionSet(
        'SecurityAudit beside a policy without S3',
        (*role(statement(*(ALL - of_service('s3')))), security_audit()),
        missing=of_service('s3') - {a for a in STANDARD if a.startswith('s3:GetBucket')},
    ),
    PermissionSet(
        'the list, under a boundary that allows less',
        (*role(statement(*STANDARD)), policy(statement('s3:*'), kind=PolicyKind.BOUNDARY)),
    ),
    PermissionSet(
        'a boundary that allows everything, and no policy',
        (policy(statement('*'), kind=PolicyKind.BOUNDARY),),
        missing=ALL,
    ),
)
