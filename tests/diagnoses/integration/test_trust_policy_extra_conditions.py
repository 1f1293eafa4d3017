"""A condition of the trust policy, besides the external id, refuses Datadog."""

from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration.trust_policy_extra_conditions import (
    TRUST_POLICY_EXTRA_CONDITIONS,
)
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, Condition, RoleMissing
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import (
    ACCOUNT_ID,
    DATADOG_PRINCIPAL,
    account_expectations,
    account_facts,
    condition,
    external_id_condition,
    integration,
    role,
    trust,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import adding, replacing, terraform, then

REFUSES = 'statement 1 of the trust policy refuses Datadog:'
OFFICE = condition('IpAddress', 'aws:SourceIp', '203.0.113.0/24')
ADDRESSES = 'Datadog calls from public IPv4 addresses of its own'


def under(*conditions: Condition, **differences: Any) -> Facts:
    """Besides the external id."""
    return account_facts(role=role(trust(conditions=(external_id_condition(), *conditions))), **differences)


def fails(operator: str, key: str, value: str, why: str, near_miss: str) -> Row:
    return Row(
        under(condition(operator, key, value)), f"{REFUSES} {operator} {key} '{value}', but {why}", near_miss=near_miss
    )


def passes(operator: str, key: str, *values: str) -> Row:
    evidence = f'statement 1 of the trust policy has no condition that refuses Datadog ({key})'
    return Row(under(condition(operator, key, *values)), evidence)


def undecided(operator: str, key: str, value: str) -> Row:
    return Row(
        under(condition(operator, key, value)),
        f"not known whether Datadog meets {operator} {key} '{value}' in statement 1",
    )


MFA = "Datadog's calls carry no MFA"
VPC = 'Datadog does not call through your VPC'
SERVICE = 'Datadog does not call through an AWS service'
OURS = f'arn:aws:iam::{ACCOUNT_ID}:role/*'
THEIRS = 'arn:aws:iam::464622532012:*'
ALONE = 'the external id alone'
FAILS = {
    'with MFA': fails('Bool', 'aws:MultiFactorAuthPresent', 'true', MFA, 'without MFA'),
    'the key in another case': fails('Bool', 'AWS:multifactorauthPRESENT', 'true', MFA, 'without MFA'),
    'MFA of less than an hour ago': fails('NumericLessThan', 'aws:MultiFactorAuthAge', '3600', MFA, 'without MFA'),
    'from a private network': fails('IpAddress', 'aws:SourceIp', '10.0.0.0/8', ADDRESSES, 'from everywhere'),
    'from nowhere': fails('NotIpAddress', 'aws:SourceIp', '0.0.0.0/0', ADDRESSES, 'not from one address'),
    'from every IPv6 address': fails('IpAddress', 'aws:SourceIp', '::/0', ADDRESSES, 'from everywhere'),
    'TLS, in capital letters': fails(
        'StringEquals', 'aws:SecureTransport', 'TRUE', 'Datadog calls over TLS', 'with TLS'
    ),
    'an organization that was never filled in': fails(
        'StringLike', 'aws:PrincipalOrgID', '', 'Datadog is in its own organization', 'every organization'
    ),
    'everything, which is no ARN': fails(
        'ArnLike', 'aws:PrincipalArn', '*', 'Datadog is a different principal', 'anybody of Datadog'
    ),
    'from a VPC': fails('StringEquals', 'aws:SourceVpc', 'vpc-0abc', VPC, 'not from a VPC'),
    'through an endpoint': fails('StringLike', 'aws:SourceVpce', '*', VPC, 'through an endpoint, if through any'),
    'an endpoint among all values': fails(
        'ForAnyValue:StringNotEquals', 'aws:SourceVpce', 'vpce-1', VPC, 'through an endpoint, if through any'
    ),
    'an organization': fails(
        'StringEquals',
        'aws:PrincipalOrgID',
        'o-abcdefghij',
        'Datadog is in its own organization',
        'any organization',
    ),
    'a part of an organization': fails(
        'ForAnyValue:StringLike',
        'aws:PrincipalOrgPaths',
        'o-abcdefghij/*',
        'Datadog is in its own organization',
        'any organization',
    ),
    'one region of another partition': fails(
        'StringEquals',
        'aws:RequestedRegion',
        'cn-north-1',
        'Datadog chooses the regions in which it calls STS',
        'not in one region',
    ),
    'another account': fails(
        'StringEquals',
        'aws:PrincipalAccount',
        ACCOUNT_ID,
        'Datadog calls from a different account',
        'the account of Datadog',
    ),
    'a role of ours': fails(
        'ArnLike', 'aws:PrincipalArn', OURS, 'Datadog is a different principal', 'anybody of Datadog'
    ),
    'the root of Datadog, which calls nothing': fails(
        'ArnEquals',
        'aws:PrincipalArn',
        'arn:aws:iam::464622532012:root',
        'Datadog is a different principal',
        'anybody of Datadog',
    ),
    'on behalf of our account': fails('StringEquals', 'aws:SourceAccount', ACCOUNT_ID, SERVICE, ALONE),
    'on behalf of a resource': fails('ArnLike', 'aws:SourceArn', 'arn:aws:s3:::b', SERVICE, ALONE),
    'a session tag': fails('StringEquals', 'aws:RequestTag/team', 'a', 'Datadog passes no session tags', ALONE),
    'a source identity': fails('StringLike', 'sts:SourceIdentity', '*', 'Datadog sets no source identity', ALONE),
    'without TLS': fails('Bool', 'aws:SecureTransport', 'false', 'Datadog calls over TLS', 'with TLS'),
    'until a day that is over': fails(
        'DateLessThan',
        'aws:CurrentTime',
        '2020-01-01T00:00:00Z',
        'the current time is outside it',
        'until a day to come',
    ),
    'from a day to come': fails(
        'NumericGreaterThanEquals',
        'aws:EpochTime',
        '1890000000',
        'the current time is outside it',
        'until a day to come',
    ),
    'three of them, with many values': Row(
        under(
            condition('IpAddress', 'aws:SourceIp', '10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'),
            condition('Bool', 'aws:MultiFactorAuthPresent', 'true'),
            condition('StringEquals', 'aws:SourceVpc', 'vpc-0abc'),
        ),
        f"{REFUSES} IpAddress aws:SourceIp '10.1.0.0/16', '10.2.0.0/16', 1 more, but {ADDRESSES} and 2 more",
        near_miss='two statements, one of them without',
    ),
    'one refuses, of another nothing is known': Row(
        under(condition('StringEquals', 'sts:RoleSessionName', 'Datadog'), OFFICE),
        f"{REFUSES} IpAddress aws:SourceIp '203.0.113.0/24', but {ADDRESSES}",
        near_miss='from everywhere',
    ),
}
PASSES = {
    ALONE: Row(account_facts(), 'statement 1 of the trust policy has no condition but the external id'),
    'no condition at all': Row(
        account_facts(role=role(trust(conditions=()))), 'statement 1 of the trust policy has no condition'
    ),
    'without MFA': passes('BoolIfExists', 'aws:MultiFactorAuthPresent', 'false'),
    'from everywhere': passes('IpAddress', 'aws:SourceIp', '10.0.0.0/8', '0.0.0.0/0'),
    'not from one address': passes('NotIpAddress', 'aws:SourceIp', '203.0.113.7/32'),
    'not from a VPC': passes('StringNotEquals', 'aws:SourceVpc', 'vpc-0abc'),
    'through no endpoint': passes('Null', 'aws:SourceVpce', 'true'),
    'through an endpoint, if through any': passes('StringEqualsIfExists', 'aws:SourceVpce', 'vpce-0abc'),
    'any organization': passes('StringLike', 'aws:PrincipalOrgID', '*'),
    'every organization': passes('StringLike', 'aws:PrincipalOrgID', 'o-*'),
    'not in one region': passes('StringNotEquals', 'aws:RequestedRegion', 'cn-north-1'),
    'the account of Datadog': passes('StringEquals', 'aws:PrincipalAccount', '464622532012'),
    'anybody of Datadog': passes('ArnLike', 'aws:PrincipalArn', THEIRS),
    'with TLS': passes('Bool', 'aws:SecureTransport', 'true'),
    'until a day to come': passes('DateLessThan', 'aws:CurrentTime', '2099-01-01T00:00:00Z'),
    'everyone but somebody else': Row(
        account_facts(
            role=role(
                trust(principals=(), not_principals=('AWS:999999999999',)),
                trust(conditions=(external_id_condition(), OFFICE)),
            )
        ),
        'statement 1 of the trust policy has no condition but the external id',
    ),
    'two statements, of the first nothing is known': Row(
        account_facts(
            role=role(
                trust(conditions=(external_id_condition(), condition('StringLike', 'aws:UserAgent', 'x*'))), trust()
            )
        ),
        'statement 2 of the trust policy has no condition but the external id',
    ),
    'two statements, one of them without': Row(
        account_facts(role=role(trust(conditions=(external_id_condition(), OFFICE)), trust())),
        'statement 2 of the trust policy has no condition but the external id',
    ),
}
UNKNOWN = {
    'public addresses, of whom nobody knows': undecided('IpAddress', 'aws:SourceIp', '3.208.0.0/12'),
    'a region': undecided('StringEquals', 'aws:RequestedRegion', 'eu-west-1'),
    'some organizations': undecided('StringLike', 'aws:PrincipalOrgID', 'o-a*'),
    'MFA that a session could have': undecided('Bool', 'aws:MultiFactorAuthPresent', 'false'),
    'a user': undecided('StringEquals', 'aws:username', 'crawler'),
    'a variable, where nobody looked at the version': undecided(
        'StringEquals', 'aws:PrincipalAccount', '${aws:PrincipalAccount}'
    ),
    'a key of which nothing is known': Row(
        under(condition('StringLike', 'sts:RoleSessionName', 'Datadog*')),
        "not known whether Datadog meets StringLike sts:RoleSessionName 'Datadog*' in statement 1",
    ),
    'a role of Datadog': Row(
        under(condition('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::464622532012:role/crawler-*')),
        "not known whether Datadog meets ArnLike aws:PrincipalArn 'arn:aws:iam::464622532012:role/crawler-*' in "
        'statement 1',
    ),
    'a date that is none': Row(
        under(condition('DateLessThan', 'aws:CurrentTime', 'tomorrow')),
        "not known whether Datadog meets DateLessThan aws:CurrentTime 'tomorrow' in statement 1",
    ),
    'an operator that is none': Row(
        under(condition('Resembles', 'aws:PrincipalAccount', ACCOUNT_ID)),
        f"not known whether Datadog meets Resembles aws:PrincipalAccount '{ACCOUNT_ID}' in statement 1",
    ),
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(account_facts(role=RoleMissing('x')), "there is no role 'x'"),
    'Datadog uses access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS)),
        'Datadog uses access keys for this account, not a role',
    ),
    'the role is for a service of AWS': Row(
        account_facts(role=role(trust(principals=('Service:ec2.amazonaws.com',), conditions=(OFFICE,)))),
        'no statement of the trust policy is meant for Datadog',
    ),
}
test_verdict = verdict_test(TRUST_POLICY_EXTRA_CONDITIONS, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

MFA_ONLY = condition('Bool', 'aws:MultiFactorAuthPresent', 'true')
test_remedy = remedy_test(
    TRUST_POLICY_EXTRA_CONDITIONS,
    {
        'two of them': (
            under(OFFICE, MFA_ONLY),
            account_expectations(),
            Remedy(
                'Admit Datadog by its external ID only, without other conditions (aws:MultiFactorAuthPresent, '
                'aws:SourceIp)',
                (adding(), replacing(0)),
                then(terraform()),
            ),
        ),
        'a statement that people use too': (
            account_facts(
                role=role(trust(principals=(DATADOG_PRINCIPAL, f'AWS:{ACCOUNT_ID}'), conditions=(MFA_ONLY,)))
            ),
            account_expectations(),
            Remedy(
                'Admit Datadog by its external ID only, without other conditions (aws:MultiFactorAuthPresent)',
                (adding(),),
                then(terraform()),
            ),
        ),
    },
)
