"""Random trust policies."""

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.account.builders import ACCOUNT_ID, SECRET

from .callers import DATADOG, OTHER_SECRET

VENDOR = '999999999999'
ROOT, OURS = f'arn:aws:iam::{DATADOG}:root', f'arn:aws:iam::{ACCOUNT_ID}:root'
Document = dict[str, Any]
Choices = tuple[str, ...]

BOOLEANS: Choices = ('true', 'false', 'True', 'FALSE', '', 'yes')
VARIABLES: Choices = (
    '${aws:PrincipalAccount}',
    '${aws:PrincipalTag/team}',
    "${aws:RequestTag/a, '464622532012'}",
    '${*}',
)
REGIONS: Choices = ('us-east-1', 'eu-west-1', 'cn-north-1', 'us-gov-west-1', 'eu-*', '*', '', 'EU-WEST-1')
ORGANIZATIONS: Choices = ('o-*', 'o-abcdefghij', 'o-d*', '*', '', 'r-*', 'O-*', 'o-??????????', 'o-a?*')
ACCOUNTS: Choices = (DATADOG, ACCOUNT_ID, '4646*', '*', '', '?*', *VARIABLES)
ARNS: Choices = (
    *(
        ROOT,
        f'arn:aws:iam::{DATADOG}:*',
        f'arn:aws:iam::{DATADOG}:role/*',
        f'arn:aws:iam::{ACCOUNT_ID}:role/*',
        '*',
        '',
    ),
    *(
        'arn:aws:iam::*',
        'arn:aws:*:*:*:*',
        f'arn:aws:iam:{DATADOG}:*',
        'arn:*',
        '*:*:*:*:*:*',
        f'arn:aws:iam::{DATADOG}:r*',
    ),
    *(f'arn:aws:sts::{DATADOG}:assumed-role/*', 'arn:aws:iam::${aws:PrincipalAccount}:*', f'ARN:aws:iam::{DATADOG}:*'),
)
RANGES: Choices = (
    *(
        '0.0.0.0/0',
        '::/0',
        '0.0.0.0/1',
        '128.0.0.0/1',
        '10.0.0.0/8',
        '192.168.0.0/16',
        '203.0.113.0/24',
        '3.208.0.0/12',
    ),
    *('2001:db8::/32', '52.4.5.6', 'office', '', '203.0.113.9/24', '192.168.1.1'),
)
DATES: Choices = (
    *('2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z', '2099-01-01', '2020', '2099', '4070908800', '1577836800'),
    *('tomorrow', '', '2099-01', '2099-01-01T00:00+02:00', '2020-01-01T00:00:00.5Z'),
)
IDS: Choices = (
    SECRET,
    SECRET,
    SECRET,
    OTHER_SECRET,
    f'{SECRET} ',
    SECRET.upper(),
    f'{SECRET[:6]}*',
    '*',
    '',
    '${aws:userid}',
)
VALUES: Mapping[str, Choices] = {
    'sts:ExternalId': IDS,
    'aws:SecureTransport': BOOLEANS,
    'aws:ViaAWSService': BOOLEANS,
    'aws:PrincipalIsAWSService': BOOLEANS,
    'aws:MultiFactorAuthPresent': BOOLEANS,
    'aws:MultiFactorAuthAge': ('3600', '0', '', 'x'),
    'aws:PrincipalOrgID': ORGANIZATIONS,
    'aws:PrincipalOrgPaths': ('o-*', 'o-abcdefghij/*', 'o-d*', '*', '', 'o-*/r-*/*', 'o-abcdefghij/r-ab12/'),
    'aws:PrincipalAccount': ACCOUNTS,
    'aws:PrincipalArn': ARNS,
    'aws:PrincipalType': ('User', 'AssumedRole', 'Account', 'user', '*', ''),
    'aws:userid': ('AIDA*', 'AROA*', 'AROA*:*', 'A*', '', 'AIPA*', 'AROAEXAMPLE2:*'),
    'aws:username': ('datadog', '*', '', 'd*'),
    'aws:SourceIp': RANGES,
    'aws:VpcSourceIp': RANGES,
    'aws:SourceVpc': ('vpc-0abc', '*', '', 'vpc-*'),
    'aws:SourceVpce': ('vpce-0abc', '*', ''),
    'aws:SourceAccount': ACCOUNTS,
    'aws:SourceArn': ARNS,
    'aws:RequestedRegion': REGIONS,
    'aws:CurrentTime': DATES,
    'aws:EpochTime': DATES,
    'aws:TokenIssueTime': DATES,
    'aws:TagKeys': ('team', '*', ''),
    'aws:RequestTag/team': ('a', '*', ''),
    'aws:PrincipalTag/team': ('a', '*', ''),
    'aws:CalledVia': ('athena.amazonaws.com', '*', ''),
    'aws:FederatedProvider': ('cognito*', '*', ''),
    'sts:RoleSessionName': ('datadog', 'd*', '*', '', '?*'),
    'sts:SourceIdentity': ('*', 'alice', ''),
}
TEXT: Choices = (
    *('StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike'),
    *('StringNotLike', 'StringEquals', 'StringLike'),
)
ORDER: Choices = ('Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals')
ARN: Choices = ('ArnLike', 'ArnNotLike', 'ArnEquals', 'ArnNotEquals')
FITTING: Mapping[str, Choices] = {
    **dict.fromkeys([key for key, values in VALUES.items() if values is BOOLEANS], ('Bool', 'Bool', *TEXT)),
    **dict.fromkeys(('aws:PrincipalArn', 'aws:SourceArn'), (*ARN, *TEXT)),
    **dict.fromkeys(('aws:SourceIp', 'aws:VpcSourceIp'), ('IpAddress', 'NotIpAddress', 'IpAddress')),
    **dict.fromkeys(('aws:CurrentTime', 'aws:TokenIssueTime'), tuple(f'Date{order}' for order in ORDER)),
    'aws:EpochTime': tuple(f'{kind}{order}' for order in ORDER for kind in ('Date', 'Numeric')),
    'aws:MultiFactorAuthAge': tuple(f'Numeric{order}' for order in ORDER),
}
ANY: Choices = (*TEXT, *ARN, 'Bool', 'BinaryEquals', 'IpAddress', 'NumericLessThan', 'NumericEquals', 'DateLessThan')


