"""The policies of a role: what is written into it, what is attached to it, and its permissions boundary."""

from collections.abc import Iterator, Mapping

from ...facts.account import Policy, PolicyKind, PolicyStatement, Role
from ...facts.values import PolicyArn
from . import policy_document as document_of
from .denials import CallFailed, asking
from .policy_document import NotAPolicy, visible
from .role import seconds
from .session import Client

MOST_POLICIES = 200
"""Attached to one role, or within it: the largest quota is 20, and inline policies share 10,240 characters."""


def read_policies(iam: Client, role: Role) -> tuple[Policy, ...]:
    """All of them, inline ones first, the boundary last. Raises CallFailed: some of them would look like gaps."""
    boundary = [_managed(iam, role.boundary, PolicyKind.BOUNDARY)] if role.boundary else []
    return (*_inline(iam, role.name), *_attached(iam, role.name), *boundary)


def policy_statements(document: object) -> tuple[PolicyStatement, ...]:
    """Of any JSON. Raises NotAPolicy."""
    return tuple(_statement(s) for s in document_of.statements_in(document))


def _inline(iam: Client, role: str) -> Iterator[Policy]:
    with asking('iam:ListRolePolicies'):
        pages = iam.get_paginator('list_role_policies').paginate(RoleName=role, PaginationConfig=_at_most())
        names = [str(name) for page in pages for name in page['PolicyNames']]
    for name in names:
        with asking('iam:GetRolePolicy'):
            document = iam.get_role_policy(RoleName=role, PolicyName=name)['PolicyDocument']
        yield Policy(visible(name), PolicyKind.INLINE, _parsed(document, name))


def _attached(iam: Client, role: str) -> Iterator[Policy]:
    with asking('iam:ListAttachedRolePolicies'):
        pages = iam.get_paginator('list_attached_role_policies').paginate(RoleName=role, PaginationConfig=_at_most())
        arns = [PolicyArn.of(policy['PolicyArn']) for page in pages for policy in page['AttachedPolicies']]
    for arn in arns:
        if arn is None:
            raise CallFailed('iam:ListAttachedRolePolicies gave something else than the ARN of a policy')
        yield _managed(iam, arn, PolicyKind.AWS if arn.is_of_aws else PolicyKind.CUSTOMER)


def _managed(iam: Client, arn: PolicyArn, kind: PolicyKind) -> Policy:
    with asking('iam:GetPolicy'):
        policy: Mapping[str, object] = iam.get_policy(PolicyArn=arn)['Policy']
    version_id = str(policy.get('DefaultVersionId', 'v1'))
    with asking('iam:GetPolicyVersion'):
        version = iam.get_policy_version(PolicyArn=arn, VersionId=version_id)['PolicyVersion']
    name = str(policy.get('PolicyName', ''))
    return Policy(
        visible(name),
        kind,
        _parsed(version.get('Document'), name),
        arn=arn,
        version=visible(version_id),
        changed_at=seconds(version.get('CreateDate')),
    )


def _parsed(document: object, name: str) -> tuple[PolicyStatement, ...]:
    try:
        return policy_statements(document)
    except NotAPolicy as e:
        raise CallFailed(f'the policy {visible(name)} is not a policy document: {e}') from None


def _statement(statement: Mapping[str, object]) -> PolicyStatement:
    document_of.one_of_two(statement, 'Action', 'NotAction')
    document_of.one_of_two(statement, 'Resource', 'NotResource')
    return PolicyStatement(
        effect=document_of.effect_of(statement),
        actions=document_of.strings(statement, 'Action'),
        not_actions=document_of.strings(statement, 'NotAction'),
        every_resource='*' in document_of.strings(statement, 'Resource'),
        conditional=bool(statement.get('Condition')),
        sid=document_of.sid_of(statement),
    )


def _at_most() -> dict[str, int]:
    return {'MaxItems': MOST_POLICIES}
