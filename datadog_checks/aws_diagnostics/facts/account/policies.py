"""What the policies of the role say, what they should allow, and what IAM and CloudTrail say that they do."""

from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from ..values import Arn, PolicyName, RegionName
from .iam import Condition


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
    """Resource is * (NotResource and any ARN are False)."""
    conditional: bool = False
    """It has a Condition that is not among `conditions`, so whether it applies is not known from the document."""
    sid: str = ''
    as_a_whole: tuple[str, ...] = ()
    """Actions of which it covers every resource by ARNs, although Resource is not *."""
    conditions: tuple[Condition, ...] = ()
    """Those under keys of which Datadog's calls have certain values, which are true or false."""


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
    """False when throttling, the budget of calls or the deadline ended it before all regions were asked."""
    regions: tuple[RegionName, ...] | Unobserved = Unobserved('not known which regions Datadog collects')
    """Those that Datadog collects."""


@dataclass(frozen=True, slots=True)
class PolicyQuota:
    """From iam:GetAccountSummary, where allowed; else AWS's default."""

    attached_per_role: int
    default: bool


@dataclass(frozen=True, slots=True)
class DeniedCall:
    """What CloudTrail recorded of one action in one region."""

    action: str
    region: RegionName
    times: int
    last: float | None
    """Seconds since the epoch; None where CloudTrail does not say."""
    denier: str = ''
    """The kind of policy that denies explicitly, like 'service control policy'; '' where AWS does not say."""

    def after(self, before: 'DeniedCall') -> 'DeniedCall':
        """Both together."""
        last = max((at for at in (self.last, before.last) if at is not None), default=None)
        return DeniedCall(self.action, self.region, self.times + before.times, last, self.denier or before.denier)


@dataclass(frozen=True, slots=True)
class DeniedCalls:
    """Of the sessions of the role, by cloudtrail:LookupEvents."""

    since: float
    calls: tuple[DeniedCall, ...]
    regions: tuple[RegionName, ...]
    """Those that were read."""
    sessions: int
    """Names of sessions that were looked for."""
    complete: bool
    """False where there was more than was read."""
    reason: str = ''
    """Why a region could not be read; '' where all were."""
