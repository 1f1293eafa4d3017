from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration import SECURITY_AUDIT_NOT_ATTACHED
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, PolicyKind, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import Arn
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import (
    ACCOUNT_ID,
    account_facts,
    caller,
    integration,
    policy,
    role,
    security_audit,
    statement,
)
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT

NAMESAKE = security_audit(arn=Arn(f'arn:aws:iam::{ACCOUNT_ID}:policy/SecurityAudit'), kind=PolicyKind.CUSTOMER)
IN_GOVERNMENT = {
    'caller': caller(partition='aws-us-gov'),
    'role': role(arn=Arn(f'arn:aws-us-gov:iam::{ACCOUNT_ID}:role/DatadogIntegrationRole')),
}
COLLECTING = integration(extended_collection=True)
NOT_ATTACHED = "AWS's policy SecurityAudit is not attached; resource collection, which needs it, is on"
EVERYTHING = security_audit(name='AdministratorAccess', arn=Arn('arn:aws:iam::aws:policy/AdministratorAccess'))
ALL_ALLOWED = 'a policy of the role allows every action, so SecurityAudit would add none'
CHANGED = 'the role changed just now, so this may be stale: IAM and Datadog need at least 5 minutes'


def collecting(**differences: Any) -> Facts:
    return account_facts(**{'integration': COLLECTING, **differences})


