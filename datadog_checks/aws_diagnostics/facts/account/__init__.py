"""What was observed of an AWS account and of Datadog's integration with it.

No credential, key or external id is in it.
"""

from dataclasses import dataclass

from .. import Feature
from ..observed import Unobserved
from .datadog import (
    HOURS,
    NAMESPACES,
    DuplicatedHost,
    Inventory,
    Metrics,
    RecentlyActive,
    Recorded,
    TaggedHosts,
    Unmatched,
)
from .fleet import (
    Count,
    Fault,
    Fleet,
    LaunchTemplate,
    MetadataDefaults,
    Region,
    TemplateCount,
    TokenlessUse,
    WrongInstance,
    fault_of,
)
from .hosts import HostMeta, HostRow, TaggedHost
from .iam import (
    Caller,
    Condition,
    ExternalId,
    Form,
    LastUsed,
    ManagedBy,
    Role,
    RoleMissing,
    TrustingRole,
    TrustStatement,
)
from .integration import (
    AuthKind,
    FilterKind,
    Integration,
    MetricNameFilter,
    NamespaceFilters,
    ReportedError,
    TagFilter,
)
from .lag import NOTHING_WATCHED, AwsMonitor, Lag, LagSample, MetricLag
from .load_balancers import (
    BalancerKind,
    CountingQuery,
    LoadBalancer,
    LoadBalancers,
    TargetCount,
    TargetGroup,
    TargetState,
    TargetType,
)
from .organization import (
    AccountsOnBothSides,
    AccountState,
    OnRecord,
    Organization,
    OrganizationAccount,
    Records,
    RoleTemplate,
)
from .policies import (
    Decision,
    DeniedCall,
    DeniedCalls,
    Policy,
    PolicyKind,
    PolicyQuota,
    PolicyStatement,
    RequiredPermissions,
    Simulated,
    Simulation,
)
from .tags import MissingTag, ResourceTags
from .watched import ResourceState, WatchedMetric

__all__ = [
    'HOURS',
    'NAMESPACES',
    'Account',
    'AccountState',
    'AccountsOnBothSides',
    'AuthKind',
    'AwsMonitor',
    'BalancerKind',
    'Caller',
    'Condition',
    'Count',
    'CountingQuery',
    'Decision',
    'DeniedCall',
    'DeniedCalls',
    'DuplicatedHost',
    'ExternalId',
    'Fault',
    'Feature',
    'FilterKind',
    'Fleet',
    'Form',
    'HostMeta',
    'HostRow',
    'Integration',
    'Inventory',
    'Lag',
    'LagSample',
    'LastUsed',
    'LaunchTemplate',
    'LoadBalancer',
    'LoadBalancers',
    'ManagedBy',
    'MetadataDefaults',
    'MetricLag',
    'MetricNameFilter',
    'Metrics',
    'MissingTag',
    'NamespaceFilters',
    'OnRecord',
    'Organization',
    'OrganizationAccount',
    'Policy',
    'PolicyKind',
    'PolicyQuota',
    'PolicyStatement',
    'RecentlyActive',
    'Recorded',
    'Records',
    'Region',
    'ReportedError',
    'RequiredPermissions',
    'ResourceState',
    'ResourceTags',
    'Role',
    'RoleMissing',
    'RoleTemplate',
    'Simulated',
    'Simulation',
    'TagFilter',
    'TaggedHost',
    'TaggedHosts',
    'TargetCount',
    'TargetGroup',
    'TargetState',
    'TargetType',
    'TemplateCount',
    'TokenlessUse',
    'TrustStatement',
    'TrustingRole',
    'Unmatched',
    'WatchedMetric',
    'WrongInstance',
    'fault_of',
]


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that one run of the account scope observed."""

    caller: Caller | Unobserved
    integration: Integration | Unobserved
    role: Role | RoleMissing | Unobserved
    policies: tuple[Policy, ...] | Unobserved
    required: RequiredPermissions | Unobserved
    simulation: Simulation | Unobserved
    quota: PolicyQuota | Unobserved
    fleet: Fleet | Unobserved
    metrics: Metrics | Unobserved = Unobserved('not asked')
    api_calls: int = 0
    """Calls that this run made to AWS."""
    inventory: Inventory | Unobserved = Unobserved('not asked')
    registered: bool | None = None
    """False: Datadog has no integration for the account. None: not known."""
    errors: tuple[ReportedError, ...] | Unobserved = Unobserved('not asked')
    """What Datadog says failed when it collected from the account."""
    denied: DeniedCalls | Unobserved = Unobserved('not asked')
    """Only where somebody asks for it: `permissions --denied-since`."""
    lag: Lag | Unobserved = NOTHING_WATCHED
    """Of the metrics that the operator watches; empty where there are none."""
    watched: tuple[WatchedMetric, ...] | Unobserved = ()
    """Those of the operator's list."""
    load_balancers: LoadBalancers | Unobserved | None = None
    """None: the operator chose none."""
    tags: tuple[ResourceTags, ...] | Unobserved = ()
    """Of the resources that the operator names; () where he names none."""
