"""The trust policy that Datadog needs here, and how to put it in place; the external id is a placeholder."""

import shlex

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Role
from ..links import guide
from .role import role_name
from .trust import Sender, meant_for_datadog, sender

GUIDE_SECTION = guide('datadog-is-not-authorized-to-perform-stsassumerole')
ERROR_PAGE = 'https://docs.datadoghq.com/integrations/guide/error-datadog-not-authorized-sts-assume-role/'
FILE = 'trust.json'
PLACEHOLDER = 'EXTERNAL_ID'
UNKNOWN_ACCOUNT = 'DATADOG_ACCOUNT_ID'


def trust_policy(to: Sender) -> str:
    """The whole document, on one line."""
    principal = f'arn:{to.partition}:iam::{to.account or UNKNOWN_ACCOUNT}:root'
    return (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
        f'"Principal": {{"AWS": "{principal}"}}, "Action": "sts:AssumeRole", '
        f'"Condition": {{"StringEquals": {{"sts:ExternalId": "{PLACEHOLDER}"}}}}}}]}}'
    )


def write_trust_policy(to: Sender) -> str:
    return (
        f'Save this as {FILE}, with the external id that the AWS integration page of Datadog shows for this account '
        f'in place of {PLACEHOLDER}: {trust_policy(to)}'
    )


def correct_the_trust_policy(facts: Facts, expected: Expectations) -> tuple[str, ...]:
    """Steps that leave nothing wrong in the trust policy, whatever was wrong."""
    to, name = sender(facts, expected), shlex.quote(role_name(facts, expected))
    return (
        write_trust_policy(to),
        *_keep_the_rest(facts, to, name),
        f'aws iam update-assume-role-policy --role-name {name} --policy-document file://{FILE}',
        'Or in Terraform, as the argument of the data source aws_iam_policy_document whose json is the '
        f'assume_role_policy of the role: source_policy_documents = [file("{FILE}")]',
        *afterwards(),
    )


def _keep_the_rest(facts: Facts, to: Sender, name: str) -> tuple[str, ...]:
    """The command replaces the whole document, and with it what the role is used for besides Datadog."""
    role = facts.of_account.role
    statements = role.trust if isinstance(role, Role) and not isinstance(role.trust, Unobserved) else ()
    count = len(statements) - len(meant_for_datadog(statements, to))
    if not count:
        return ()
    return (
        f'This replaces the whole trust policy, which has {count} more statement{"s" if count > 1 else ""}. Copy what '
        f'is still needed: aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument',
    )


def afterwards() -> tuple[str, ...]:
    return (
        f'Wait 5 minutes and run this check again; Datadog may show its error for some hours more. See {ERROR_PAGE}',
    )