ALL_BUT_ONE = statement('*', effect='Deny', every_resource=False)
FAILS = {
    'everything is allowed, but on some resources': Row(
        collecting(policies=(policy(statement('*', every_resource=False)),)),
        NOT_ATTACHED,
        near_miss='a policy of its own allows everything',
    ),
    'everything is allowed, but under a condition': Row(
        collecting(policies=(policy(statement('*', conditional=True)),)),
        NOT_ATTACHED,
        near_miss='a policy of its own allows everything',
    ),
    'everything is denied': Row(
        collecting(policies=(policy(statement('*', effect='Deny')),)),
        NOT_ATTACHED,
        near_miss='a policy of its own allows everything',
    ),
    'everything is allowed by the boundary': Row(
        collecting(policies=(policy(statement('*'), kind=PolicyKind.BOUNDARY),)),
        NOT_ATTACHED,
        near_miss='a policy of its own allows everything',
    ),
    'only an inline policy': Row(collecting(policies=(policy(),)), NOT_ATTACHED, near_miss='attached'),
    'a policy of the account has the same name': Row(
        collecting(policies=(policy(), NAMESAKE)), NOT_ATTACHED, near_miss='attached beside a policy of the same name'
    ),
    'it is the permissions boundary': Row(
        collecting(policies=(security_audit(kind=PolicyKind.BOUNDARY),)), NOT_ATTACHED, near_miss='attached'
    ),
    'AdministratorAccess is only the permissions boundary': Row(
        collecting(policies=(replace(EVERYTHING, kind=PolicyKind.BOUNDARY),)),
        NOT_ATTACHED,
        near_miss='AdministratorAccess, which allows everything, is attached',
    ),
    'a policy changed a moment ago': Row(
        collecting(policies=(policy(changed_at=NOW - 1),)), f'{NOT_ATTACHED}; {CHANGED}', near_miss='attached'
    ),
    'in GovCloud, the one of another partition': Row(
        collecting(policies=(security_audit(),), **IN_GOVERNMENT), NOT_ATTACHED, near_miss='attached in GovCloud'
    ),
}
PASSES = {
    'a policy of its own allows everything': Row(collecting(policies=(policy(statement('*')),)), ALL_ALLOWED),
    'written as every action of every service': Row(collecting(policies=(policy(statement('*:*')),)), ALL_ALLOWED),
    'allowed but for a Deny, which SecurityAudit could not lift': Row(
        collecting(policies=(policy(statement('*'), ALL_BUT_ONE),)), ALL_ALLOWED
    ),
    'attached': Row(collecting(), 'SecurityAudit is attached'),
    'attached, and resource collection is off': Row(account_facts(), 'SecurityAudit is attached'),
    'attached beside a policy of the same name': Row(
        collecting(policies=(NAMESAKE, security_audit())), 'SecurityAudit is attached'
    ),
    'attached in GovCloud': Row(
        collecting(
            policies=(security_audit(arn=Arn('arn:aws-us-gov:iam::aws:policy/SecurityAudit')),), **IN_GOVERNMENT
        ),
        'SecurityAudit is attached',
    ),
    'AdministratorAccess, which allows everything, is attached': Row(
        collecting(policies=(EVERYTHING,)), 'AdministratorAccess is attached'
    ),
}
UNKNOWN = {
    'the policies could not be listed': Row(
        collecting(policies=Unobserved('missing permission iam:ListAttachedRolePolicies (AccessDenied)')),
        'missing permission iam:ListAttachedRolePolicies (AccessDenied)',
    ),
    'whether resource collection is on is not known': Row(
        account_facts(policies=(policy(),), integration=Unobserved('no application key')),
        "AWS's policy SecurityAudit is not attached; not known whether resource collection, which needs it, is on",
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(
        account_facts(role=RoleMissing('DatadogIntegrationRole')), "there is no role 'DatadogIntegrationRole'"
    ),
    'access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS), policies=()),
        'Datadog uses access keys for this account, not a role',
    ),
    'resource collection is off': Row(
        account_facts(policies=()), 'resource collection, which needs SecurityAudit, is off'
    ),
}
AUDIT = 'arn:aws-cn:iam::aws:policy/SecurityAudit'
ATTACH = 'aws iam {}-role-policy --role-name DatadogIntegrationRole --policy-arn {}'
IN_TERRAFORM = Choice(
    'Attach it in Terraform',
    (
        Command(
            """resource "aws_iam_role_policy_attachment" "datadog_security_audit" {
  role       = "DatadogIntegrationRole"
  policy_arn = "arn:aws-cn:iam::aws:policy/SecurityAudit"
}""",
            Language.HCL,
        ),
    ),
)
MERGE = Choice(
    "Merge two of the role's own policies into one, or make one an inline policy: inline policies do not count against "
    'the quota'
)
RAISE_THE_QUOTA = Choice(
    'Raise the quota of managed policies per role to 12 for all roles of this account',
    (
        Command(
            'aws service-quotas request-service-quota-increase --region us-east-1 --service-code iam --quota-code '
            'L-0DA4ABF3 --desired-value 12'
        ),
    ),
)
OF_THE_ACCOUNT = tuple(policy(name=f'own-{n}', kind=PolicyKind.CUSTOMER) for n in range(10))
SUMMARY = "Attach AWS's managed policy SecurityAudit to the role"
REMEDIES = {
    'in China': (
        collecting(
            policies=(),
            caller=caller(partition='aws-cn'),
            role=role(arn=Arn(f'arn:aws-cn:iam::{ACCOUNT_ID}:role/DatadogIntegrationRole')),
        ),
        Remedy(
            SUMMARY,
            (
                Choice(
                    'Attach it',
                    (Command(ATTACH.format('attach', AUDIT)),),
                    undo=Step('Detach it', (Command(ATTACH.format('detach', AUDIT)),)),
                ),
                IN_TERRAFORM,
            ),
            (WAIT,),
        ),
    ),
    '10 of 10 policies are attached: room comes first': (
        collecting(policies=OF_THE_ACCOUNT),
        Remedy(
            f'{SUMMARY}, once there is room for it',
            (MERGE, RAISE_THE_QUOTA),
            (
                Step('Attach it', (Command(ATTACH.format('attach', 'arn:aws:iam::aws:policy/SecurityAudit')),)),
                WAIT,
            ),
        ),
    ),
}

test_verdict = verdict_test(SECURITY_AUDIT_NOT_ATTACHED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(SECURITY_AUDIT_NOT_ATTACHED, REMEDIES)
