from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.integration import INTEGRATION_PERMISSIONS_MISSING
from datadog_checks.aws_diagnostics.diagnoses.integration.datadog_tables import OPERATIONS
from datadog_checks.aws_diagnostics.diagnoses.integration.permission_uses import USES
from datadog_checks.aws_diagnostics.expectations import AccountExpectations, Expectations
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    AuthKind,
    Feature,
    ManagedBy,
    PolicyKind,
    PolicyStatement,
    RoleMissing,
)
from datadog_checks.aws_diagnostics.facts.values import Arn, PolicyName
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import (
    ACCOUNT_ID,
    DAY,
    MINUTE,
    account_facts,
    caller,
    condition,
    integration,
    policies,
    policy,
    required,
    role,
    statement,
)
from tests.account.permission_lists import RECORDED
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT, WRITE_POLICIES

KEPT_LIST = 'list recorded on 2025-09-17'
LIST = 'list fetched on 2026-09-21'
COLLECTING = integration(extended_collection=True)
STANDARD = required().standard
SECURE, INSECURE = (condition('Bool', 'aws:SecureTransport', value) for value in ('true', 'false'))
BOUNDARY = policy(statement('ec2:*'), kind=PolicyKind.BOUNDARY)


def granting(*statements: PolicyStatement):
    return account_facts(policies=(policy(*statements),))


def lacking(*actions: str):
    """Of the list that the package carries."""
    granted = tuple(action for action in RECORDED.standard if action not in actions)
    return account_facts(required=RECORDED, policies=(policy(statement(*granted)),))


def deny(*actions: str, **differences: object) -> PolicyStatement:
    return statement(*actions, effect='Deny', **differences)


