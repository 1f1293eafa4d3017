"""One healthy default for every group of facts of an account run; a case states its one difference."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.expectations import AccountExpectations, Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Account,
    AuthKind,
    Caller,
    Condition,
    Count,
    Decision,
    ExternalId,
    FilterKind,
    Fleet,
    Integration,
    Inventory,
    LastUsed,
    MetadataDefaults,
    Metrics,
    NamespaceFilters,
    Policy,
    PolicyKind,
    PolicyQuota,
    PolicyStatement,
    Region,
    RequiredPermissions,
    Role,
    Simulated,
    Simulation,
    TrustStatement,
)
from datadog_checks.aws_diagnostics.facts.values import (
    AccountId,
    Arn,
    IntegrationId,
    Partition,
    PolicyName,
    RegionName,
    RoleName,
)

from ..builders import NOW

ACCOUNT_ID = '123456789012'
REGION = RegionName('eu-west-1')
ROLE_NAME = 'DatadogIntegrationRole'
ROLE_ARN = f'arn:aws:iam::{ACCOUNT_ID}:role/{ROLE_NAME}'
DATADOG_PRINCIPAL = 'AWS:arn:aws:iam::464622532012:root'
"""Of the site datadoghq.com, in the partition aws."""
SECRET = 'b2f0c1e4d5a64798a3c1d2e3f4a5b6c7'
"""The external id that Datadog and the role agree on; facts hold only its digest."""
EXTERNAL_ID = ExternalId.of(SECRET)
OTHER_EXTERNAL_ID = ExternalId.of('00000000000000000000000000000000')
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
LEFT_OUT_BY_DATADOG = NamespaceFilters(FilterKind.EXCLUDE_ONLY, ('AWS/SQS', 'AWS/ElasticMapReduce', 'AWS/Usage'))
"""Of an integration that nobody has changed: they are many, and CloudWatch charges for each."""
NOT_A_HOST = Unobserved('an account instance does not look at the host')


def caller(**differences: Any) -> Caller:
    healthy = Caller(
        AccountId(ACCOUNT_ID), f'arn:aws:sts::{ACCOUNT_ID}:assumed-role/aws-diagnostics/session', Partition('aws')
    )
    return replace(healthy, **differences)


def integration(**differences: Any) -> Integration:
    """Datadog has a role and an external id on record, and all regions."""
    healthy = Integration(
        AuthKind.ROLE,
        ROLE_NAME,
        EXTERNAL_ID,
        regions=None,
        extended_collection=False,
        namespace_filters=LEFT_OUT_BY_DATADOG,
        partition=Partition('aws'),
        config_id=IntegrationId('11111111-2222-3333-4444-555555555555'),
        collect_custom_metrics=False,
        metric_name_filters=(),
        tag_filters=(),
    )
    return replace(healthy, **differences)


def external_id_condition(**differences: Any) -> Condition:
    return replace(Condition('StringEquals', 'sts:ExternalId', (), (EXTERNAL_ID,)), **differences)


def condition(operator: str, key: str, *values: str) -> Condition:
    """A condition on anything but the external id."""
    return Condition(operator, key, values)


def trust(**differences: Any) -> TrustStatement:
    """The statement that Datadog's CloudFormation template writes."""
    healthy = TrustStatement(
        effect='Allow',
        principals=(DATADOG_PRINCIPAL,),
        actions=('sts:AssumeRole',),
        conditions=(external_id_condition(),),
    )
    return replace(healthy, **differences)


def role(*statements: TrustStatement, **differences: Any) -> Role:
    """A year old, assumed five minutes ago, changed last a month ago. Without statements it trusts `trust()`."""
    healthy = Role(
        name=RoleName(ROLE_NAME),
        arn=Arn(f'arn:aws:iam::{ACCOUNT_ID}:role/{differences.get("name", ROLE_NAME)}'),
        trust=statements or (trust(),),
        created_at=NOW - 365 * DAY,
        last_used=LastUsed(NOW - 5 * MINUTE, REGION),
        changed_at=NOW - 30 * DAY,
    )
    return replace(healthy, **differences)


