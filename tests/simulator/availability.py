"""Whether this machine lets us have namespaces of our own."""

from dataclasses import dataclass
from functools import cache

from tests.simulator.lab.inside import is_inside_a_world
from tests.simulator.topology import Topology
from tests.simulator.world import World


@dataclass(frozen=True)
class Availability:
    """True where worlds can be made; otherwise `reason` says in one sentence why not."""

    possible: bool
    reason: str

    def __bool__(self) -> bool:
        return self.possible


@cache
def namespaces_available() -> Availability:
    """Found out by making a world."""
    if is_inside_a_world():
        return Availability(True, 'this process runs in a world')
    try:
        with World(Topology.CONTAINER):
            return Availability(True, 'a world with network namespaces could be made')
    except (OSError, EOFError) as error:
        return Availability(False, f'This machine does not allow network namespaces: {error}.')
