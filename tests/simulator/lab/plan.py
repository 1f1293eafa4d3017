"""What a world is told at its start and while it runs: plain data that crosses to its keeper."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.simulator.fault import Fault
from tests.simulator.imds.behaviour import Behaviour
from tests.simulator.imds.metadata import Instance
from tests.simulator.topology import Topology


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a world is made of. Raises ValueError for a fault that this topology has no place for."""

    topology: Topology
    fault: Fault
    behaviour: Behaviour
    instance: Instance
    files: Mapping[str, str]
    os_hostname: str
    icmp_rate_limit: bool

    def __post_init__(self) -> None:
        if self.fault.needs_gateway and not self.topology.gateways:
            raise ValueError(f'{self.topology} has no gateway to break: {self.fault}')


@dataclass(frozen=True)
class Call:
    """Order: make a process of this world, which takes its function from the descriptor sent beside this."""

    module: str
    """To be imported before privileges are dropped."""

    privileged: bool


@dataclass(frozen=True)
class Change:
    """Order: behave and be broken like this from now on."""

    behaviour: Behaviour
    fault: Fault


@dataclass(frozen=True)
class TellRequests:
    """Order: answer with the requests that the simulator has read."""


@dataclass(frozen=True)
class Done:
    """The order was carried out."""

    value: object = None


@dataclass(frozen=True)
class Refused:
    """The order failed for this reason, in one sentence."""

    reason: str
