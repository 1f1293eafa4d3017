"""What was observed of an AWS account and of Datadog's integration with it.

No credential, key or external id is in it.
"""

from .feature import Feature
from .fleet import Count, Fleet, LaunchTemplate, MetadataDefaults, Region, TokenlessUse, WrongInstance
from .groups import Account
from .identity import Caller, ExternalId
from .integration import AuthKind, Integration
from .permissions import Decision, PolicyQuota, RequiredPermissions, Simulated, Simulation
from .policies import Policy, PolicyKind, PolicyStatement
from .role import Condition, LastUsed, Role, RoleMissing, TrustStatement

__all__ = [
    'Account',
    'AuthKind',
    'Caller',
    'Condition',
    'Count',
    'Decision',
    'ExternalId',
    'Feature',
    'Fleet',
    'Integration',
    'LastUsed',
    'LaunchTemplate',
    'MetadataDefaults',
    'Policy',
    'PolicyKind',
    'PolicyQuota',
    'PolicyStatement',
    'Region',
    'RequiredPermissions',
    'Role',
    'RoleMissing',
    'Simulated',
    'Simulation',
    'TokenlessUse',
    'TrustStatement',
    'WrongInstance',
]