def random_document(random: Random) -> Document:
    statements = [_statement(random) for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
    version = random.choices(({'Version': '2012-10-17'}, {'Version': '2008-10-17'}, {}), (18, 1, 1))[0]
    return {**version, 'Statement': statements}


def _statement(random: Random) -> Document:
    effect = random.choices(('Allow', 'Deny'), (4, 1))[0]
    element = random.choices(('Principal', 'NotPrincipal'), (30, 1))[0]
    action = random.choices(
        ('sts:AssumeRole', ['sts:AssumeRole', 'sts:TagSession'], 'sts:*', 'sts:assumerole', 'sts:TagSession', '*'),
        (20, 3, 1, 1, 1, 1),
    )[0]
    statement = {'Effect': effect, element: _principal(random), 'Action': action}
    conditions = _conditions(random, with_external_id=effect == 'Allow' and random.random() < 0.9)
    return {**statement, 'Condition': conditions} if conditions else statement


def _principal(random: Random) -> object:
    named: tuple[object, ...] = (ROOT, ROOT, DATADOG, [OURS, ROOT], '*', OURS, f'arn:aws:iam::{VENDOR}:root')
    return random.choice(('*', *({'AWS': who} for who in named), {'Service': 'ec2.amazonaws.com'}, {'AWS': ROOT}))


def _conditions(random: Random, *, with_external_id: bool) -> Document:
    block: Document = {'StringEquals': {'sts:ExternalId': SECRET}} if with_external_id else {}
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        key = random.choice(tuple(VALUES))
        operator = _operator(random, key)
        if key not in block.get(operator, {}) or random.random() < 0.2:
            block[operator] = {**block.get(operator, {}), key: _values(random, key, operator)}
    return block


def _operator(random: Random, key: str) -> str:
    if random.random() < 0.08:
        return 'Null'
    base = random.choice(FITTING.get(key, TEXT) if random.random() < 0.93 else ANY)
    prefix = random.choices(
        ('', 'ForAnyValue:', 'ForAllValues:'), (8, 3, 3) if 'Path' in key or 'Keys' in key else (20, 1, 1)
    )
    return f'{prefix[0]}{base}{random.choices(("", "IfExists"), (5, 1))[0]}'


def _values(random: Random, key: str, operator: str) -> object:
    choices = BOOLEANS[:4] if operator == 'Null' else VALUES[key]
    values = [random.choice(choices) for _ in range(random.choice((1, 1, 1, 1, 2, 2, 3)))]
    return values[0] if len(values) == 1 else values
