"""The role that Datadog assumes, and who it trusts."""

from dataclasses import dataclass

from ..observed import Unobserved
from ..values import Arn, RoleName
from .identity import ExternalId


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator of a Condition block."""

    operator: str
    """As written, for example 'StringEquals' or 'ForAnyValue:StringLike'."""
    key: str
    values: tuple[str, ...]
    """Empty for sts:ExternalId, whose values are in `external_ids`. An external id in another place, as under a
    mistyped key or the operator Null, is here as 'sha256:' and the first digits of its digest."""
    external_ids: tuple[ExternalId, ...] = ()
    """Of sts:ExternalId, and of every key that looks like it."""
    wildcard: bool = False
    """One of the external ids holds * or ?."""


@dataclass(frozen=True, slots=True)
class TrustStatement:
    effect: str
    """Allow or Deny."""
    principals: tuple[str, ...]
    """As 'AWS:arn:aws:iam::464622532012:root', 'AWS:*', 'Service:ec2.amazonaws.com', '*'."""
    actions: tuple[str, ...]
    not_principals: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sid: str = ''


@dataclass(frozen=True, slots=True)
class LastUsed:
    at: float | None
    """Seconds since the epoch; None when it was never used, as far as IAM remembers (400 days)."""
    region: str = ''


@dataclass(frozen=True, slots=True)
class Role:
    name: RoleName
    arn: Arn
    trust: tuple[TrustStatement, ...] | Unobserved
    """Unobserved when the document is not a policy."""
    created_at: float
    last_used: LastUsed
    boundary: Arn | None = None
    """Of the permissions boundary."""
    changed_at: float | None = None
    """When the role or one of its policies is last known to have changed."""


@dataclass(frozen=True, slots=True)
class RoleMissing:
    """IAM has no role of that name."""

    name: str
    """The name that was looked for, printable: it need not have the form of one."""
    similar: tuple[RoleName, ...] = ()
    """Roles that exist and differ by case or white space, or have another documented name of Datadog's role."""
