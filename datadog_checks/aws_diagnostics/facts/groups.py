"""Everything that one run observed, and the parts of the account scope that can be switched on and off."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .agent import Agent
from .host import Host, Platform
from .imds import Imds
from .observed import MissingFact, Unobserved
from .path import NetworkPath
from .values import InstanceId

if TYPE_CHECKING:  # a host does not pay for the facts of an account
    from .account import Account


class Feature(StrEnum):
    """What an account instance looks at."""

    ROLE = 'role'
    PERMISSIONS = 'permissions'
    IMDS_POSTURE = 'imds_posture'
    INVENTORY = 'inventory'
    METRICS = 'metrics'


@dataclass(frozen=True, slots=True)
class Facts:
    observed_at: float
    platform: Platform
    host: Host | Unobserved
    imds: Imds | Unobserved
    path: NetworkPath | Unobserved
    agent: Agent | Unobserved
    account: 'Account | None' = None
    """Only in the account scope, where all other groups are Unobserved."""

    @property
    def of_account(self) -> 'Account':
        """The groups of the account scope. Raises MissingFact in the host scope."""
        if self.account is None:
            raise MissingFact('this is not an account instance')
        return self.account

    @property
    def instance_id(self) -> InstanceId | None:
        """The best-known instance id: IMDS, else the firmware, else cloud-init; None where nothing tells."""
        if isinstance(self.imds, Imds) and self.imds.instance_id:
            return self.imds.instance_id
        if self.platform.instance_id:
            return self.platform.instance_id
        return self.host.cloud_init_instance_id if isinstance(self.host, Host) else None
