"""What an account instance can look at, and everything that one run of it observed."""

from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from .fleet import Fleet
from .identity import Caller
from .integration import Integration
from .inventory import Inventory
from .metrics import Metrics
from .permissions import PolicyQuota, RequiredPermissions, Simulation
from .policies import Policy
from .role import Role, RoleMissing


class Feature(StrEnum):
    """A part of the account scope that `features` turns on."""

    ROLE = 'role'
    PERMISSIONS = 'permissions'
    IMDS_POSTURE = 'imds_posture'
    INVENTORY = 'inventory'
    METRICS = 'metrics'


@dataclass(frozen=True, slots=True)
class Account:
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
