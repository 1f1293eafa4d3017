"""Every policy of the role is read as it is in force, or none is: a gap would look like a missing permission."""

from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.policies import policy_statements, read_policies, read_quota
from datadog_checks.aws_diagnostics.collect.aws.policy_document import NotAPolicy
from datadog_checks.aws_diagnostics.collect.aws.role import read_role
from datadog_checks.aws_diagnostics.collect.aws.session import Client, open_session
from datadog_checks.aws_diagnostics.facts.account import (
    LastUsed,
    Policy,
    PolicyKind,
    PolicyQuota,
    PolicyStatement,
    Role,
)
from datadog_checks.aws_diagnostics.facts.values import Arn, PolicyName, RoleName
from tests.account import servers
from tests.account.aws_account import ROLE, allow, create_policy, create_role, document, operator
from tests.account.builders import condition
from tests.account.scripted_aws import error, result, scripted_aws

ROLE_ARN = Arn('arn:aws:iam::123456789012:role/DatadogIntegrationRole')


def on(arns: object, *actions: str) -> dict[str, Any]:
    return allow(*actions, Resource=arns)


STATEMENTS = [
    pytest.param(
        allow('ec2:Describe*', Sid='Metrics'), PolicyStatement('Allow', ('ec2:Describe*',), sid='Metrics'), id='a list'
    ),
    pytest.param(allow(Action='ec2:*'), PolicyStatement('Allow', ('ec2:*',)), id='one action that is no list'),
    pytest.param(
        {'Effect': 'Deny', 'NotAction': ['iam:*'], 'Resource': ['*']},
        PolicyStatement('Deny', not_actions=('iam:*',)),
        id='a deny of all but',
    ),
    pytest.param(
        allow('s3:GetObject', Resource='arn:aws:s3:::one/*'),
        PolicyStatement('Allow', ('s3:GetObject',), every_resource=False),
        id='one resource',
    ),
    pytest.param(
        {'Effect': 'Allow', 'Action': 's3:GetObject', 'NotResource': '*'},
        PolicyStatement('Allow', ('s3:GetObject',), every_resource=False),
        id='all resources but',
    ),
    pytest.param(
        allow('ec2:*', Condition={'StringEquals': {'aws:RequestedRegion': 'eu-west-1'}}),
        PolicyStatement('Allow', ('ec2:*',), conditional=True),
        id='a condition',
    ),
    pytest.param(
        allow('ec2:*', Condition={'BoolIfExists': {'aws:securetransport': False}}),
        PolicyStatement('Allow', ('ec2:*',), conditions=(condition('BoolIfExists', 'aws:securetransport', 'false'),)),
        id='a condition on what is certain of the calls of Datadog',
    ),
    pytest.param(
        allow('ec2:*', Condition={'Bool': {'aws:SecureTransport': 'true', 'aws:MultiFactorAuthPresent': 'true'}}),
        PolicyStatement(
            'Allow', ('ec2:*',), conditional=True, conditions=(condition('Bool', 'aws:SecureTransport', 'true'),)
        ),
        id='and on more',
    ),
    pytest.param(
        allow('ec2:*', Condition={'StringEquals': {'aws:SecureTransport': 'anything else, which may be a secret'}}),
        PolicyStatement('Allow', ('ec2:*',), conditional=True),
        id='a condition that mixes up key and value',
    ),
    pytest.param(
        allow('ec2:*', Condition={'Bool': {}}), PolicyStatement('Allow', ('ec2:*',), conditional=True), id='no key'
    ),
    pytest.param(
        allow('ec2:*', Condition=['Bool']), PolicyStatement('Allow', ('ec2:*',), conditional=True), id='no operators'
    ),
    pytest.param(allow('ec2:*', Condition={}), PolicyStatement('Allow', ('ec2:*',)), id='an empty condition is none'),
]

NO_STATEMENTS = [
    pytest.param(allow('ec2:*', NotAction='iam:*'), 'a statement has both Action and NotAction', id='both'),
    pytest.param({'Effect': 'Allow', 'Resource': '*'}, 'a statement has neither Action nor NotAction', id='no action'),
    pytest.param(
        {'Effect': 'Allow', 'Action': '*'}, 'a statement has neither Resource nor NotResource', id='no resource'
    ),
    pytest.param(
        allow(Action={'ec2': '*'}), 'Action is neither a string nor a list of strings', id='an action that is an object'
    ),
]


@pytest.mark.parametrize(('written', 'expected'), STATEMENTS)
def test_a_statement_is_read(written: dict[str, Any], expected: PolicyStatement) -> None:
    assert policy_statements({'Statement': written}, ROLE_ARN) == (expected,)


