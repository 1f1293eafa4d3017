"""What lies between the client and IMDS: which nodes, which links, which addresses."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from socket import AF_INET, AF_INET6

from tests.simulator.addresses import Family

CLIENT = 'client'
IMDS_NODE = 'imds'


class Topology(StrEnum):
    """Where the client stands. EMPTY is a network namespace with nothing but loopback, and no IMDS at all."""

    HOST = 'host'
    CONTAINER = 'container'
    NESTED = 'nested'
    EMPTY = 'empty'

    @property
    def gateways(self) -> int:
        """The routers between the client and IMDS, each of which takes one from the TTL of a packet."""
        return {Topology.CONTAINER: 1, Topology.NESTED: 2}.get(self, 0)


@dataclass(frozen=True)
class Link:
    """A point-to-point link; `near` is the end towards the client. The prefix lengths are 24 and 64."""

    near: str
    far: str
    ipv4_network: str
    ipv6_network: str

    def near_address(self, family: Family) -> str:
        return f'{self.ipv4_network}.12' if family == 'ipv4' else f'{self.ipv6_network}::12'

    def far_address(self, family: Family) -> str:
        return f'{self.ipv4_network}.1' if family == 'ipv4' else f'{self.ipv6_network}::1'

    def prefix(self, family: Family) -> str:
        return f'{self.ipv4_network}.0/24' if family == 'ipv4' else f'{self.ipv6_network}::/64'


PREFIX_LENGTH: dict[Family, int] = {'ipv4': 24, 'ipv6': 64}
HOST_PREFIX_LENGTH: dict[Family, int] = {'ipv4': 32, 'ipv6': 128}
FAMILY_NUMBER: dict[Family, int] = {'ipv4': AF_INET, 'ipv6': AF_INET6}

# From IMDS towards the client: the VPC subnet, the bridge of the container runtime, the bridge inside a container.
_NETWORKS = (('10.0.0', 'fd00:10'), ('172.17.0', 'fd00:17'), ('172.18.0', 'fd00:18'))


def nodes(topology: Topology) -> tuple[str, ...]:
    """The nodes from the client to IMDS; the gateway nearest to the client is `gateway-1`."""
    if topology is Topology.EMPTY:
        return (CLIENT,)
    return (CLIENT, *(f'gateway-{number}' for number in range(1, topology.gateways + 1)), IMDS_NODE)


def links(topology: Topology) -> tuple[Link, ...]:
    """The links from the client to IMDS, in that order."""
    chain = nodes(topology)
    pairs = list(pairwise(chain))
    networks = _NETWORKS[: len(pairs)][::-1]
    return tuple(Link(near, far, *network) for (near, far), network in zip(pairs, networks, strict=True))


def gateway_addresses(topology: Topology, family: Family) -> tuple[str, ...]:
    """The addresses from which the gateways answer, nearest to the client first."""
    return tuple(link.far_address(family) for link in links(topology)[:-1])
