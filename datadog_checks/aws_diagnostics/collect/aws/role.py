"""The role that Datadog assumes, as IAM has it."""

from collections.abc import Mapping
from datetime import datetime

from ...facts.account import LastUsed, Role, RoleMissing
from ...facts.values import PolicyArn, RoleArn, RoleName
from ..json_object import is_object
from .denials import CallFailed, asking
from .policy_document import visible
from .session import Client
from .trust_policy import trust_statements

DOCUMENTED_NAMES = ('DatadogIntegrationRole', 'DatadogAWSIntegrationRole')
"""Of Datadog's CloudFormation template, and of the guides before it."""
MOST_ROLES = 5000
"""IAM's default quota is 1000 roles, and 5000 the most that it grants."""
ABSENT = 'NoSuchEntity'


def read_role(iam: Client, name: str) -> Role | RoleMissing:
    """iam:GetRole, and iam:ListRoles where there is no such role. Raises CallFailed."""
    found = _get(iam, name)
    return RoleMissing(visible(name), _similar(iam, name)) if found is None else _role(found)


def _get(iam: Client, name: str) -> Mapping[str, object] | None:
    if name.startswith('-') and RoleName.of(name[1:]):
        raise CallFailed('the name of the role begins with a hyphen, and a command would take it for an option')
    if RoleName.of(name) is None:
        return None
    try:
        with asking('iam:GetRole'):
            role: Mapping[str, object] = iam.get_role(RoleName=name)['Role']
            return role
    except CallFailed as e:
        if e.code == ABSENT:
            return None
        raise


def _role(found: Mapping[str, object]) -> Role:
    """Raises CallFailed."""
    created_at = seconds(found.get('CreateDate')) or 0.0
    name, arn = RoleName.of(found.get('RoleName')), RoleArn.of(found.get('Arn'))
    if name is None or arn is None:
        raise CallFailed('iam:GetRole gave no name or ARN of a role')
    return Role(
        name=name,
        arn=arn,
        trust=trust_statements(found.get('AssumeRolePolicyDocument')),
        created_at=created_at,
        last_used=_last_used(found.get('RoleLastUsed')),
        boundary=_boundary(found.get('PermissionsBoundary')),
        changed_at=created_at,
    )


def _boundary(found: object) -> PolicyArn | None:
    """Raises CallFailed: a boundary that is not understood must not look like none."""
    if not is_object(found):
        return None
    arn = PolicyArn.of(found.get('PermissionsBoundaryArn'))
    if arn is None:
        raise CallFailed('iam:GetRole gave a permissions boundary without the ARN of a policy')
    return arn


def _last_used(found: object) -> LastUsed:
    if not is_object(found):
        return LastUsed(at=None)
    return LastUsed(seconds(found.get('LastUsedDate')), visible(str(found.get('Region', ''))))


def seconds(date: object) -> float | None:
    """Since the epoch; None where there is no date."""
    return date.timestamp() if isinstance(date, datetime) else None


def _similar(iam: Client, name: str) -> tuple[RoleName, ...]:
    """Without the permission to list roles, only the documented names can be looked for."""
    likely = (without_white_space(name), *DOCUMENTED_NAMES)
    try:
        existing = _names(iam)
    except CallFailed:
        existing = _existing(iam, likely)
    wanted = {same.casefold() for same in likely}
    found = (RoleName.of(other) for other in existing if other != name and other.casefold() in wanted)
    return tuple(other for other in found if other is not None)


def _names(iam: Client) -> tuple[str, ...]:
    with asking('iam:ListRoles'):
        pages = iam.get_paginator('list_roles').paginate(PaginationConfig={'MaxItems': MOST_ROLES, 'PageSize': 1000})
        return tuple(str(role['RoleName']) for page in pages for role in page['Roles'])


def _existing(iam: Client, names: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(str(role['RoleName']) for role in (_get(iam, name) for name in names) if role))
    except CallFailed:
        return ()


def without_white_space(name: str) -> str:
    return ''.join(name.split())