TABLES, EVERY_TABLE = ('dynamodb:DescribeTable', 'dynamodb:ListTagsOfResource'), 'arn:aws:dynamodb:*:*:table/*'
ARNS = [
    pytest.param(on('arn:aws:dynamodb:*:*:*', *TABLES), TABLES, id='all ARNs of a service'),
    pytest.param(on('arn:aws:dynamodb:*', *TABLES), TABLES, id='written shorter'),
    pytest.param(on('arn:*', *TABLES), TABLES, id='all ARNs'),
    pytest.param(on('arn:aws:dynamodb:*:123456789012:*', *TABLES), TABLES, id='all of this account'),
    pytest.param(on('arn:*:dynamodb:*:*:*', *TABLES), TABLES, id='in any partition'),
    pytest.param(on(EVERY_TABLE, TABLES[0]), TABLES[:1], id='all tables, for an action on tables'),
    pytest.param(on('arn:aws:s3:::*', 's3:GetBucketTagging'), ('s3:GetBucketTagging',), id='all buckets'),
    pytest.param(on(['arn:aws:sqs:*:*:a', 'arn:aws:sqs:*:*:*'], 'sqs:ListQueueTags'), (), id='an action of no list'),
    pytest.param(on('arn:aws:dynamodb:*:210987654321:*', *TABLES), (), id='another account'),
    pytest.param(on('arn:aws-cn:dynamodb:*:*:*', *TABLES), (), id='another partition'),
    pytest.param(on('arn:aws:dynamodb:us-east-1:*:*', *TABLES), (), id='one region'),
    pytest.param(on('arn:aws:dynamodb:*:*:table/orders', *TABLES), (), id='one table'),
    pytest.param(on('arn:aws:dynamodb:*:*:index/*', *TABLES), (), id='something else than tables'),
    pytest.param(on('arn:aws:ec2:*:*:*', 'ec2:DescribeInstances'), (), id='an action that needs *, by its documents'),
    pytest.param(allow(*TABLES), (), id='*, which covers all anyway'),
    pytest.param(
        {'Effect': 'Allow', 'Action': 'dynamodb:*', 'NotResource': EVERY_TABLE}, (), id='all resources but tables'
    ),
    pytest.param({'Effect': 'Allow', 'NotAction': 'ec2:*', 'Resource': EVERY_TABLE}, (), id='all actions but'),
]


@pytest.mark.parametrize(('written', 'expected'), ARNS)
def test_actions_whose_resources_are_all_covered_by_arns_are_known(
    written: dict[str, Any], expected: tuple[str, ...]
) -> None:
    (found,) = policy_statements({'Statement': written}, ROLE_ARN)
    assert tuple(action for action in found.as_a_whole if action in written.get('Action', ())) == expected


def test_a_pattern_of_actions_names_all_that_it_covers() -> None:
    (found,) = policy_statements({'Statement': on('arn:aws:dynamodb:*:*:*', 'dynamodb:Describe*')}, ROLE_ARN)
    assert 'dynamodb:DescribeTable' in found.as_a_whole
    assert all(action.startswith('dynamodb:Describe') for action in found.as_a_whole)


def test_only_stars_as_the_resource_are_every_resource() -> None:
    (found,) = policy_statements({'Statement': on('**', 'ec2:DescribeInstances')}, ROLE_ARN)
    assert found.every_resource


@pytest.mark.parametrize(('written', 'reason'), NO_STATEMENTS)
def test_a_malformed_statement_is_refused_with_the_reason(written: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotAPolicy) as failure:
        policy_statements({'Statement': written}, ROLE_ARN)
    assert str(failure.value) == reason


@pytest.fixture
def iam(moto: str) -> Client:
    return operator()


def role(iam: Client) -> Role:
    found = read_role(iam, ROLE)
    assert isinstance(found, Role)
    return found


def changed_at(iam: Client, arn: str, version: str) -> float:
    date = iam.get_policy_version(PolicyArn=arn, VersionId=version)['PolicyVersion']['CreateDate']
    found: float = date.timestamp()
    return found


def test_policies_of_every_kind_are_read_in_the_version_that_is_in_force(iam: Client) -> None:
    boundary = create_policy(iam, 'Boundary', allow('*'))
    create_role(iam, PermissionsBoundary=boundary)
    own = create_policy(iam, 'Own', allow('ec2:DescribeInstances'))
    iam.create_policy_version(PolicyArn=own, PolicyDocument=document(allow('ec2:Describe*')), SetAsDefault=True)
    iam.create_policy_version(PolicyArn=own, PolicyDocument=document(allow('*')), SetAsDefault=False)
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=own)
    iam.put_role_policy(RoleName=ROLE, PolicyName='Inline', PolicyDocument=document(allow('sns:List*')))
    assert read_policies(iam, role(iam)) == (
        Policy(PolicyName('Inline'), PolicyKind.INLINE, (PolicyStatement('Allow', ('sns:List*',)),)),
        Policy(
            PolicyName('Own'),
            PolicyKind.CUSTOMER,
            (PolicyStatement('Allow', ('ec2:Describe*',)),),
            Arn(own),
            'v2',
            changed_at(iam, own, 'v2'),
        ),
        Policy(
            PolicyName('Boundary'),
            PolicyKind.BOUNDARY,
            (PolicyStatement('Allow', ('*',)),),
            Arn(boundary),
            'v1',
            changed_at(iam, boundary, 'v1'),
        ),
    )


