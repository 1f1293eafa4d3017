"""What Datadog requires, and what IAM's simulator says of it."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class RequiredPermissions:
    """From Datadog's public endpoint, or what was kept of it."""

    standard: tuple[str, ...]
    resource_collection: tuple[str, ...]
    source: str
    """'api', 'cache' or 'recorded'."""
    as_of: str
    """ISO date on which the list was fetched or recorded."""


class Decision(StrEnum):
    ALLOWED = 'allowed'
    IMPLICIT_DENY = 'implicitDeny'
    EXPLICIT_DENY = 'explicitDeny'


@dataclass(frozen=True, slots=True)
class Simulated:
    action: str
    decision: Decision
    allowed_by_organization: bool | None = None
    """False: a service control policy denies. None where IAM did not say."""
    allowed_by_boundary: bool | None = None
    region: str = ''
    """The aws:RequestedRegion that was simulated; '' without one."""


@dataclass(frozen=True, slots=True)
class Simulation:
    results: tuple[Simulated, ...]
    complete: bool = True
    """False when throttling or the budget of calls ended it early."""


@dataclass(frozen=True, slots=True)
class PolicyQuota:
    """From iam:GetAccountSummary, where allowed; else AWS's default."""

    attached_per_role: int
    default: bool
