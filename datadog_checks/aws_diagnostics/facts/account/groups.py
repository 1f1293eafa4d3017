"""Everything that one run of the account scope observed."""

from dataclasses import dataclass

from ..observed import Unobserved
from .fleet import Fleet
from .identity import Caller
from .integration import Integration
from .inventory import Inventory
from .metrics import Metrics
from .permissions import PolicyQuota, RequiredPermissions, Simulation
from .policies import Policy
from .role import Role, RoleMissing


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
