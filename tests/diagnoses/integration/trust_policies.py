"""Trust policies as people write them, in words: what fails in them, and whether Datadog is let in."""

from dataclasses import dataclass
from typing import Any

from tests.account.builders import ACCOUNT_ID, SECRET

DATADOG = '464622532012'
ROOT = f'arn:aws:iam::{DATADOG}:root'
MINE = {'StringEquals': {'sts:ExternalId': SECRET}}
OTHER_SECRET = 'f' * len(SECRET)

PRINCIPAL = 'trust-policy-wrong-principal'
ACTION = 'trust-policy-action-missing'
DENY = 'trust-policy-explicit-deny'
EXTERNAL_ID = 'trust-policy-external-id'
CONDITIONS = 'trust-policy-extra-conditions'


@dataclass(frozen=True)
class TrustPolicy:
    words: str
    statements: tuple[dict[str, Any], ...]
    failed: tuple[str, ...] = ()
    admits: bool = True
    """What IAM does with the request of Datadog."""
    not_emulated: str = ''
    """Why the stand-in for IAM, which the tests run, decides otherwise."""

    @property
    def document(self) -> dict[str, Any]:
        return {'Version': '2012-10-17', 'Statement': list(self.statements)}


def allow(principal: object = ROOT, condition: object = MINE, action: object = 'sts:AssumeRole') -> dict[str, Any]:
    statement = {'Effect': 'Allow', 'Principal': {'AWS': principal}, 'Action': action}
    return {**statement, 'Condition': condition} if condition else statement


def and_also(operator: str, key: str, *values: str) -> dict[str, Any]:
    """Besides the external id."""
    return allow(condition={**MINE, operator: {**MINE.get(operator, {}), key: list(values)}})


def external_id(operator: str, *values: str, key: str = 'sts:ExternalId') -> dict[str, Any]:
    return allow(condition={operator: {key: values[0] if len(values) == 1 else list(values)}})


def deny(principal: object, condition: object = None, **more: object) -> dict[str, Any]:
    return {**allow(principal, condition), 'Effect': 'Deny', **more}


AP1 = 'arn:aws:iam::417141415827:root'
"""Of another site of Datadog."""
OF_AP1 = {'StringEquals': {'sts:ExternalId': 'of-an-organization-on-ap1'}}
FOR_EC2 = {'Effect': 'Allow', 'Principal': {'Service': 'ec2.amazonaws.com'}, 'Action': 'sts:AssumeRole'}
NOT_OURS = {'StringNotEquals': {'aws:PrincipalAccount': ACCOUNT_ID}}

