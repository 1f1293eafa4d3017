"""What was observed of an AWS account and of Datadog's integration with it.

No credential, key or external id is in it.
"""

from ..feature import Feature
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
from .groups import Account
from .identity import Caller, ExternalId
from .integration import AuthKind, FilterKind, Integration, NamespaceFilters
from .inventory import DuplicatedHost, Inventory, Recorded, TaggedHosts
from .metrics import HOURS, NAMESPACES, Metrics, RecentlyActive
from .permissions import Decision, PolicyQuota, RequiredPermissions, Simulated, Simulation
from .policies import Policy, PolicyKind, PolicyStatement
from .role import Condition, LastUsed, Role, RoleMissing, TrustStatement

__all__ = [
    'HOURS',
    'NAMESPACES',
    'Account',
    'AuthKind',
    'Caller',
    'Condition',
    'Count',
    'Decision',
    'DuplicatedHost',
    'ExternalId',
    'Fault',
    'Feature',
    'FilterKind',
    'Fleet',
    'Integration',
    'Inventory',
    'LastUsed',
    'LaunchTemplate',
    'MetadataDefaults',
    'Metrics',
    'NamespaceFilters',
    'Policy',
    'PolicyKind',
    'PolicyQuota',
    'PolicyStatement',
    'RecentlyActive',
    'Recorded',
    'Region',
    'RequiredPermissions',
    'Role',
    'RoleMissing',
    'Simulated',
    'Simulation',
    'TaggedHosts',
    'TemplateCount',
    'TokenlessUse',
    'TrustStatement',
    'WrongInstance',
    'fault_of',
]
