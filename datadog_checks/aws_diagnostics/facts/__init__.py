"""What was observed, never judged.

Facts are frozen values. Each group of facts is either the group itself or `Unobserved(reason)`: "could not look" is
never the same as a bad value. Time is a fact too: every point in time is in seconds since the epoch, every duration
in seconds.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .agent import Agent, AgentConfiguration, Ecs, HostnameFile, HostnameProvider, HostnameSource, ProxySettings
from .exchange import Answer, Exchange, NoAnswer, NotSent, Outcome
from .host import (
    Container,
    ContainerKind,
    Dmi,
    Host,
    OperatingSystem,
    Platform,
    UtsNamespace,
)
from .imds import Identity, Imds
from .observed import MissingFact, Unobserved, observed
from .path import IcmpError, Neighbour, NetworkPath, Route, RouteKind

if TYPE_CHECKING:  # a host does not pay for the facts of an account
    from .account import Account

__all__ = [
    'Agent',
    'AgentConfiguration',
    'Answer',
    'Container',
    'ContainerKind',
    'Dmi',
    'Ecs',
    'Exchange',
    'Facts',
    'Feature',
    'Host',
    'HostnameFile',
    'HostnameProvider',
    'HostnameSource',
    'IcmpError',
    'Identity',
    'Imds',
    'MissingFact',
    'Neighbour',
    'NetworkPath',
    'NoAnswer',
    'NotSent',
    'OperatingSystem',
    'Outcome',
    'Platform',
    'ProxySettings',
    'Route',
    'RouteKind',
    'Unobserved',
    'UtsNamespace',
    'observed',
]


class Feature(StrEnum):
    """What an account instance looks at."""

    ROLE = 'role'
    PERMISSIONS = 'permissions'
    IMDS_POSTURE = 'imds_posture'
    INVENTORY = 'inventory'
    METRICS = 'metrics'
    LOAD_BALANCERS = 'load_balancers'


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
