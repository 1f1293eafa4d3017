"""Worlds of network namespaces, one for each topology, shared by the cases that can share them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.simulator import Behaviour, Fault, Topology, World, namespaces_available


@pytest.fixture(scope='package')
def possible() -> None:
    """Skips where this machine allows no namespaces."""
    if not namespaces_available():
        pytest.skip(namespaces_available().reason)


@pytest.fixture(scope='package')
def shared_worlds(possible: None) -> Iterator[dict[Topology, World]]:
    with ExitStack() as stack:
        yield {
            topology: stack.enter_context(World(topology))
            for topology in (Topology.HOST, Topology.CONTAINER, Topology.NESTED)
        }


@pytest.fixture
def world_of(shared_worlds: dict[Topology, World]) -> Callable[..., World]:
    """A world as if it were new, with this behaviour; its log of requests goes on."""

    def world(topology: Topology, fault: Fault = Fault.NONE, **behaviour: object) -> World:
        shared = shared_worlds[topology]
        shared.change(fault, **(vars(Behaviour()) | behaviour))
        return shared

    return world