FAILS = {
    'tags are not granted': Row(
        granting(statement('cloudwatch:*', 'ec2:*')),
        Failed(
            f'1 of 4 required permissions are not granted: tag 1 (the tags of all resources); {LIST}', Status.CRITICAL
        ),
        near_miss='everything is granted by wildcards',
    ),
    'a policy of the role denies the tags': Row(
        granting(statement('*'), deny('tag:Get*')),
        Failed(
            '1 of 4 required permissions are not granted: tag 1 (the tags of all resources); 1 of them denied by the '
            f"role's own policies; {LIST}",
            Status.CRITICAL,
        ),
        near_miss='a policy of the role denies what is not required',
    ),
    'a policy of the role denies the tags to every call over TLS': Row(
        granting(statement('*'), deny('tag:Get*', conditions=(SECURE,))),
        Failed(
            '1 of 4 required permissions are not granted: tag 1 (the tags of all resources); 1 of them denied by the '
            f"role's own policies; {LIST}",
            Status.CRITICAL,
        ),
        near_miss='a policy of the role denies every call that is not sent over TLS',
    ),
    'the tags are granted to no call over TLS': Row(
        granting(statement('cloudwatch:*', 'ec2:*'), statement('tag:*', conditions=(INSECURE,))),
        Failed(
            f'1 of 4 required permissions are not granted: tag 1 (the tags of all resources); {LIST}', Status.CRITICAL
        ),
        near_miss='everything is granted over TLS',
    ),
    'NotAction leaves the tags out': Row(
        granting(statement(not_actions=('TAG:*',))),
        Failed(
            f'1 of 4 required permissions are not granted: tag 1 (the tags of all resources); {LIST}', Status.CRITICAL
        ),
        near_miss='NotAction leaves out what is not required',
    ),
    'one of two permissions for CloudWatch is not granted: not most of them': Row(
        granting(statement('cloudwatch:Get*', 'ec2:*', 'tag:*')),
        f'1 of 4 required permissions are not granted: cloudwatch:List* (finding new CloudWatch metrics); {LIST}',
        near_miss='everything is granted by wildcards',
    ),
    'EC2 lacks an operation that Datadog documents': Row(
        granting(statement('cloudwatch:*', 'tag:*', 'ec2:DescribeInstances', 'ec2:DescribeInstanceStatus')),
        '1 of 4 required permissions are not granted: ec2:DescribeSecurityGroups (security groups of hosts); 1 of them '
        f'partly granted; {LIST}',
        near_miss='EC2 is granted by the operations that Datadog documents',
    ),
    'one of six permissions for S3 is not granted': Row(
        lacking('s3:GetBucketTagging'),
        f'1 of 104 required permissions are not granted: s3:GetBucketTagging (tags of buckets); {KEPT_LIST}',
        near_miss='the recorded list is granted',
    ),
    'three of six permissions for S3 are not granted': Row(
        lacking('s3:GetBucketTagging', 's3:GetBucketLogging', 's3:PutBucketNotification'),
        '3 of 104 required permissions are not granted: s3 3 (where access logs of buckets go, tags of buckets and 1 '
        f'more); {KEPT_LIST}',
        near_miss='the recorded list is granted',
    ),
    'all permissions for SQS are not granted': Row(
        lacking('sqs:ListQueues'),
        f'1 of 104 required permissions are not granted: sqs 1 (SQS metrics); {KEPT_LIST}',
        near_miss='the recorded list is granted',
    ),
    'one of which no page says what it is for': Row(
        lacking('ssm:ListCommands'),
        f'1 of 104 required permissions are not granted: ssm:ListCommands; {KEPT_LIST}',
        near_miss='the recorded list is granted',
    ),
    'resource collection is on and not granted': Row(
        account_facts(integration=COLLECTING),
        f'1 of 6 required permissions are not granted: backup 1 (Resource Catalog and Cloud Security); {LIST}',
        near_miss='resource collection is off and not granted',
    ),
    'a role without policies, the recorded list, resource collection not known, changed a minute ago': Row(
        account_facts(
            policies=(),
            required=RECORDED,
            integration=Unobserved('the API of Datadog answers 403'),
            role=role(changed_at=NOW - MINUTE),
        ),
        Failed(
            '104 of 104 required permissions are not granted: cloudwatch 3 (all CloudWatch metrics and alarms), tag 3 '
            '(the tags of all resources), ec2 1 (hosts, their tags and status), 49 more services; the role changed '
            '1 minute ago, so this may be stale: IAM and Datadog need at least 5 minutes; list recorded on 2025-09-17; '
            'not known whether resource collection is on: the API of Datadog answers 403',
            Status.CRITICAL,
        ),
        near_miss='the recorded list is granted',
    ),
}
PASSES = {
    'everything is granted by wildcards': Row(
        granting(statement('cloudwatch:*', 'ec2:*', 'tag:*')), f'all 4 required permissions are granted; {LIST}'
    ),
    'a policy of the role denies what is not required': Row(
        granting(statement('*'), deny('tag:Tag*', 'iam:*')), f'all 4 required permissions are granted; {LIST}'
    ),
    'a policy of the role denies every call that is not sent over TLS': Row(
        granting(statement('*'), deny('*', conditions=(INSECURE,))), f'all 4 required permissions are granted; {LIST}'
    ),
    'and only on some condition more': Row(
        granting(statement('*'), deny('*', conditions=(INSECURE,), conditional=True)),
        f'all 4 required permissions are granted; {LIST}',
    ),
    'a policy of the role denies what an AWS service does with its own identity': Row(
        granting(statement('*'), deny('*', conditions=(condition('Bool', 'aws:PrincipalIsAWSService', 'true'),))),
        f'all 4 required permissions are granted; {LIST}',
    ),
    'everything is granted over TLS': Row(
        granting(statement('*', conditions=(SECURE,))), f'all 4 required permissions are granted; {LIST}'
    ),
    'NotAction leaves out what is not required': Row(
        granting(statement(not_actions=('iam:*',))), f'all 4 required permissions are granted; {LIST}'
    ),
    'EC2 is granted by the operations that Datadog documents': Row(
        granting(
            statement(
                'cloudwatch:*',
                'tag:*',
                'ec2:DescribeInstances',
                'ec2:DescribeInstanceStatus',
                'ec2:DescribeSecurityGroups',
            )
        ),
        f'all 4 required permissions are granted, 1 of them for all documented uses; {LIST}',
    ),
    'resource collection is off and not granted': Row(
        account_facts(), f'all 4 required permissions are granted; {LIST}'
    ),
    'the recorded list is granted': Row(
        account_facts(required=RECORDED, policies=(policy(statement(*RECORDED.standard)),)),
        'all 104 required permissions are granted; list recorded on 2025-09-17',
    ),
    'a boundary is no grant and no denial of the role itself': Row(
        account_facts(policies=policies(BOUNDARY)),
        f'all 4 required permissions are granted; the permissions boundary does not allow 3 of those granted; {LIST}',
    ),
    'resource collection is on and granted': Row(
        account_facts(integration=COLLECTING, policies=(policy(statement('*')),)),
        f'all 6 required permissions are granted; {LIST}',
    ),
}
UNKNOWN = {
    'the policies could not be read': Row(
        account_facts(policies=Unobserved('missing permission iam:GetRolePolicy (AccessDenied)')),
        'missing permission iam:GetRolePolicy (AccessDenied)',
    ),
    'the list could not be had': Row(
        account_facts(required=Unobserved('the list of this package is damaged')), 'the list of this package is damaged'
    ),
    'the list is empty': Row(
        account_facts(required=required(standard=(), resource_collection=())),
        f'the list of required permissions is empty; {LIST}',
    ),
    'the role could not be read either': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole'), policies=Unobserved('missing permission x')),
        'missing permission x',
    ),
    'EC2 is granted under a condition': Row(
        granting(statement('cloudwatch:*', 'tag:*'), statement('ec2:*', conditional=True)),
        f'3 of 4 required permissions are granted for certain; 1 more granted only under a condition, on some '
        f'resources or in part; {LIST}',
    ),
    'the tags are denied on some resources': Row(
        granting(statement('*'), deny('tag:*', every_resource=False)),
        '3 of 4 required permissions are granted for certain; 1 more denied under a condition, on some resources or in '
        'part; '
        f'{LIST}',
    ),
    'everything is denied under a condition, as outside some regions: it may be granted all the same': Row(
        granting(statement('*'), deny('*', conditional=True)),
        '0 of 4 required permissions are granted for certain; 4 more denied under a condition, on some resources or in '
        f'part; {LIST}',
    ),
    'everything is granted over TLS under one condition more': Row(
        granting(statement('*', conditions=(SECURE,), conditional=True)),
        '0 of 4 required permissions are granted for certain; 4 more granted only under a condition, on some resources '
        f'or in part; {LIST}',
    ),
    'a wildcard is granted in part, and nothing says what is used': Row(
        account_facts(
            required=required(standard=('backup:List*',)), policies=(policy(statement('backup:ListBackupPlans')),)
        ),
        f'0 of 1 required permissions are granted for certain; 1 more partly granted; {LIST}',
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(
        account_facts(role=RoleMissing('DatadogIntegrationRole')), "there is no role 'DatadogIntegrationRole'"
    ),
    'access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS, role_name=''), policies=()),
        'Datadog uses access keys for this account, not a role',
    ),
    'switched off': Row(
        account_facts(policies=Unobserved('switched off: permissions')),
        'not checked: permissions is not in features',
        Expectations(account=AccountExpectations(features=frozenset({Feature.ROLE}))),
    ),
}
SEE = Step('See what is missing, by service', (Command('aws-diagnostics permissions --config conf.yaml --diff'),))
EVERYTHING = 'every permission that Datadog lists, used or not'
LIMIT_LIFTED = f'{EVERYTHING}, also the 1 that policies of the role allow only with a limit'
BUTTON = Choice(
    'In Datadog, on the AWS integration page under Issues, click Resolve All AWS Permissions Issues. Its '
    'CloudFormation stack attaches the whole list and SecurityAudit. It deletes the policies of an earlier click '
    'before it creates new ones',
    exposes=EVERYTHING,
)
TERRAFORM = Choice(
    "In Terraform, attach Datadog's list to the role as policies",
    (
        Command(
            """data "datadog_integration_aws_iam_permissions" "datadog" {}

resource "aws_iam_policy" "datadog" {
  for_each = {
    for number, actions in chunklist(data.datadog_integration_aws_iam_permissions.datadog.iam_permissions, 150) :
    number => actions
  }
  name = "datadog-integration-${each.key}"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = each.value, Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "datadog" {
  for_each   = aws_iam_policy.datadog
  role       = "DatadogIntegrationRole"
  policy_arn = each.value.arn
}""",
            Language.HCL,
        ),
    ),
    exposes=EVERYTHING,
)
RAISE_THE_QUOTA = Choice(
    'Raise the quota of managed policies per role to 17 for all roles of this account; then run this check again: more '
    'ways to grant the permissions fit then',
    (
        Command(
            'aws service-quotas request-service-quota-increase --region us-east-1 --service-code iam --quota-code '
            'L-0DA4ABF3 --desired-value 17'
        ),
    ),
)
RAISED_TO_11 = Choice(
    RAISE_THE_QUOTA.text.replace('17', '11'), (Command(RAISE_THE_QUOTA.commands[0].text.replace('17', '11')),)
)
REMOVE = Step("Remove these actions from the Deny statements of the role's policies (tag:GetResources)")
NO_BUTTON = Step(
    'Do not click Resolve All AWS Permissions Issues before there is room: it would exceed the policy quota and fail '
    'halfway'
)
OF_THE_STACK = 'datadog-aws-integration-resource-collection-permissions-v2-DatadogIntegrationRole'
GRANT = 'Grant the role the missing permissions'
OF_THE_ACCOUNT = tuple(policy(statement('s3:GetObject'), name=f'own-{n}', kind=PolicyKind.CUSTOMER) for n in range(10))


