"""The role that Datadog assumes, as IAM has it."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from ...facts.account import ExternalId, LastUsed, ManagedBy, Role, RoleMissing
from ...facts.values import Arn, RegionName, RoleName
from ...text import one_line
from ..foreign import entry_of, is_object
from .denials import CallFailed, asking
from .session import Client
from .trust_policy import trust_statements

ROLE_NAME = re.compile(r'[\w+=,.@-]{1,64}', re.ASCII)
"""What IAM accepts; with anything else it does not even look."""
DOCUMENTED_NAMES = ('DatadogIntegrationRole', 'DatadogAWSIntegrationRole')
"""Of Datadog's CloudFormation template, and of the guides before it."""
MOST_ROLES = 5000
"""IAM's default quota is 1000 roles, and 5000 the most that it grants."""
LONGEST_NAME = 128
"""Of a name that is looked for. IAM allows 64 characters, but a path or an ARN may be on record instead."""
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

    `known` are external ids that become digests wherever they are in the trust policy.
    """
    found = _get(iam, name)
    return RoleMissing(one_line(name, LONGEST_NAME), _similar(iam, name)) if found is None else _role(found, known)


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


def _similar(iam: Client, name: str) -> tuple[RoleName, ...]:
    """Where we may not list roles, only the documented names can be looked for."""
    likely = (without_white_space(name), *DOCUMENTED_NAMES)
    try:
        existing = _names(iam)
    except CallFailed:
        existing = _existing(iam, likely)
    wanted = {same.casefold() for same in likely}
    return tuple(other for other in existing if other != name and other.casefold() in wanted)


def _names(iam: Client) -> tuple[RoleName, ...]:
    with asking('iam:ListRoles'):
        pages = iam.get_paginator('list_roles').paginate(PaginationConfig={'MaxItems': MOST_ROLES, 'PageSize': 1000})
        return _role_names(role for page in pages for role in page['Roles'])


def _existing(iam: Client, names: tuple[str, ...]) -> tuple[RoleName, ...]:
    try:
        return _role_names(role for role in (_get(iam, name) for name in names) if role)
    except CallFailed:
        return ()


def _role_names(roles: Iterable[object]) -> tuple[RoleName, ...]:
    """Each once."""
    names = (RoleName.of(role.get('RoleName')) for role in roles if is_object(role))
    return tuple(dict.fromkeys(name for name in names if name))


def without_white_space(name: str) -> str:
    return ''.join(name.split())
