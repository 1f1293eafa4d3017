"""A network lab of real kernel namespaces with a simulated EC2 instance metadata service (IMDS) in it.

with World(Topology.CONTAINER, hop_limit=2, tokens='required') as world:
    value = world.run(function, argument)
    assert world.requests == [('PUT', '/latest/api/token', 'none', False), ...]
"""

from tests.simulator.addresses import FAMILIES, IMDS, PORT, Family
from tests.simulator.availability import Availability, namespaces_available
from tests.simulator.fault import Fault
from tests.simulator.imds.behaviour import Behaviour, Persona, Request
from tests.simulator.imds.metadata import Instance
from tests.simulator.topology import Topology
from tests.simulator.world import World

__all__ = [
    'FAMILIES',
    'IMDS',
    'PORT',
    'Availability',
    'Behaviour',
    'Family',
    'Fault',
    'Instance',
    'Persona',
    'Request',
    'Topology',
    'World',
    'namespaces_available',
]