GOVERNMENT = account_facts(
    policies=(),
    caller=caller(partition='aws-us-gov'),
    role=role(arn=Arn(f'arn:aws-us-gov:iam::{ACCOUNT_ID}:role/DatadogIntegrationRole')),
)
REMEDIES = {
    'missing': (
        account_facts(policies=()),
        Remedy(GRANT, (WRITE_POLICIES, BUTTON, TERRAFORM), (WAIT,)),
    ),
    'missing, and something else is allowed only with a limit: the ways that would lift it say so': (
        granting(statement('cloudwatch:*'), statement('ec2:*', conditional=True)),
        Remedy(
            GRANT,
            (WRITE_POLICIES, replace(BUTTON, exposes=LIMIT_LIFTED), replace(TERRAFORM, exposes=LIMIT_LIFTED)),
            (WAIT,),
        ),
    ),
    "missing in GovCloud, where Datadog's button cannot work": (
        GOVERNMENT,
        Remedy(GRANT, (WRITE_POLICIES, TERRAFORM), (WAIT,)),
    ),
    'the button would fail at the quota, as integration-policy-quota says too': (
        account_facts(required=RECORDED, policies=OF_THE_ACCOUNT[:4]),
        Remedy(
            GRANT,
            (WRITE_POLICIES, TERRAFORM, RAISED_TO_11),
            (NO_BUTTON, WAIT),
        ),
    ),
    '10 of 10 policies are attached: not one more': (
        account_facts(required=RECORDED, policies=OF_THE_ACCOUNT),
        Remedy(GRANT, (WRITE_POLICIES, RAISE_THE_QUOTA), (NO_BUTTON, WAIT)),
    ),
    'Terraform manages the role: its own way comes first, and no click that it does not know of': (
        account_facts(policies=(), role=role(managed_by=ManagedBy.TERRAFORM)),
        Remedy(GRANT, (TERRAFORM, WRITE_POLICIES), (WAIT,)),
    ),
    'a stack manages the role: no second tool': (
        account_facts(policies=(), role=role(managed_by=ManagedBy.CLOUDFORMATION)),
        Remedy(GRANT, (WRITE_POLICIES, BUTTON), (WAIT,)),
    ),
    "Datadog's own stack manages the role: no second tool": (
        account_facts(policies=(replace(OF_THE_ACCOUNT[0], name=PolicyName(f'{OF_THE_STACK}-1')),)),
        Remedy(GRANT, (WRITE_POLICIES, BUTTON), (WAIT,)),
    ),
    'denied and nothing else': (
        granting(statement('*'), deny('tag:*')),
        Remedy("Remove the Deny from the role's own policies", then=(SEE, REMOVE, WAIT)),
    ),
    'denied, and more is missing': (
        granting(statement('ec2:*'), deny('tag:*')),
        Remedy(GRANT, (WRITE_POLICIES, BUTTON, TERRAFORM), (REMOVE, WAIT)),
    ),
}

test_verdict = verdict_test(INTEGRATION_PERMISSIONS_MISSING, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(INTEGRATION_PERMISSIONS_MISSING, REMEDIES)


def test_evidence_stays_short_whatever_is_missing() -> None:
    services = tuple(f'{"a-service-with-a-long-name" * 3}-{number}:GetEverything' for number in range(3000))
    situation = account_facts(
        required=replace(required(), standard=(*services, *STANDARD)),
        policies=(policy(statement('ec2:DescribeVolumes'), deny('tag:*'), changed_at=NOW - 1),),
        integration=Unobserved('no answer ' * 100),
        role=role(created_at=NOW - DAY),
    )
    verdict = INTEGRATION_PERMISSIONS_MISSING.judge(situation, Expectations())
    assert isinstance(verdict, Failed)
    assert len(verdict.evidence) <= 400


def test_every_use_is_of_a_permission_that_datadog_lists_or_documents_and_is_short() -> None:
    documented = {operation for operations in OPERATIONS.values() for operation in operations}
    assert set(USES) <= {*RECORDED.standard, *documented}
    assert documented <= set(USES)
    assert max(map(len, USES.values())) <= 48
