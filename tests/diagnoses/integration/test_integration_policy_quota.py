import hashlib
from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.integration import INTEGRATION_POLICY_QUOTA
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, Policy, PolicyKind, PolicyQuota, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import Arn
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import (
    ACCOUNT_ID,
    ROLE_NAME,
    account_facts,
    caller,
    integration,
    policy,
    role,
    security_audit,
    statement,
)
from tests.account.permission_lists import RECORDED
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import WAIT, WRITE_POLICIES
from .test_integration_permissions_missing import TERRAFORM

OWNER = 'arn:aws:iam::123456789012:policy'
BUTTON = 'Resolve All AWS Permissions Issues'
LEFT = '{} of the attached policies {} left over from earlier templates and clicks'
OWN_HASH = hashlib.sha256(f'{ROLE_NAME}-{ACCOUNT_ID}'.encode()).hexdigest()[:8]
FORMER_HASH = hashlib.md5(f'{ROLE_NAME}-{ACCOUNT_ID}'.encode(), usedforsecurity=False).hexdigest()[:8]
"""An earlier revision of the template named its policies so."""


def attached(name: str) -> Policy:
    return policy(statement('s3:GetObject'), name=name, kind=PolicyKind.CUSTOMER)


def of_the_account(count: int) -> tuple[Policy, ...]:
    return tuple(attached(f'own-{number}') for number in range(count))


def parts(hash_: str, *numbers: int) -> tuple[Policy, ...]:
    return tuple(attached(f'datadog-aws-integration-iam-permissions-{hash_}-part{number}') for number in numbers)


def of_earlier_clicks(*numbers: int, hash_: str = FORMER_HASH) -> tuple[Policy, ...]:
    return tuple(replace(p, arn=Arn(f'{OWNER}/{p.name}')) for p in parts(hash_, *numbers))


BEFORE_THE_QUICKSTART = tuple(
    replace(attached(name), arn=Arn(f'{OWNER}/{name}'))
    for name in (f'datadog-aws-integration-resource-collection-permissions-{ROLE_NAME}-{n}' for n in (1, 2))
)
QUICKSTART = tuple(
    attached(f'datadog-aws-integration-resource-collection-permissions-v2-{ROLE_NAME}-{number}') for number in range(4)
)


def role_with(*policies: Policy, **account: object) -> Facts:
    """The role may hardly do anything; 755 permissions are 6 policies."""
    return account_facts(**{'required': RECORDED, 'policies': policies, **account})


def in_partition(partition: str) -> dict[str, object]:
    return {
        'caller': caller(partition=partition),
        'role': role(arn=Arn(f'arn:{partition}:iam::{ACCOUNT_ID}:role/{ROLE_NAME}')),
    }


def would(parts: str, staying: int, then: int, quota: int = 10) -> str:
    return f'{BUTTON} would attach {parts} to the {staying} that stay, {then} in all; the quota is {quota}'


