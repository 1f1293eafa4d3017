"""The role that Datadog assumes, as IAM has it; where there is none, the roles that were perhaps meant."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ...facts import Unobserved
from ...facts.account import ExternalId, LastUsed, ManagedBy, Role, RoleMissing, TrustingRole, TrustStatement
from ...facts.values import AccountId, Arn, RegionName, RoleName
from ...rules.datadog_role import datadogs_account, name_in_iam
from ...text import one_line
from ..foreign import entry_of, is_object
from .denials import CallFailed, asking
from .session import Client
from .trust_policy import looks_like_external_id, trust_statements

ROLE_NAME = re.compile(r'[\w+=,.@-]{1,64}', re.ASCII)
"""What IAM accepts; with anything else it does not even look."""
DOCUMENTED_NAMES = ('DatadogIntegrationRole', 'DatadogAWSIntegrationRole')
"""Of Datadog's CloudFormation template, and of the guides before it."""
MOST_ROLES = 5000
"""IAM's default quota is 1000 roles, and 5000 the most that it grants."""
MOST_TRUSTING = 20
"""Roles that trust Datadog, in one account."""
LONGEST_NAME = 1024
"""Of a name that is looked for. IAM allows 64 characters, but a path or an ARN may be on record with it."""
ABSENT = 'NoSuchEntity'
TOOLS = {
    'opentofu': ManagedBy.OPENTOFU,
    'terraform': ManagedBy.TERRAFORM,
    'pulumi': ManagedBy.PULUMI,
    'aws-cdk': ManagedBy.CDK,
    'cloudformation': ManagedBy.CLOUDFORMATION,
}
"""By what stands in the key or the value of a tag."""
NO = frozenset({'false', 'no', '0', 'none', ''})


def read_role(iam: Client, name: str, known: Collection[ExternalId] = ()) -> Role | RoleMissing:
    """iam:GetRole, and iam:ListRoles where there is no such role. Raises CallFailed.

    `name` is as Datadog has it on record, `known` are external ids that become digests wherever they are in a trust
    policy.
    """
    found = _get(iam, name_in_iam(name))
    return _missing(iam, name, known) if found is None else _role(found, known)


def _get(iam: Client, name: str) -> Mapping[str, object] | None:
    if not ROLE_NAME.fullmatch(name):
        return None
    try:
        with asking('iam:GetRole'):
            role: Mapping[str, object] = iam.get_role(RoleName=name)['Role']
            return role
    except CallFailed as e:
        if e.code == ABSENT:
            return None
        raise


def _role(found: Mapping[str, object], known: Collection[ExternalId]) -> Role:
    created_at = seconds(found.get('CreateDate')) or 0.0
    name, arn = RoleName.of(found.get('RoleName')), Arn.of(found.get('Arn'))
    boundary = entry_of(found, 'PermissionsBoundary')
    boundary_arn = Arn.of(boundary.get('PermissionsBoundaryArn'))
    if name is None or arn is None or (boundary and boundary_arn is None):
        raise CallFailed('IAM returned a name or an ARN of an undocumented form (iam:GetRole)')
    return Role(
        name,
        arn,
        trust=trust_statements(found.get('AssumeRolePolicyDocument'), known),
        created_at=created_at,
        last_used=_last_used(entry_of(found, 'RoleLastUsed')),
        boundary=boundary_arn,
        changed_at=created_at,
        managed_by=managed_by(found.get('Tags')),
    )


def managed_by(tags: object) -> ManagedBy | None:
    """The tool that a tag names, as in `managed-by: terraform`, `Terraform: true`, `aws:cloudformation:stack-name`."""
    named = [text for tag in tags if is_object(tag) for text in _words(tag)] if isinstance(tags, list) else []
    return next((tool for sign, tool in TOOLS.items() if any(sign in text for text in named)), None)


def _words(tag: Mapping[str, object]) -> tuple[str, ...]:
    """Key and value in lower case; () of a tag that says no."""
    key, value = (str(tag.get(part, '')).lower() for part in ('Key', 'Value'))
    return () if value.strip() in NO else (key, value)


def _last_used(found: Mapping[str, object]) -> LastUsed:
    return LastUsed(seconds(found.get('LastUsedDate')), RegionName.of(found.get('Region')) or '')


def seconds(date: object) -> float | None:
    """Since the epoch; None where there is no date, or one that no clock of this machine can show."""
    try:
        return date.timestamp() if isinstance(date, datetime) else None
    except (OverflowError, ValueError, OSError):
        return None


# Where there is none


@dataclass(frozen=True, slots=True)
class _Listed:
    names: tuple[RoleName, ...]
    trusting: tuple[TrustingRole, ...] | Unobserved


def _missing(iam: Client, name: str, known: Collection[ExternalId]) -> RoleMissing:
    """Where we may not list roles, only the documented names can be looked for."""
    likely = (name_in_iam(name), *DOCUMENTED_NAMES)
    try:
        listed = _all_roles(iam, known)
    except CallFailed as e:
        listed = _Listed(_existing(iam, likely), Unobserved(str(e)))
    wanted = {same.casefold() for same in likely}
    similar = tuple(other for other in listed.names if other != name and other.casefold() in wanted)
    return RoleMissing(one_line(name, LONGEST_NAME), similar, listed.trusting)


def _all_roles(iam: Client, known: Collection[ExternalId]) -> _Listed:
    """A page holds the trust policies, too. Raises CallFailed."""
    names: list[RoleName] = []
    trusting: list[TrustingRole] = []
    with asking('iam:ListRoles'):
        pages = iam.get_paginator('list_roles').paginate(PaginationConfig={'MaxItems': MOST_ROLES, 'PageSize': 1000})
        for page in pages:
            names += _role_names(page['Roles'])
            trusting += filter(None, (_trusting(role, known) for role in page['Roles']))
    return _Listed(tuple(dict.fromkeys(names)), tuple(trusting[:MOST_TRUSTING]))


def _trusting(role: object, known: Collection[ExternalId]) -> TrustingRole | None:
    """None for a role that trusts no account of Datadog, or whose trust policy cannot be read."""
    arn = Arn.of(role.get('Arn')) if is_object(role) else None
    statements = trust_statements(role.get('AssumeRolePolicyDocument'), known) if is_object(role) else ()
    if arn is None or isinstance(statements, Unobserved):
        return None
    meant = [(s, accounts) for s in statements if s.effect == 'Allow' and (accounts := _datadogs_accounts(s))]
    trusted = dict.fromkeys(account for _, accounts in meant for account in accounts)
    ids = dict.fromkeys(id for s, _ in meant for id in _external_ids(s))
    return TrustingRole(arn, tuple(trusted), tuple(ids)) if trusted else None


def _datadogs_accounts(statement: TrustStatement) -> tuple[AccountId, ...]:
    return tuple(AccountId(a) for a in map(datadogs_account, statement.principals) if a)


def _external_ids(statement: TrustStatement) -> Iterable[ExternalId]:
    return (id for c in statement.conditions if looks_like_external_id(c.key) for id in c.external_ids)


def _existing(iam: Client, names: tuple[str, ...]) -> tuple[RoleName, ...]:
    try:
        return _role_names(role for role in (_get(iam, name) for name in names) if role)
    except CallFailed:
        return ()


def _role_names(roles: Iterable[object]) -> tuple[RoleName, ...]:
    """Each once."""
    names = (RoleName.of(role.get('RoleName')) for role in roles if is_object(role))
    return tuple(dict.fromkeys(name for name in names if name))
