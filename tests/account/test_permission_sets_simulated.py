"""The permission sets that are described in words, held against an IAM that evaluates policies by itself."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest

from datadog_checks.aws_diagnostics.collect.aws.sentinels import sentinels
from datadog_checks.aws_diagnostics.diagnoses.integration.permissions import Grant, compare
from datadog_checks.aws_diagnostics.facts.account import PolicyKind, PolicyStatement
from tests.account.permission_lists import RECORDED
from tests.account.permission_sets import SETS, PermissionSet

SENTINELS = sentinels(RECORDED, resource_collection=False)
DECISIONS = {Grant.GRANTED: 'allowed', Grant.MISSING: 'implicitDeny', Grant.DENIED: 'explicitDeny'}
"""What IAM decides where the documents alone tell; conditions and resources are left to IAM."""
ROLE = 'RoleOfAPermissionSet'


@pytest.fixture
def iam(ministack: str) -> Iterator[Any]:
    client = boto3.client('iam')
    trust = {'Version': '2012-10-17', 'Statement': []}
    client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    yield client
    for name in client.list_role_policies(RoleName=ROLE)['PolicyNames']:
        client.delete_role_policy(RoleName=ROLE, PolicyName=name)
    client.delete_role(RoleName=ROLE)
    client.close()


def written(statement: PolicyStatement) -> Mapping[str, Any]:
    named = {'Action': statement.actions} if statement.actions else {'NotAction': statement.not_actions}
    resource = '*' if statement.every_resource else 'arn:aws:s3:::one-bucket'
    rests_on = {'Condition': {'IpAddress': {'aws:SourceIp': '192.0.2.0/24'}}} if statement.conditional else {}
    return {'Effect': statement.effect, 'Resource': resource, **named, **rests_on}


def give(iam: Any, permissions: PermissionSet) -> None:
    """All but a boundary, which grants nothing."""
    for number, policy in enumerate(p for p in permissions.policies if p.kind is not PolicyKind.BOUNDARY):
        if policy.statements:
            document = {'Version': '2012-10-17', 'Statement': [written(s) for s in policy.statements]}
            iam.put_role_policy(RoleName=ROLE, PolicyName=f'policy-{number}', PolicyDocument=json.dumps(document))


def decisions(iam: Any, actions: tuple[str, ...]) -> dict[str, str]:
    arn = iam.get_role(RoleName=ROLE)['Role']['Arn']
    pages = iam.get_paginator('simulate_principal_policy').paginate(PolicySourceArn=arn, ActionNames=list(actions))
    return {r['EvalActionName']: r['EvalDecision'] for page in pages for r in page['EvaluationResults']}


@pytest.mark.parametrize('permissions', [pytest.param(s, id=s.words) for s in SETS])
def test_an_iam_decides_as_the_documents_say(iam: Any, permissions: PermissionSet) -> None:
    give(iam, permissions)
    told = {e.action: DECISIONS[e.grant] for e in compare(SENTINELS, permissions.policies) if e.grant in DECISIONS}
    decided = decisions(iam, SENTINELS)
    assert set(decided) == set(SENTINELS)
    assert permissions.limited or set(told) == set(SENTINELS)
    assert {action: decided[action] for action in told} == told


def test_the_sentinels_stand_for_every_service() -> None:
    services = {action.partition(':')[0] for action in RECORDED.standard}
    assert {action.partition(':')[0] for action in SENTINELS} == services


def test_the_permission_sets_are_twenty_or_more_and_no_two_have_the_same_words() -> None:
    assert len({permissions.words for permissions in SETS}) == len(SETS) >= 20
