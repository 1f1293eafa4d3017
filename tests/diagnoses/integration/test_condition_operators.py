"""Whether Datadog's request meets a condition, by AWS's documented rules; the policy is read as the collector does."""

from itertools import product
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.aws.trust_policy import trust_statements
from datadog_checks.aws_diagnostics.diagnoses.integration.assume_role_request import datadogs_request
from datadog_checks.aws_diagnostics.diagnoses.integration.condition_operators import is_met
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import ExternalId
from tests.account.builders import SECRET
from tests.builders import NOW

DATADOG = '464622532012'
REQUEST = datadogs_request(DATADOG, 'aws', NOW, ExternalId.of(SECRET))
OURS = 'arn:aws:iam::123456789012:role/ours'
SOMEBODY = f'arn:aws:iam::{DATADOG}:'
Condition = tuple[str, str, list[str]]


def met(operator: str, key: str, values: object, version: str | None = '2012-10-17') -> bool | None:
    statement = {
        'Effect': 'Allow',
        'Principal': '*',
        'Action': 'sts:AssumeRole',
        'Condition': {operator: {key: values}},
    }
    document = {'Statement': statement, **({'Version': version} if version else {})}
    read = trust_statements(document)
    assert not isinstance(read, Unobserved)
    return is_met(read[0].conditions[0], REQUEST)


def rows(*conditions: tuple[Any, ...]) -> list[Any]:
    return [pytest.param(o, k, list(v), id=f'{o} {k} {", ".join(v)}') for o, k, *v in conditions]


MFA, TLS, ORG, PATHS = (
    'aws:MultiFactorAuthPresent',
    'aws:SecureTransport',
    'aws:PrincipalOrgID',
    'aws:PrincipalOrgPaths',
)
ARN, ACCOUNT, IP, REGION = 'aws:PrincipalArn', 'aws:PrincipalAccount', 'aws:SourceIp', 'aws:RequestedRegion'
NOW_, EPOCH, VPC, SESSION = 'aws:CurrentTime', 'aws:EpochTime', 'aws:SourceVpc', 'sts:RoleSessionName'
LATER = '2099-01-01T00:00:00Z'

