"""How to grant what is missing: steps that several diagnoses share, with the limits that Datadog's guide names."""

import shlex

from ...expectations import Expectations
from ...facts import Facts
from .policy_documents import NAME_PREFIX
from .role import account_id, partition_of, role_name

BUTTON = 'Resolve All AWS Permissions Issues'


def ways_to_grant(facts: Facts, expected: Expectations) -> tuple[str, ...]:
    """The least harmful first; Datadog's button only where its template can work."""
    return (*own_policies(facts, expected), *_button(facts), terraform())


def own_policies(facts: Facts, expected: Expectations) -> tuple[str, ...]:
    """Write the policies, read them, apply them."""
    name = f'{NAME_PREFIX}-HASH-1'
    return (
        'Write the policies that grant what is missing, and read them (this applies nothing): '
        'aws-diagnostics permissions --config conf.yaml --policy-json policies',
        'Then run the commands that it prints, for each policy: '
        f'aws iam create-policy --policy-name {name} --policy-document file://policies/{name}.json',
        f'And: {attach_policy(facts, expected, f"{owner(facts)}:policy/{name}")}',
    )


def attach_policy(facts: Facts, expected: Expectations, policy: str) -> str:
    """The AWS CLI line. `policy` is the ARN after 'arn:<partition>:iam::'."""
    arn = f'arn:{partition_of(facts)}:iam::{policy}'
    return f'aws iam attach-role-policy --role-name {shlex.quote(role_name(facts, expected))} --policy-arn {arn}'


def owner(facts: Facts) -> str:
    return account_id(facts) or 'ACCOUNT_ID'


def _button(facts: Facts) -> tuple[str, ...]:
    if partition_of(facts) != 'aws':
        return ()
    return (
        f'Or, in Datadog on the AWS integration page under Issues, click {BUTTON}: a CloudFormation stack that '
        'attaches the whole list and SecurityAudit. It repairs neither the trust policy nor what an organization '
        'denies, and it deletes the policies of an earlier click before it creates new ones',
    )


def terraform() -> str:
    return (
        'Or in Terraform, list the actions in an aws_iam_policy (at most 6144 characters each) and attach it with an '
        'aws_iam_role_policy_attachment; the provider datadog has the list as the data source '
        'datadog_integration_aws_iam_permissions'
    )
