"""Conditions of the trust policy, and external ids that are something else."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.account.builders import ACCOUNT_ID, SECRET
from tests.account.datadog_api import API_KEY
from tests.account.whole_run import make_role, policy, statement
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer, Fix

OPERATORS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html'
VARIABLES = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html'
KEYS = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html'
CONDITIONS, DENY, EXTERNAL_ID = (
    'trust-policy-extra-conditions',
    'trust-policy-explicit-deny',
    'trust-policy-external-id',
)
MINE = {'StringEquals': {'sts:ExternalId': SECRET}}
ROLE_ONLY = {'features': ['role']}
TRUSTED = {'trust-policy-wrong-principal': 'ok', EXTERNAL_ID: 'ok', CONDITIONS: 'ok', DENY: 'ok'}


def trusting(operator: str, key: str, *values: str, **more: object) -> Callable[[], None]:
    """Datadog's account with its external id, if this condition is met, too."""
    conditions: dict[str, Any] = {**MINE, operator: {**MINE.get(operator, {}), key: list(values)}}
    return lambda: make_role({**policy(statement(Condition=conditions)), **more})


def denying(operator: str, key: str, *values: str) -> Callable[[], None]:
    """Everybody, if the condition is met."""
    deny = {'Effect': 'Deny', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole'}
    return lambda: make_role(policy(statement(), {**deny, 'Condition': {operator: {key: list(values)}}}))


def demanding(external_id: str, operator: str = 'StringEquals') -> Callable[[], None]:
    return lambda: make_role(policy(statement(Condition={operator: {'sts:ExternalId': external_id}})))


def admitted(number: int, situation: str, right: str, prepare: Callable[[], None], **more: Any) -> AccountReport:
    return AccountReport(
        number=number,
        situation=situation,
        right=right,
        prepare=prepare,
        options=ROLE_ONLY,
        answer=Answer(findings=TRUSTED),
        **more,
    )


def refused(
    number: int, situation: str, right: str, prepare: Callable[[], None], says: Sequence[str], **more: Any
) -> AccountReport:
    return AccountReport(
        number=number,
        situation=situation,
        right=right,
        prepare=prepare,
        options=ROLE_ONLY,
        answer=Answer(causes=[CONDITIONS], says={CONDITIONS: says}),
        **more,
    )


def undecided(
    number: int, situation: str, right: str, prepare: Callable[[], None], says: Sequence[str], **more: Any
) -> AccountReport:
    return AccountReport(
        number=number,
        situation=situation,
        right=right,
        prepare=prepare,
        options=ROLE_ONLY,
        answer=Answer(findings={CONDITIONS: 'unknown'}, says={CONDITIONS: says}),
        **more,
    )


def wrong_id(
    situation: str, right: str, external_id: str, says: str, *, fix: Fix | None = None, **more: Any
) -> AccountReport:
    return AccountReport(
        number=18,
        situation=situation,
        right=right,
        prepare=demanding(external_id),
        options=ROLE_ONLY,
        answer=Answer(
            causes=[EXTERNAL_ID],
            says={EXTERNAL_ID: [says]},
            fixes={EXTERNAL_ID: fix or Fix(has=['${EXTERNAL_ID:?}'])},
            never=(external_id,) if external_id in (API_KEY, PLACEHOLDER) else (),
        ),
        **more,
    )


OWN_ADDRESSES = 'Datadog calls from public IPv4 addresses of its own'
OWN_ORGANIZATION = 'Datadog is in its own organization'
TLS, MFA, ORG, IP = 'aws:SecureTransport', 'aws:MultiFactorAuthPresent', 'aws:PrincipalOrgID', 'aws:SourceIp'
PLACEHOLDER = '<YOUR_DD_EXTERNAL_ID>'
PRINCIPAL, ACCOUNT = 'aws:PrincipalArn', 'aws:PrincipalAccount'

WRONG_IDS = (
    wrong_id(
        'The external id in the trust policy is the AWS account id.',
        'The external id is wrong, and is the id of this AWS account. Its value is not shown.',
        ACCOUNT_ID,
        'the trust policy has the id of this AWS account in its place',
    ),
    wrong_id(
        "The external id in the trust policy is the id of Datadog's AWS account.",
        "The external id is wrong, and is the id of Datadog's own account.",
        '464622532012',
        "the trust policy has the id of Datadog's own AWS account in its place",
        variant="Datadog's account",
    ),
    wrong_id(
        'The external id in the trust policy is the API key of Datadog.',
        'The external id is wrong, and is a key that must be revoked. Its value is not shown.',
        API_KEY,
        'the trust policy has a key of Datadog that this check uses in its place',
        fix=Fix(has=['${EXTERNAL_ID:?}', 'Revoke the key']),
        variant='an API key',
    ),
    wrong_id(
        'The external id in the trust policy is a placeholder of the documentation.',
        'The external id is wrong, and is a placeholder.',
        PLACEHOLDER,
        'the trust policy has a placeholder in its place',
        variant='a placeholder',
        sources=('https://github.com/yafernandes/terraform/blob/master/dd-policies/README.md',),
    ),
    wrong_id(
        'The external id in the trust policy is empty: a variable was not set.',
        'The external id is wrong, and is an empty text.',
        '',
        'the trust policy has an empty text in its place',
        variant='empty',
    ),
)
VALUES = (
    refused(
        20,
        'A boolean key is compared by StringEquals with "True".',
        'StringEquals is case-sensitive and AWS writes "true", so the condition refuses Datadog.',
        trusting('StringEquals', TLS, 'True'),
        ["StringEquals aws:SecureTransport 'True', but Datadog calls over TLS"],
        sources=(OPERATORS,),
    ),
    AccountReport(
        number=20,
        variant='in a Deny',
        situation='Everybody is denied for whom aws:SecureTransport StringNotEquals "TRUE".',
        right='"true" is not "TRUE", so the statement denies Datadog, too.',
        sources=(OPERATORS,),
        options=ROLE_ONLY,
        prepare=denying('StringNotEquals', TLS, 'TRUE'),
        answer=Answer(causes=[DENY], says={DENY: ["StringNotEquals aws:SecureTransport 'TRUE'"]}),
    ),
    admitted(
        20,
        'A boolean key is compared by Bool with "TRUE".',
        'Bool compares truth values, not texts: Datadog is admitted.',
        trusting('Bool', TLS, 'TRUE'),
        variant='by Bool',
        sources=(OPERATORS,),
    ),
    refused(
        21,
        'The organization in the trust policy is empty: a variable was not set.',
        'An empty pattern matches no organization, so the condition refuses Datadog.',
        trusting('StringLike', ORG, ''),
        [f"StringLike aws:PrincipalOrgID '', but {OWN_ORGANIZATION}"],
        sources=(OPERATORS,),
    ),
    admitted(
        22,
        'Every organization is admitted, by the pattern o-*.',
        'The id of every organization begins with o-, so Datadog is admitted.',
        trusting('StringLike', ORG, 'o-*'),
        sources=(KEYS,),
    ),
    undecided(
        22,
        'Organizations are admitted whose ids begin with o-a.',
        "Nobody outside Datadog knows the id of Datadog's organization: not known.",
        trusting('StringLike', ORG, 'o-a*'),
        ["not known whether Datadog meets StringLike aws:PrincipalOrgID 'o-a*'"],
        variant='a part of the id',
        sources=(KEYS,),
    ),
    refused(
        22,
        'Only the own organization is admitted.',
        'The id of an organization in a trust policy is not that of Datadog, which does not publish its own: refused.',
        trusting('StringEquals', ORG, 'o-abcdefghij'),
        [f"StringEquals aws:PrincipalOrgID 'o-abcdefghij', but {OWN_ORGANIZATION}"],
        variant='one organization',
        sources=(KEYS,),
    ),
    undecided(
        23,
        'Callers are admitted that have no MFA, by Bool and false.',
        'A role session has the key with the value false, a user with access keys has no such key. Which of both '
        'Datadog is, nobody else knows: not known.',
        trusting('Bool', MFA, 'false'),
        ["not known whether Datadog meets Bool aws:MultiFactorAuthPresent 'false'"],
        sources=(KEYS,),
    ),
    AccountReport(
        number=23,
        variant='a Deny without MFA',
        situation='Everybody is denied without MFA, by BoolIfExists and false.',
        right='This denies users and role sessions alike, so it denies Datadog.',
        sources=(KEYS,),
        options=ROLE_ONLY,
        prepare=denying('BoolIfExists', MFA, 'false'),
        answer=Answer(causes=[DENY], says={DENY: ["BoolIfExists aws:MultiFactorAuthPresent 'false'"]}),
    ),
    undecided(
        23,
        'One user name is admitted.',
        'A role session has no user name, and nobody outside Datadog knows that of a user: not known.',
        trusting('StringEquals', 'aws:username', 'datadog'),
        ["not known whether Datadog meets StringEquals aws:username 'datadog'"],
        variant='a user name',
        sources=(VARIABLES,),
    ),
    admitted(
        24,
        'The account of the caller is compared with ${aws:PrincipalAccount}.',
        "The variable is the caller's account, so the condition is always met.",
        trusting('StringEquals', ACCOUNT, '${aws:PrincipalAccount}'),
        sources=(VARIABLES,),
    ),
    refused(
        24,
        'The same, in a policy of version 2008-10-17.',
        'That version has no variables: the text ${aws:PrincipalAccount} is no account, so Datadog is refused.',
        trusting('StringEquals', ACCOUNT, '${aws:PrincipalAccount}', Version='2008-10-17'),
        ["StringEquals aws:PrincipalAccount '${aws:PrincipalAccount}', but Datadog calls from a different account"],
        variant='version 2008-10-17',
        sources=(VARIABLES,),
    ),
    undecided(
        24,
        'The account of the caller is compared with a tag of the caller.',
        "Nobody outside Datadog knows its principals' tags: not known.",
        trusting('StringEquals', ACCOUNT, '${aws:PrincipalTag/account}'),
        ["not known whether Datadog meets StringEquals aws:PrincipalAccount '${aws:PrincipalTag/account}'"],
        variant='a tag',
        sources=(VARIABLES,),
    ),
)
OTHER_TYPES = (
    refused(
        25,
        'All addresses are admitted by ::/0 alone.',
        'Datadog calls STS over IPv4, and no IPv4 address is in ::/0: refused.',
        trusting('IpAddress', IP, '::/0'),
        [f"IpAddress aws:SourceIp '::/0', but {OWN_ADDRESSES}"],
        sources=(OPERATORS,),
    ),
    undecided(
        25,
        'Half of all addresses are admitted, by 0.0.0.0/1.',
        'Nobody outside Datadog knows the addresses from which it calls STS: not known.',
        trusting('IpAddress', IP, '0.0.0.0/1'),
        ["not known whether Datadog meets IpAddress aws:SourceIp '0.0.0.0/1'"],
        variant='half of IPv4',
        sources=(OPERATORS,),
    ),
    admitted(
        25,
        'All addresses are admitted, by 0.0.0.0/1 and 128.0.0.0/1.',
        'Together these are all IPv4 addresses, so Datadog is admitted.',
        trusting('IpAddress', IP, '0.0.0.0/1', '128.0.0.0/1'),
        variant='both halves',
        sources=(OPERATORS,),
    ),
    refused(
        25,
        'Only a private network is admitted.',
        'No request reaches the public endpoints of STS from a private address: refused.',
        trusting('IpAddress', IP, '10.0.0.0/8'),
        [f"IpAddress aws:SourceIp '10.0.0.0/8', but {OWN_ADDRESSES}"],
        variant='a private network',
        sources=(OPERATORS,),
    ),
    undecided(
        26,
        'aws:EpochTime is compared by a Numeric operator with a date.',
        'Numeric operators compare numbers, and AWS does not say what they do with a date: not known.',
        trusting('NumericLessThan', 'aws:EpochTime', '2099-01-01T00:00:00Z'),
        ["not known whether Datadog meets NumericLessThan aws:EpochTime '2099-01-01T00:00:00Z'"],
        sources=(OPERATORS, KEYS),
    ),
    undecided(
        26,
        'aws:CurrentTime is compared by a Numeric operator with a number.',
        'aws:CurrentTime is a date and works with Date operators only: not known.',
        trusting('NumericLessThan', 'aws:CurrentTime', '4070908800'),
        ["not known whether Datadog meets NumericLessThan aws:CurrentTime '4070908800'"],
        variant='a number for a date',
        sources=(OPERATORS, KEYS),
    ),
    admitted(
        26,
        'aws:EpochTime is compared by a Date operator with a date to come.',
        'Date operators take dates and numbers for both keys: Datadog is admitted until then.',
        trusting('DateLessThan', 'aws:EpochTime', '2099-01-01T00:00:00Z'),
        variant='by a Date operator',
        sources=(OPERATORS, KEYS),
    ),
    admitted(
        27,
        'Null is asked of aws:SecureTransport with the values "true" and "false".',
        'Several values are alternatives, and one of these two is always right: Datadog is admitted.',
        trusting('Null', TLS, 'true', 'false'),
        sources=(OPERATORS,),
    ),
    refused(
        28,
        'Every principal is admitted, by ArnLike and *.',
        'ARNs are matched part by part. A pattern with fewer than six parts matches none: refused.',
        trusting('ArnLike', PRINCIPAL, '*'),
        ["ArnLike aws:PrincipalArn '*', but Datadog is a different principal"],
        sources=(OPERATORS,),
    ),
    refused(
        28,
        "Every principal of Datadog's account is admitted, by an ARN with a part too few.",
        'ARNs are matched part by part. A pattern with fewer than six parts matches none: refused.',
        trusting('ArnLike', PRINCIPAL, 'arn:aws:iam:464622532012:*'),
        ["ArnLike aws:PrincipalArn 'arn:aws:iam:464622532012:*', but Datadog is a different principal"],
        variant='five parts',
        sources=(OPERATORS,),
    ),
    admitted(
        28,
        "Every principal of Datadog's account is admitted, by ArnLike.",
        'All six parts match whatever user or role Datadog calls as: admitted.',
        trusting('ArnLike', PRINCIPAL, 'arn:aws:iam::464622532012:*'),
        variant='six parts',
        sources=(OPERATORS,),
    ),
)
REPORTS = (*WRONG_IDS, *VALUES, *OTHER_TYPES)

test_report = account_test(REPORTS)