MET = rows(
    # Text: case counts, also of boolean keys
    ('StringEquals', TLS, 'true'),
    ('StringEquals', TLS, 'false', 'true'),
    ('StringEqualsIgnoreCase', TLS, 'TRUE'),
    ('StringNotEquals', TLS, 'TRUE'),
    ('StringLike', TLS, 'tr?e'),
    ('StringLike', TLS, '*'),
    ('StringNotLike', TLS, 'T*'),
    ('Bool', TLS, 'TRUE'),
    ('StringEquals', ACCOUNT, DATADOG),
    ('StringLike', ACCOUNT, '4646*'),
    ('StringNotEquals', ACCOUNT, '123456789012'),
    ('ForAllValues:StringEquals', ACCOUNT, DATADOG),
    ('ForAnyValue:StringLike', ACCOUNT, '9*', '*12'),
    # Values of which only the form is known
    ('StringLike', ORG, '*'),
    ('StringLike', ORG, 'o-*'),
    ('StringLike', ORG, 'o-??????????*'),
    ('StringNotEquals', ORG, 'o-abcdefghij'),
    ('StringNotLike', ORG, ''),
    ('StringNotLike', ORG, 'r-*'),
    ('ForAnyValue:StringLike', PATHS, 'o-*'),
    ('ForAllValues:StringLike', PATHS, 'o-*/*'),
    ('ForAnyValue:StringNotLike', PATHS, 'o-abcdefghij/*'),
    ('StringLike', REGION, '*'),
    ('StringNotEquals', REGION, 'cn-north-1', 'us-gov-west-1'),
    ('StringNotEquals', REGION, 'EU-WEST-1'),
    ('StringLike', SESSION, '?*'),
    ('Null', SESSION, 'false'),
    # A user or a role session: what holds for both
    ('BoolIfExists', MFA, 'false'),
    ('StringEquals', 'aws:PrincipalType', 'User', 'AssumedRole'),
    ('StringNotEquals', 'aws:PrincipalType', 'Account'),
    ('StringLike', 'aws:userid', 'A*'),
    ('StringNotLike', 'aws:userid', 'AIPA*'),
    ('StringNotEquals', 'aws:username', ''),
    # ARNs, part by part
    ('ArnLike', ARN, f'{SOMEBODY}*'),
    ('ArnEquals', ARN, f'{SOMEBODY}*'),
    ('ArnLike', ARN, '*:*:*:*:*:*'),
    ('ArnLike', ARN, f'arn:*:iam::{DATADOG}:*/*'),
    ('StringLike', ARN, '*'),
    ('StringLike', ARN, f'arn:aws:iam::{DATADOG}*'),
    ('ArnNotLike', ARN, OURS),
    ('ArnNotEquals', ARN, f'{SOMEBODY}root'),
    ('ArnNotLike', ARN, f'arn:aws:sts::{DATADOG}:assumed-role/*'),
    # Addresses
    ('IpAddress', IP, '0.0.0.0/0'),
    ('IpAddress', IP, '10.0.0.0/8', '0.0.0.0/0'),
    ('IpAddress', IP, '0.0.0.0/1', '128.0.0.0/1'),
    ('IpAddress', IP, '::/0', '0.0.0.0/0'),
    ('NotIpAddress', IP, '10.0.0.0/8', '192.168.0.0/16', '172.16.0.0/12'),
    ('NotIpAddress', IP, '::/0'),
    ('NotIpAddress', IP, '2001:db8::/32', '203.0.113.7'),
    # Numbers and dates
    ('NumericLessThan', EPOCH, '4070908800'),
    ('NumericGreaterThan', EPOCH, '1577836800.5'),
    ('NumericNotEquals', EPOCH, '1577836800'),
    ('DateLessThan', NOW_, LATER),
    ('DateLessThan', NOW_, '2099-01-01'),
    ('DateLessThan', NOW_, '2099-01-01T00:00+05:30'),
    ('DateLessThan', EPOCH, LATER),
    ('DateLessThan', NOW_, '4070908800'),
    ('DateGreaterThan', NOW_, '2001'),
    ('DateNotEquals', NOW_, LATER),
    # Absent keys
    ('Null', VPC, 'true'),
    ('Null', VPC, 'TRUE'),
    ('Null', TLS, 'true', 'false'),
    ('Null', VPC, 'true', 'false'),
    ('StringNotEquals', VPC, 'vpc-1'),
    ('StringEqualsIfExists', VPC, 'vpc-1'),
    ('StringNotEqualsIfExists', VPC, 'vpc-1'),
    ('ForAllValues:StringEquals', 'aws:TagKeys', 'team'),
    ('ForAllValues:StringNotLike', 'aws:CalledVia', '*'),
    ('NotIpAddress', 'aws:VpcSourceIp', '10.0.0.0/8'),
    ('NumericLessThanIfExists', 'aws:MultiFactorAuthAge', '3600'),
    ('ArnNotLike', 'aws:SourceArn', 'arn:aws:s3:::b'),
    # Variables
    ('StringEquals', ACCOUNT, '${aws:PrincipalAccount}'),
    ('StringEquals', ACCOUNT, '${AWS:principalaccount}'),
    ('StringNotEquals', ACCOUNT, 'x${aws:PrincipalAccount}'),
    ('ArnLike', ARN, 'arn:aws:iam::${aws:PrincipalAccount}:*'),
    ('StringEquals', ACCOUNT, f"${{aws:RequestTag/account, '{DATADOG}'}}"),
    ('StringEquals', TLS, '${aws:SecureTransport}'),
    ('StringNotLike', ACCOUNT, '${*}'),
    ('StringNotEquals', ACCOUNT, '${*}'),
    # The external id
    ('StringEquals', 'sts:ExternalId', SECRET),
    ('StringLike', 'sts:ExternalId', '*'),
    ('StringEqualsIgnoreCase', 'sts:ExternalId', SECRET.upper()),
    ('Null', 'sts:ExternalId', 'false'),
)
REFUSED = rows(
    ('StringEquals', TLS, 'True'),
    ('StringEquals', TLS, 'TRUE', 'yes'),
    ('StringEquals', 'aws:ViaAWSService', 'False'),
    ('StringEquals', TLS, ''),
    ('StringLike', TLS, ''),
    ('StringLike', TLS, 'TRUE'),
    ('StringNotEquals', TLS, 'true'),
    ('StringNotEqualsIgnoreCase', TLS, 'True'),
    ('StringNotLike', TLS, 'true', 'x'),
    ('Bool', TLS, ''),
    ('Bool', TLS, 'yes'),
    ('Bool', TLS, 'false'),
    ('StringEquals', ACCOUNT, '4646*'),
    ('StringLike', ACCOUNT, '123456789012', '9*'),
    ('StringLike', ORG, ''),
    ('StringLike', ORG, 'o-abcdefghij'),
    ('StringEquals', ORG, 'o-abcdefghij'),
    ('StringEquals', ORG, ''),
    ('StringEquals', ORG, 'o-*'),
    ('StringEquals', ORG, 'O-ABCDEFGHIJ'),
    ('StringEquals', ORG, 'r-abcd'),
    ('StringNotLike', ORG, 'o-*'),
    ('StringLike', ORG, 'O-*'),
    ('ForAnyValue:StringLike', PATHS, 'o-abcdefghij/*'),
    ('ForAnyValue:StringEquals', PATHS, 'o-abcdefghij/r-ab12/ou-ab12-11111111/'),
    ('ForAllValues:StringLike', PATHS, ''),
    ('StringEquals', REGION, 'cn-north-1'),
    ('StringEquals', REGION, 'EU-WEST-1'),
    ('StringEquals', REGION, 'eu-*'),
    ('StringLike', REGION, ''),
    ('StringLike', REGION, 'cn-north-1', 'EU-WEST-1'),
    ('StringLike', SESSION, ''),
    ('Null', SESSION, 'true'),
    ('Bool', MFA, 'true'),
    ('StringEquals', MFA, 'true'),
    ('StringEquals', 'aws:PrincipalType', 'Account'),
    ('StringEquals', 'aws:PrincipalType', 'user'),
    ('StringLike', 'aws:username', ''),
    ('StringEquals', 'aws:userid', 'AROAEXAMPLEID:*'),
    ('StringEquals', ARN, f'{SOMEBODY}root'),
    ('StringEquals', ARN, f'{SOMEBODY}role/*'),
    ('StringEquals', ARN, f'{SOMEBODY}*'),
    ('ArnLike', ARN, '*'),
    ('ArnLike', ARN, ''),
    ('ArnLike', ARN, 'arn:*'),
    ('ArnLike', ARN, 'arn:aws:iam::*'),
    ('ArnEquals', ARN, f'arn:aws:*:{DATADOG}:*'),
    ('ArnLike', ARN, f'arn:aws:sts::{DATADOG}:assumed-role/*'),
    ('ArnLike', ARN, f'ARN:aws:iam::{DATADOG}:*'),
    ('ArnLike', ARN, OURS),
    ('ArnNotLike', ARN, f'{SOMEBODY}*'),
    ('ArnLike', ACCOUNT, '*'),
    ('IpAddress', IP, '::/0'),
    ('IpAddress', IP, '2001:db8::/32', '10.0.0.0/8'),
    ('IpAddress', IP, '10.0.0.0/8'),
    ('IpAddress', IP, '192.168.1.7/24'),
    ('NotIpAddress', IP, '0.0.0.0/0'),
    ('NotIpAddress', IP, '0.0.0.0/1', '128.0.0.0/1'),
    ('StringEquals', IP, '0.0.0.0/0'),
    ('NumericGreaterThan', EPOCH, '4070908800'),
    ('NumericEquals', EPOCH, '1577836800'),
    ('DateGreaterThan', NOW_, LATER),
    ('DateGreaterThan', EPOCH, LATER),
    ('DateLessThan', NOW_, '1577836800'),
    ('DateLessThan', NOW_, '2001'),
    ('DateEquals', NOW_, '2020-01-01T00:00:00Z'),
    ('Null', TLS, 'true'),
    ('Null', VPC, 'false'),
    ('StringLike', VPC, '*'),
    ('StringEquals', VPC, 'vpc-1'),
    ('ForAnyValue:StringLike', 'aws:TagKeys', '*'),
    ('ForAnyValue:StringNotEquals', 'aws:CalledVia', 'x'),
    ('Bool', 'aws:SourceVpc', 'true'),
    ('BinaryEquals', VPC, 'QUFB'),
    ('StringEquals', 'aws:VpceOrgID', 'o-abcdefghij'),
    ('StringEquals', 'aws:PrincipalServiceName', 'ec2.amazonaws.com'),
    ('IpAddress', 'aws:VpcSourceIp', '0.0.0.0/0'),
    ('NumericLessThan', 'aws:MultiFactorAuthAge', '3600'),
    ('StringEquals', 'aws:RequestTag/team', 'a'),
    ('StringNotEquals', ACCOUNT, '${aws:PrincipalAccount}'),
    ('StringEquals', ACCOUNT, '${aws:SecureTransport}'),
    ('StringLike', ACCOUNT, '${*}'),
    ('StringLike', ACCOUNT, '4646${?}*'),
    ('ArnLike', ARN, 'arn:aws:iam::${aws:PrincipalAccount}x:*'),
    ('StringEquals', 'sts:ExternalId', 'f' * 32),
    ('StringLike', 'sts:ExternalId', ''),
    ('StringNotEquals', 'sts:ExternalId', SECRET),
    ('Null', 'sts:ExternalId', 'true'),
)
NOT_KNOWN = rows(
    ('StringLike', ORG, 'o-a*'),
    ('StringNotLike', ORG, 'o-a*'),
    ('StringLike', ORG, 'o-abcdefghij*'),
    ('StringEquals', PATHS, 'o-abcdefghij/r-ab12/'),
    ('StringLike', PATHS, '*'),
    ('StringEquals', REGION, 'eu-west-1'),
    ('StringNotEquals', REGION, 'eu-west-1'),
    ('StringEquals', REGION, 'eu-west-1', 'us-east-1'),
    ('StringLike', REGION, 'eu-*'),
    ('StringEqualsIgnoreCase', REGION, 'EU-WEST-1'),
    ('Bool', MFA, 'false'),
    ('BoolIfExists', MFA, 'true'),
    ('Null', MFA, 'true'),
    ('Null', MFA, 'false'),
    ('StringEquals', 'aws:PrincipalType', 'AssumedRole'),
    ('StringEquals', 'aws:username', 'crawler'),
    ('StringNotEquals', 'aws:username', 'crawler'),
    ('StringLike', 'aws:username', '*'),
    ('Null', 'aws:username', 'true'),
    ('StringLike', 'aws:userid', 'AROA*'),
    ('StringEquals', 'aws:userid', 'AIDAEXAMPLEID'),
    ('ArnLike', ARN, f'{SOMEBODY}role/*'),
    ('ArnLike', ARN, f'{SOMEBODY}role/crawler'),
    ('StringEquals', ARN, f'{SOMEBODY}role/crawler'),
    ('StringLike', ARN, f'{SOMEBODY}user/*'),
    ('ArnNotLike', ARN, f'{SOMEBODY}role/*'),
    ('ArnNotLike', ARN, '*'),
    ('ArnNotEquals', ARN, 'arn:aws:iam'),
    ('ArnLike', ACCOUNT, OURS),
    ('IpAddress', IP, '0.0.0.0/1'),
    ('IpAddress', IP, '3.208.0.0/12'),
    ('NotIpAddress', IP, '3.208.0.0/12'),
    ('IpAddress', IP, '8.8.8.8'),
    ('IpAddress', IP, 'office'),
    ('IpAddress', IP, ''),
    ('IpAddress', IP, '::ffff:0.0.0.0/96'),
    ('NotIpAddress', IP, '10.0.0.0/33'),
    ('StringLike', IP, '3.*'),
    ('IpAddress', ACCOUNT, '0.0.0.0/0'),
    ('Bool', ACCOUNT, 'true'),
    ('BinaryEquals', TLS, 'dHJ1ZQ=='),
    ('NumericLessThan', EPOCH, LATER),
    ('NumericGreaterThan', EPOCH, ''),
    ('NumericLessThan', NOW_, '4070908800'),
    ('NumericEquals', ACCOUNT, DATADOG),
    ('DateLessThan', ACCOUNT, LATER),
    ('DateLessThan', NOW_, '2099'),
    ('DateLessThan', NOW_, 'tomorrow'),
    ('DateLessThan', NOW_, '2099-13-01'),
    ('DateLessThan', NOW_, '2099-01-01T00:00:00'),
    ('DateGreaterThan', NOW_, '99999999999999999999'),
    ('Null', VPC, ''),
    ('Null', TLS, 'yes'),
    ('NullIfExists', VPC, 'true'),
    ('ForAnyValue:Null', VPC, 'true'),
    ('ForAnyValue:StringEqualsIfExists', 'aws:TagKeys', 'team'),
    ('StringResembles', TLS, 'true'),
    ('BoolNotEquals', TLS, 'true'),
    ('NumericNotLessThan', EPOCH, '1'),
    ('StringEquals', 'aws:PrincipalTag/team', 'a'),
    ('StringEquals', 'aws:UserAgent', ''),
    ('Null', 'aws:Misspelt', 'true'),
    ('StringEquals', ACCOUNT, '${aws:PrincipalTag/account}'),
    ('StringEquals', ARN, f'{SOMEBODY}user/${{aws:username}}'),
    ('StringEquals', ACCOUNT, '${aws:RequestTag/account}'),
    ('StringLike', ACCOUNT, "${aws:RequestTag/account, '*'}"),
    ('Bool', TLS, '${aws:SecureTransport}'),
    ('StringLike', 'sts:ExternalId', f'{SECRET[:6]}*'),
    ('StringEquals', 'sts:ExternalId', '${aws:PrincipalTag/id}'),
    ('NumericEquals', 'sts:ExternalId', '1'),
)