FAILS = {
    'four policies of the account and no SecurityAudit': Row(
        role_with(*of_the_account(4)),
        would('6 policies and SecurityAudit', 4, 11),
        near_miss='three policies of the account and no SecurityAudit',
    ),
    'what the quickstart attached stays': Row(
        role_with(*QUICKSTART, security_audit()),
        would('6 policies', 5, 11),
        near_miss='what an earlier click attached is deleted first',
    ),
    'what an earlier revision of the button attached, under another hash, is left over': Row(
        role_with(*of_earlier_clicks(1, 2, 3, 4, 5, 6)),
        f'{would("6 policies and SecurityAudit", 6, 13)}; {LEFT.format(6, "are")}',
        near_miss='what an earlier click attached is deleted first',
    ),
    'parts beyond the tenth are never deleted': Row(
        role_with(*of_the_account(3), *of_earlier_clicks(10, 11, hash_=OWN_HASH)),
        f'{would("6 policies and SecurityAudit", 4, 11)}; {LEFT.format(1, "is")}',
        near_miss='what an earlier click attached is deleted first',
    ),
    'more than the highest quota that AWS grants, whatever the quota is': Row(
        role_with(*of_the_account(14), quota=PolicyQuota(10, default=True)),
        would('6 policies and SecurityAudit', 14, 21),
        near_miss='three policies of the account and no SecurityAudit',
    ),
    'in China, where it cannot work': Row(
        role_with(*of_the_account(4), **in_partition('aws-cn')),
        f'{would("6 policies and SecurityAudit", 4, 11)}; its template has ARNs of the partition aws, so it always '
        'fails in aws-cn',
        near_miss='in GovCloud with room',
    ),
}
PASSES = {
    'three policies of the account and no SecurityAudit': Row(
        role_with(*of_the_account(3)), would('6 policies and SecurityAudit', 3, 10)
    ),
    'what an earlier click attached is deleted first': Row(
        role_with(*of_the_account(3), security_audit(), *parts(OWN_HASH, 1, 2, 3, 4, 5, 6)),
        would('6 policies', 4, 10),
    ),
    'inline policies and the boundary count for nothing': Row(
        role_with(*(policy(statement('s3:GetObject')),) * 20, policy(kind=PolicyKind.BOUNDARY)),
        would('6 policies and SecurityAudit', 0, 7),
    ),
    'the quota was raised': Row(
        role_with(*of_the_account(4), quota=PolicyQuota(20, default=False)),
        would('6 policies and SecurityAudit', 4, 11, quota=20),
    ),
    'nothing is missing, so nobody has to click': Row(
        role_with(policy(statement('*')), *QUICKSTART, *of_the_account(6)),
        f'nothing is missing, so nobody needs to click {BUTTON}',
    ),
    'nothing is missing, and the template before the present one left its policies': Row(
        role_with(policy(statement('*')), *QUICKSTART, *BEFORE_THE_QUICKSTART),
        f'nothing is missing, so nobody needs to click {BUTTON}; {LEFT.format(2, "are")}',
    ),
    'nothing is missing, and a live stack has the template before the present one': Row(
        role_with(policy(statement('*')), *BEFORE_THE_QUICKSTART),
        f'nothing is missing, so nobody needs to click {BUTTON}',
    ),
    'what a policy of an earlier click alone grants is no left-over': Row(
        account_facts(policies=(replace(of_earlier_clicks(1)[0], statements=(statement('*'),)),)),
        f'nothing is missing, so nobody needs to click {BUTTON}',
    ),
    'nothing is missing, and the quota is not known': Row(
        account_facts(quota=Unobserved('AWS did not answer')),
        f'nothing is missing, so nobody needs to click {BUTTON}',
    ),
    'in GovCloud with room': Row(
        role_with(**in_partition('aws-us-gov')),
        f'{would("6 policies and SecurityAudit", 0, 7)}; its template has ARNs of the partition aws, so it always '
        'fails in aws-us-gov',
    ),
}
UNKNOWN = {
    'the quota may have been raised': Row(
        role_with(*of_the_account(4), quota=PolicyQuota(10, default=True)),
        f"{would('6 policies and SecurityAudit', 4, 11)}; that is AWS's default, which may have been raised (needs "
        'iam:GetAccountSummary)',
    ),
    'the policies could not be listed': Row(
        account_facts(policies=Unobserved('missing permission iam:ListAttachedRolePolicies (AccessDenied)')),
        'missing permission iam:ListAttachedRolePolicies (AccessDenied)',
    ),
    'the quota is not known': Row(role_with(quota=Unobserved('AWS did not answer')), 'AWS did not answer'),
}
NOT_APPLICABLE = {
    'there is no role': Row(account_facts(role=RoleMissing(ROLE_NAME)), f"there is no role '{ROLE_NAME}'"),
    'access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS)),
        'Datadog uses access keys for this account, not a role',
    ),
}
DO_NOT = f'Do not click {BUTTON} before there is room'


def raise_to(quota: int) -> Choice:
    return Choice(
        f'Raise the quota of managed policies per role to {quota} for all roles of this account; then run this check '
        'again: more ways to grant the permissions fit then',
        (
            Command(
                'aws service-quotas request-service-quota-increase --region us-east-1 --service-code iam '
                f'--quota-code L-0DA4ABF3 --desired-value {quota}'
            ),
        ),
    )


HALFWAY = Step(f'Do not click {BUTTON} before there is room: it would exceed the policy quota and fail halfway')
MERGE = Choice(
    "Merge two of the role's own policies into one, or make one an inline policy: inline policies do not count against "
    'the quota'
)


def detach(*arns: str) -> Step:
    command = f'aws iam detach-role-policy --role-name {ROLE_NAME} --policy-arn'
    return Step(
        'Detach what earlier templates and clicks left: other policies of the role grant all that these grant of '
        "Datadog's list. Attaching them again undoes it",
        tuple(Command(f'{command} {arn}') for arn in arns),
    )


REMEDIES = {
    'nothing is left over': (
        role_with(*of_the_account(4)),
        Remedy(DO_NOT, (WRITE_POLICIES, TERRAFORM, raise_to(11)), (HALFWAY, WAIT)),
    ),
    'policies of earlier clicks are left over': (
        role_with(*of_earlier_clicks(1, 2), *of_the_account(3)),
        Remedy(
            DO_NOT,
            (WRITE_POLICIES, raise_to(12)),
            (detach(*(p.arn or '' for p in of_earlier_clicks(1, 2))), HALFWAY, WAIT),
        ),
    ),
    'policies of a live stack are left alone': (
        role_with(*QUICKSTART, security_audit()),
        Remedy(DO_NOT, (WRITE_POLICIES, raise_to(11)), (HALFWAY, WAIT)),
    ),
    'more than the highest quota': (
        role_with(*of_the_account(14)),
        Remedy(DO_NOT, (WRITE_POLICIES, MERGE), (HALFWAY, WAIT)),
    ),
    'in China, where the button cannot work': (
        role_with(*of_the_account(4), **in_partition('aws-cn')),
        Remedy(DO_NOT, (WRITE_POLICIES, TERRAFORM), (HALFWAY, WAIT)),
    ),
}

test_verdict = verdict_test(INTEGRATION_POLICY_QUOTA, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(INTEGRATION_POLICY_QUOTA, REMEDIES)
