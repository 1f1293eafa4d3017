"""A second way from IMDS back to the client, through one gateway more than the requests pass."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tests.simulator.addresses import FAMILIES, Family
from tests.simulator.lab.network import EVERY_NODE, GATEWAY, NO_ICMP_RATE_LIMIT, Network
from tests.simulator.lab.node import Node, new_node
from tests.simulator.lab.rules import TABLE
from tests.simulator.topology import FAMILY_NUMBER, PREFIX_LENGTH, links, nodes

_TO_IMDS = 'detour-imds'
_TO_GATEWAY = 'detour-back'
_NETWORKS: dict[str, dict[Family, str]] = {
    _TO_IMDS: {'ipv4': '10.0.8.', 'ipv6': 'fd00:8::'},
    _TO_GATEWAY: {'ipv4': '10.0.9.', 'ipv6': 'fd00:9::'},
}


@contextmanager
def detour(network: Network) -> Iterator[None]:
    """For as long as the context lasts, answers of IMDS pass one more router before the last gateway."""
    gateway = network.nodes[nodes(network.topology)[-2]]
    with gateway.entered():
        router = new_node('detour')
    router.set(EVERY_NODE | GATEWAY | NO_ICMP_RATE_LIMIT)
    router.up('lo')
    _link(router, network.imds, _TO_IMDS)
    _link(router, gateway, _TO_GATEWAY)
    behind = links(network.topology)[:-1]
    for family in FAMILIES:
        for link in behind:
            prefix, back = link.prefix(family), f'{_NETWORKS[_TO_GATEWAY][family]}2'
            router.add_route(prefix, family, back)
            network.imds.netlink.route(
                'add', dst=prefix, family=FAMILY_NUMBER[family], gateway=f'{_NETWORKS[_TO_IMDS][family]}1', table=TABLE
            )
            _rule(network.imds, 'add', prefix, family)
    try:
        yield
    finally:
        for family in FAMILIES:
            for link in behind:
                _rule(network.imds, 'del', link.prefix(family), family)
        for name in (_TO_IMDS, _TO_GATEWAY):
            router.netlink.link('del', index=router.interface(name))
        os.close(router.namespace)


def _link(router: Node, other: Node, name: str) -> None:
    router.netlink.link('add', ifname=name, kind='veth', peer={'ifname': name, 'net_ns_fd': other.namespace})
    for node, host in ((router, '1'), (other, '2')):
        for family in FAMILIES:
            node.add_address(name, f'{_NETWORKS[name][family]}{host}', PREFIX_LENGTH[family])
        node.up(name)
    for node in (router, other):
        node.wait_for_link(name)


def _rule(node: Node, action: str, prefix: str, family: Family) -> None:
    destination, length = prefix.split('/')
    node.netlink.rule(
        action, family=FAMILY_NUMBER[family], priority=9, dst=destination, dst_len=int(length), table=TABLE
    )