@pytest.mark.parametrize(('operator', 'key', 'values'), MET)
def test_it_is_met(operator: str, key: str, values: list[str]) -> None:
    assert met(operator, key, values) is True


@pytest.mark.parametrize(('operator', 'key', 'values'), REFUSED)
def test_it_is_not_met(operator: str, key: str, values: list[str]) -> None:
    assert met(operator, key, values) is False


@pytest.mark.parametrize(('operator', 'key', 'values'), NOT_KNOWN)
def test_nobody_outside_datadog_knows_whether_it_is_met(operator: str, key: str, values: list[str]) -> None:
    assert met(operator, key, values) is None


@pytest.mark.parametrize(
    'version', [pytest.param('2008-10-17', id='the oldest version'), pytest.param(None, id='none')]
)
def test_before_2012_a_policy_has_no_variables(version: str | None) -> None:
    assert met('StringEquals', ACCOUNT, '${aws:PrincipalAccount}', version) is False
    assert met('StringNotEquals', ACCOUNT, '${aws:PrincipalAccount}', version) is True


def test_one_value_and_a_list_of_it_are_the_same() -> None:
    assert met('Bool', TLS, True) is met('Bool', TLS, ['true']) is True


NEGATIONS = ('StringEquals', 'StringEqualsIgnoreCase', 'StringLike')
VALUES = ('', '*', 'true', 'TRUE', 'o-*', 'o-abcdefghij', DATADOG, 'eu-west-1', '${aws:PrincipalAccount}')


@pytest.mark.parametrize('positive', NEGATIONS)
def test_a_negated_operator_says_the_opposite_of_a_key_that_is_there(positive: str) -> None:
    negated = positive.replace('String', 'StringNot')
    for key, value in product((TLS, ORG, ACCOUNT, REGION, SESSION, ARN), VALUES):
        one, other = met(positive, key, [value]), met(negated, key, [value])
        assert other is (None if one is None else not one)