def statement(*actions: str, **differences: Any) -> PolicyStatement:
    return replace(PolicyStatement('Allow', actions), **differences)


def policy(*statements: PolicyStatement, **differences: Any) -> Policy:
    """The inline policy of the role. Without statements it grants the standard list of `required()`."""
    healthy = Policy(
        PolicyName('DatadogAWSIntegrationPolicyV2'),
        PolicyKind.INLINE,
        statements or (statement(*required().standard),),
    )
    return replace(healthy, **differences)


def security_audit(**differences: Any) -> Policy:
    healthy = Policy(
        PolicyName('SecurityAudit'),
        PolicyKind.AWS,
        (statement('s3:GetBucket*', 'iam:Get*'),),
        arn=Arn('arn:aws:iam::aws:policy/SecurityAudit'),
        version='v50',
        changed_at=NOW - 60 * DAY,
    )
    return replace(healthy, **differences)


def policies(*more: Policy) -> tuple[Policy, ...]:
    """All that Datadog's template attaches, and what a case adds."""
    return (policy(), security_audit(), *more)


def required(**differences: Any) -> RequiredPermissions:
    healthy = RequiredPermissions(
        standard=('cloudwatch:Get*', 'cloudwatch:List*', 'ec2:Describe*', 'tag:GetResources'),
        resource_collection=('backup:ListRecoveryPointsByBackupVault', 's3:GetBucketTagging'),
        source='api',
        as_of='2026-09-21',
    )
    return replace(healthy, **differences)


def simulated(action: str, decision: Decision = Decision.ALLOWED, **differences: Any) -> Simulated:
    return replace(Simulated(action, decision, True, None, REGION), **differences)


def simulation(*results: Simulated, **differences: Any) -> Simulation:
    """Without results: everything that was asked is allowed, in the one region that Datadog collects."""
    allowed = tuple(simulated(action) for action in ('cloudwatch:GetMetricData', 'ec2:DescribeInstances'))
    return replace(Simulation(results or allowed, regions=(REGION,)), **differences)


def region(**differences: Any) -> Region:
    """Two hundred instances that ask for a token and let it travel two hops."""
    healthy = Region(
        REGION,
        (Count('required', 2, 'enabled', 200),),
        defaults=MetadataDefaults('required', 'disabled', 2, 'enabled', 'account'),
    )
    return replace(healthy, **differences)


def fleet(*regions: Region, **differences: Any) -> Fleet:
    return replace(Fleet(NOW - MINUTE, regions or (region(),)), **differences)


def inventory(**differences: Any) -> Inventory:
    """Five hundred hosts, watched for a month."""
    return replace(Inventory(500, 500, watched_since=NOW - 30 * DAY), **differences)


def account(**differences: Any) -> Account:
    """Everything could be looked at, and nothing is wrong."""
    healthy = Account(
        caller=caller(),
        integration=integration(),
        role=role(),
        policies=policies(),
        required=required(),
        simulation=simulation(),
        quota=PolicyQuota(10, default=False),
        fleet=fleet(),
        inventory=inventory(),
        metrics=Metrics((), ()),
        api_calls=25,
        registered=True,
        errors=(),
    )
    return replace(healthy, **differences)


def account_facts(**differences: Any) -> Facts:
    """The facts of a healthy account run; the differences are those of `account`."""
    return Facts(
        observed_at=NOW,
        platform=Platform(None, 'an account instance does not look at the host'),
        host=NOT_A_HOST,
        imds=NOT_A_HOST,
        path=NOT_A_HOST,
        agent=NOT_A_HOST,
        account=account(**differences),
    )


def account_expectations(**differences: Any) -> Expectations:
    """What an `account:` block without any option asks for."""
    return Expectations(account=replace(AccountExpectations(), **differences))
