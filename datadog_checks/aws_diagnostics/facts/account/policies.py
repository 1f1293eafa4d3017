"""The policies of the role."""

from dataclasses import dataclass
from enum import StrEnum

from ..values import Arn, PolicyName


class PolicyKind(StrEnum):
    INLINE = 'inline'
    CUSTOMER = 'customer managed'
    AWS = 'AWS managed'
    BOUNDARY = 'permissions boundary'


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    effect: str
    """Allow or Deny."""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    """One of the two is empty."""
    every_resource: bool = True
    """Resource is * (NotResource and anything narrower is False)."""
    conditional: bool = False
    """It has a Condition, so whether it applies is not known from the document."""
    sid: str = ''


@dataclass(frozen=True, slots=True)
class Policy:
    name: PolicyName
    kind: PolicyKind
    statements: tuple[PolicyStatement, ...]
    arn: Arn | None = None
    """None for an inline policy."""
    version: str = ''
    changed_at: float | None = None
    """When the version in force was created; None where IAM does not say (inline policies)."""
