"""Gateways, remaining TTL and hop limit are found exactly, over real networks and without privileges."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.facts import NetworkPath
from datadog_checks.aws_diagnostics.facts.values import IpAddress
from tests.builders import NOW
from tests.collect.imds.asking import ask, ask_and_tell_privileges, ask_without_drop_counter, options
from tests.simulator import FAMILIES, Family, Topology, World

WorldOf = Callable[..., World]

TOPOLOGIES = (Topology.HOST, Topology.CONTAINER, Topology.NESTED)
AMBIGUOUS = 'it is 64, or a proxy or a rule on the way gives every answer that TTL'


def found(world: World, family: Family, hop_limit: int) -> NetworkPath:
    """The whole truth about this world."""
    gateways = world.topology.gateways
    arrives = hop_limit > gateways
    return NetworkPath(
        measured_at=NOW,
        gateways=gateways,
        gateway_addresses=tuple(map(IpAddress, world.gateway_addresses(family))),
        confirmed=True,
        reply_lost=not arrives,
        remaining_ttl=hop_limit - gateways if arrives else None,
        hop_limit=hop_limit if arrives and hop_limit != 64 else None,
        gateways_back=gateways,
        hop_limit_at_most=None if arrives else gateways,
        intercepted=False,
        note=AMBIGUOUS if hop_limit == 64 else '',
    )


@pytest.mark.parametrize('hop_limit', (1, 2, 3, 5, 64))
@pytest.mark.parametrize('topology', TOPOLOGIES)
@pytest.mark.parametrize('family', FAMILIES)
def test_every_hop_limit_is_found_from_everywhere_or_bounded_where_the_reply_is_lost(
    world_of: WorldOf, family: Family, topology: Topology, hop_limit: int
) -> None:
    world = world_of(topology, hop_limit=hop_limit)
    _, path = world.run(ask, options(family))
    assert path == found(world, family, hop_limit)


@pytest.mark.parametrize('topology', TOPOLOGIES)
@pytest.mark.parametrize('family', FAMILIES)
def test_where_other_answers_carry_the_hop_limit_too_the_remaining_ttl_is_known_and_the_hop_limit_is_not(
    world_of: WorldOf, family: Family, topology: Topology
) -> None:
    world = world_of(topology, hop_limit=3, low_ttl='all')
    _, path = world.run(ask, options(family))
    note = 'the TTL of other answers does not tell how many gateways lie on the way back'
    assert path == replace(found(world, family, 3), hop_limit=None, gateways_back=None, note=note)


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(('topology', 'hop_limit'), [(Topology.HOST, 2), (Topology.CONTAINER, 3), (Topology.NESTED, 3)])
def test_without_the_kernels_counter_the_value_is_the_same_and_marked_as_less_certain(
    world_of: WorldOf, family: Family, topology: Topology, hop_limit: int
) -> None:
    world = world_of(topology, hop_limit=hop_limit)
    path = world.run(ask_without_drop_counter, options(family))
    expected = found(world, family, hop_limit)
    assert path == NetworkPath(**{f: getattr(expected, f) for f in expected.__slots__} | {'certain': False})


@pytest.mark.parametrize('family', FAMILIES)
def test_the_measurement_needs_no_user_and_no_capability(world_of: WorldOf, family: Family) -> None:
    world = world_of(Topology.CONTAINER, hop_limit=2)
    (_, path), user, capabilities = world.run(ask_and_tell_privileges, options(family))
    assert path == found(world, family, 2)
    assert user == 65534
    assert {capabilities[kind] for kind in ('CapInh', 'CapPrm', 'CapEff', 'CapAmb')} == {'0' * 16}