def test_a_policy_of_aws_is_known_as_one(iam: Client) -> None:
    create_role(iam)
    iam.attach_role_policy(RoleName=ROLE, PolicyArn='arn:aws:iam::aws:policy/SecurityAudit')
    (audit,) = read_policies(iam, role(iam))
    assert (audit.name, audit.kind) == ('SecurityAudit', PolicyKind.AWS)
    assert 'ec2:Describe*' in audit.statements[0].actions


def test_more_policies_than_one_page_holds(iam: Client) -> None:
    create_role(iam)
    for number in range(120):
        iam.put_role_policy(RoleName=ROLE, PolicyName=f'p{number}', PolicyDocument=document(allow('sns:List*')))
    assert len(read_policies(iam, role(iam))) == 120


def test_a_role_without_policies_has_none(iam: Client) -> None:
    create_role(iam)
    assert read_policies(iam, role(iam)) == ()


LISTED = result('ListRolePolicies', '<PolicyNames><member>p</member></PolicyNames><IsTruncated>false</IsTruncated>')
TRUNCATED = result('ListRolePolicies', '<PolicyNames/><IsTruncated>true</IsTruncated><Marker>m</Marker>')


def inline(text: str):
    named = f'<RoleName>{ROLE}</RoleName><PolicyName>p</PolicyName>'
    return result('GetRolePolicy', f'{named}<PolicyDocument>{text}</PolicyDocument>')


GAPS = [
    pytest.param(
        {'ListRolePolicies': [error('AccessDenied', 403)]},
        'missing permission iam:ListRolePolicies (AccessDenied)',
        id='may not list them',
    ),
    pytest.param(
        {'ListRolePolicies': [LISTED], 'GetRolePolicy': [error('AccessDenied', 403)]},
        'missing permission iam:GetRolePolicy (AccessDenied)',
        id='may not read one',
    ),
    pytest.param(
        {'ListRolePolicies': [LISTED], 'GetRolePolicy': [inline('%7B%22Statement')]},
        'the policy p is not a policy document: it is a string, not an object',
        id='one that is no JSON',
    ),
    pytest.param(
        {'ListRolePolicies': [TRUNCATED, result('ListRolePolicies', '<PolicyNames/>', sent=40)]},
        'the connection to AWS broke (iam:ListRolePolicies)',
        id='one page, and then half a page and a reset',
    ),
]


@pytest.mark.parametrize(('answers', 'reason'), GAPS)
def test_one_policy_that_cannot_be_read_makes_all_of_them_unobserved(
    answers: dict[str, Any], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Role(RoleName(ROLE), Arn(f'arn:aws:iam::123456789012:role/{ROLE}'), (), 0.0, LastUsed(at=None))
    with scripted_aws(answers) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        with open_session(AccountOptions()) as session, pytest.raises(CallFailed) as failure:
            read_policies(session.client('iam'), found)
    assert str(failure.value) == reason


SUMMARY = '<SummaryMap><entry><key>{}</key><value>{}</value></entry></SummaryMap>'
QUOTAS = [
    pytest.param(
        result('GetAccountSummary', SUMMARY.format('AttachedPoliciesPerRoleQuota', 20)),
        PolicyQuota(20, default=False),
        id='a quota that was raised',
    ),
    pytest.param(
        result('GetAccountSummary', SUMMARY.format('Roles', 5)),
        PolicyQuota(10, default=True),
        id='a summary without it',
    ),
    pytest.param(error('AccessDenied', 403), PolicyQuota(10, default=True), id='our permission is missing'),
]


@pytest.mark.parametrize(('answer', 'expected'), QUOTAS)
def test_the_quota_is_that_of_the_account_or_says_that_it_is_the_default(
    answer: Any, expected: PolicyQuota, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_aws({'GetAccountSummary': [answer]}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        with open_session(AccountOptions()) as session:
            assert read_quota(session.client('iam')) == expected


def test_moto_knows_the_quota(iam: Client) -> None:
    assert read_quota(iam) == PolicyQuota(10, default=False)