RIGHT = (
    TrustPolicy('as the template of Datadog writes it', (allow(),)),
    TrustPolicy('the account by its twelve digits', (allow(DATADOG),)),
    TrustPolicy('Datadog and a deputy of ours in one list', (allow([f'arn:aws:iam::{ACCOUNT_ID}:root', ROOT]),)),
    TrustPolicy('every action of STS', (allow(action='sts:*'),)),
    TrustPolicy('the action in lower case, beside TagSession', (allow(action=['sts:assumerole', 'sts:TagSession']),)),
    TrustPolicy('the condition key in another case', (external_id('StringEquals', SECRET, key='STS:externalid'),)),
    TrustPolicy('StringLike without a wildcard', (external_id('StringLike', SECRET),)),
    TrustPolicy('StringEqualsIgnoreCase in capital letters', (external_id('StringEqualsIgnoreCase', SECRET.upper()),)),
    TrustPolicy('any value of a list of one', (external_id('ForAnyValue:StringEquals', SECRET),)),
    TrustPolicy(
        'any external id but an empty one, and only the right one if there is one',
        (
            allow(
                condition={
                    'ForAnyValue:StringNotLike': {'sts:ExternalId': ''},
                    'StringLikeIfExists': {'sts:ExternalId': SECRET},
                }
            ),
        ),
    ),
    TrustPolicy(
        'some external id, and only the right one if there is one',
        (allow(condition={'Null': {'sts:ExternalId': 'false'}, 'StringEqualsIfExists': {'sts:ExternalId': SECRET}}),),
    ),
    TrustPolicy(
        'one of two external ids, and only the right one if there is one',
        (
            allow(
                condition={
                    'StringEquals': {'sts:ExternalId': [SECRET, OTHER_SECRET]},
                    'StringEqualsIfExists': {'sts:ExternalId': SECRET},
                }
            ),
        ),
    ),
    TrustPolicy(
        'one of two external ids, and not the other one',
        (
            allow(
                condition={
                    'StringEquals': {'sts:ExternalId': [OTHER_SECRET, SECRET]},
                    'StringNotEquals': {'sts:ExternalId': OTHER_SECRET},
                }
            ),
        ),
    ),
    TrustPolicy('a service of AWS may assume it too', (FOR_EC2, allow())),
    TrustPolicy(
        'over TLS alone',
        (and_also('Bool', 'aws:SecureTransport', 'true'),),
        not_emulated='it is asked without TLS',
    ),
    TrustPolicy('until a day that is far away', (and_also('DateLessThan', 'aws:CurrentTime', '2099-01-01T00:00:00Z'),)),
    TrustPolicy('with any kind of credentials', (and_also('Null', 'aws:TokenIssueTime', 'true', 'false'),)),
    TrustPolicy('not from one address', (and_also('NotIpAddress', 'aws:SourceIp', '203.0.113.7/32'),)),
    TrustPolicy(
        'everyone, if it is the account of Datadog',
        (allow('*', {'StringEquals': {'sts:ExternalId': SECRET, 'aws:PrincipalAccount': DATADOG}}),),
    ),
    TrustPolicy('another account is denied', (allow(), deny('arn:aws:iam::999999999999:root'))),
    TrustPolicy(
        'whoever brings another external id is denied',
        (allow(), deny('*', {'StringNotEquals': {'sts:ExternalId': SECRET}})),
    ),
    TrustPolicy(
        'no external id is demanded, and all but the right one are denied to Datadog',
        (allow(condition=None), deny(ROOT, {'StringNotEquals': {'sts:ExternalId': SECRET}})),
    ),
    TrustPolicy(
        'another site without an external id, which a Deny demands of everyone',
        (allow([ROOT, AP1], None), deny('*', {'StringNotEquals': {'sts:ExternalId': SECRET}})),
    ),
    TrustPolicy('another site with an external id of its own', (allow(), allow(AP1, OF_AP1))),
    TrustPolicy('another site that is denied', (allow(), allow(AP1, None), deny(AP1))),
    TrustPolicy('one statement of an old external id, one of the right', (external_id('StringEquals', 'old'), allow())),
)
WRONG_PRINCIPAL = (
    TrustPolicy('the account of another site', (allow('arn:aws:iam::417141415827:root'),), (PRINCIPAL,), False),
    TrustPolicy(
        'the right account in the partition of another',
        (allow(f'arn:aws-us-gov:iam::{DATADOG}:root'),),
        (PRINCIPAL,),
        False,
        'it does not compare partitions',
    ),
    TrustPolicy('one role of Datadog', (allow(f'arn:aws:iam::{DATADOG}:role/crawler'),), (PRINCIPAL,), False),
    TrustPolicy('a user that was deleted', (allow('AIDAQ3EGTTQ6EXAMPLEID'),), (PRINCIPAL,), False),
    TrustPolicy('nobody but a service of AWS', (FOR_EC2,), (PRINCIPAL,), False),
    TrustPolicy('everyone who knows the external id', (allow('*'),), (PRINCIPAL,)),
    TrustPolicy('everyone', (allow('*', None),), (PRINCIPAL, EXTERNAL_ID)),
)
BOTH = (EXTERNAL_ID, CONDITIONS)
WRONG_EXTERNAL_ID = (
    TrustPolicy('no external id', (allow(condition=None),), (EXTERNAL_ID,)),
    TrustPolicy('another external id', (external_id('StringEquals', OTHER_SECRET),), (EXTERNAL_ID,), False),
    TrustPolicy('a space behind it', (external_id('StringEquals', f'{SECRET} '),), (EXTERNAL_ID,), False),
    TrustPolicy('in capital letters', (external_id('StringEquals', SECRET.upper()),), (EXTERNAL_ID,), False),
    TrustPolicy('one of two', (external_id('StringEquals', OTHER_SECRET, SECRET),), (EXTERNAL_ID,)),
    TrustPolicy('by a wildcard', (external_id('StringLike', f'{SECRET[:6]}*'),), (EXTERNAL_ID,)),
    TrustPolicy('a wildcard that is none', (external_id('StringEquals', f'{SECRET[:6]}*'),), (EXTERNAL_ID,), False),
    TrustPolicy('only if there is one', (external_id('StringEqualsIfExists', SECRET),), (EXTERNAL_ID,)),
    TrustPolicy('anyone but Datadog', (external_id('StringNotEquals', SECRET),), (EXTERNAL_ID,), False),
    TrustPolicy(
        'anyone but Datadog, beside the right one', (allow(), external_id('StringNotEquals', SECRET)), (EXTERNAL_ID,)
    ),
    TrustPolicy(
        'under a key of another prefix', (external_id('StringEquals', SECRET, key='aws:ExternalId'),), BOTH, False
    ),
    TrustPolicy(
        'under a key with a hyphen', (external_id('StringEquals', SECRET, key='sts:External-Id'),), BOTH, False
    ),
    TrustPolicy(
        'under a misspelled key, if that is there',
        (external_id('StringEqualsIfExists', SECRET, key='aws:ExternalId'),),
        (EXTERNAL_ID,),
    ),
    TrustPolicy('none for Datadog of another site', (allow(), allow(AP1, None)), (EXTERNAL_ID,)),
    TrustPolicy(
        'none for Datadog of another site and a vendor',
        (allow(), allow([AP1, 'arn:aws:iam::210987654321:root'], None)),
        (EXTERNAL_ID,),
    ),
    TrustPolicy(
        'all but two are denied',
        (allow(condition=None), deny(ROOT, {'StringNotEquals': {'sts:ExternalId': [SECRET, 'of-another']}})),
        (EXTERNAL_ID,),
    ),
    TrustPolicy(
        'all but the right one are denied to somebody else',
        (allow(condition=None), deny(AP1, {'StringNotEquals': {'sts:ExternalId': SECRET}})),
        (EXTERNAL_ID,),
    ),
    TrustPolicy(
        'the right one, and beside it a wildcard',
        (allow(), external_id('StringLike', f'{SECRET[:6]}*')),
        (EXTERNAL_ID,),
    ),
    TrustPolicy('some external id', (external_id('Null', 'false'),), (EXTERNAL_ID,)),
    TrustPolicy('whatever external id, by a wildcard', (external_id('StringLike', '*'),), (EXTERNAL_ID,)),
    TrustPolicy(
        'some external id, and one of two if there is one',
        (
            allow(
                condition={
                    'Null': {'sts:ExternalId': 'false'},
                    'StringEqualsIfExists': {'sts:ExternalId': [OTHER_SECRET, SECRET]},
                }
            ),
        ),
        (EXTERNAL_ID,),
    ),
    TrustPolicy(
        'all but an empty external id if there is one, and only the right one if there is one',
        (
            allow(
                condition={
                    'StringNotLike': {'sts:ExternalId': ''},
                    'StringLikeIfExists': {'sts:ExternalId': SECRET},
                }
            ),
        ),
        (EXTERNAL_ID,),
    ),
)
REFUSING = (
    TrustPolicy('only with MFA', (and_also('Bool', 'aws:MultiFactorAuthPresent', 'true'),), (CONDITIONS,), False),
    TrustPolicy(
        'only from the office', (and_also('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),), (CONDITIONS,), False
    ),
    TrustPolicy('only from a VPC', (and_also('StringEquals', 'aws:SourceVpc', 'vpc-0abc'),), (CONDITIONS,), False),
    TrustPolicy(
        'only our organization', (and_also('StringEquals', 'aws:PrincipalOrgID', 'o-abcdefghij'),), (CONDITIONS,), False
    ),
    TrustPolicy(
        'only in a region of another partition',
        (and_also('StringEquals', 'aws:RequestedRegion', 'cn-north-1'),),
        (CONDITIONS,),
        False,
    ),
    TrustPolicy(
        'over TLS, in capital letters',
        (and_also('StringEquals', 'aws:SecureTransport', 'TRUE'),),
        (CONDITIONS,),
        False,
    ),
    TrustPolicy(
        'only an organization that was never filled in',
        (and_also('StringLike', 'aws:PrincipalOrgID', ''),),
        (CONDITIONS,),
        False,
    ),
    TrustPolicy('only from IPv6', (and_also('IpAddress', 'aws:SourceIp', '::/0'),), (CONDITIONS,), False),
    TrustPolicy(
        'any principal, by a pattern that is no ARN',
        (and_also('ArnLike', 'aws:PrincipalArn', '*'),),
        (CONDITIONS,),
        False,
        'it compares ARNs as text',
    ),
    TrustPolicy(
        'only a role of ours',
        (and_also('ArnLike', 'aws:PrincipalArn', f'arn:aws:iam::{ACCOUNT_ID}:role/*'),),
        (CONDITIONS,),
        False,
    ),
    TrustPolicy(
        'only for a service on behalf of us',
        (and_also('StringEquals', 'aws:SourceAccount', ACCOUNT_ID),),
        (CONDITIONS,),
        False,
    ),
    TrustPolicy(
        'until a day that is over',
        (and_also('DateLessThan', 'aws:CurrentTime', '2020-01-01T00:00:00Z'),),
        (CONDITIONS,),
        False,
    ),
    TrustPolicy(
        'everyone without MFA is denied',
        (allow(), deny('*', {'BoolIfExists': {'aws:MultiFactorAuthPresent': 'false'}})),
        (DENY,),
        False,
    ),
    TrustPolicy('the account of Datadog is denied', (allow(), deny(ROOT)), (DENY,), False),
    TrustPolicy('everyone but ourselves is denied', (allow(), deny('*', NOT_OURS)), (DENY,), False),
    TrustPolicy('another way of assuming', (allow(action='sts:AssumeRoleWithWebIdentity'),), (ACTION,), False),
    TrustPolicy('tags alone', (allow(action=['sts:TagSession', 'sts:SetSourceIdentity']),), (ACTION,), False),
    TrustPolicy(
        'wrong account, wrong external id and wrong action',
        (allow('arn:aws:iam::382742775718:root', {'StringEquals': {'sts:ExternalId': 'x'}}, 'sts:TagSession'),),
        (PRINCIPAL, ACTION, EXTERNAL_ID),
        False,
    ),
    TrustPolicy(
        'two statements, each right where the other is wrong',
        (and_also('IpAddress', 'aws:SourceIp', '203.0.113.0/24'), external_id('StringEquals', OTHER_SECRET)),
        (CONDITIONS,),
        False,
    ),
)
TRUST_POLICIES = (*RIGHT, *WRONG_PRINCIPAL, *WRONG_EXTERNAL_ID, *REFUSING)
