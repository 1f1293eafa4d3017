"""The nodes of a world and the links between them: network namespaces, veth pairs, addresses and routes."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute

from tests.simulator.addresses import FAMILIES, IMDS, Family
from tests.simulator.lab import kernel
from tests.simulator.topology import (
    CLIENT,
    FAMILY_NUMBER,
    HOST_PREFIX_LENGTH,
    IMDS_NODE,
    PREFIX_LENGTH,
    Link,
    Topology,
    links,
    nodes,
)

UPLINK = 'eth0'
DOWNLINK = 'eth1'
_IFA_F_NODAD = 0x02
_IFA_F_TENTATIVE = 0x40
_LINK_SECONDS = 5.0

_EVERY_NODE = {
    'ipv4/conf/all/rp_filter': 0,
    'ipv4/conf/default/rp_filter': 0,
    'ipv6/conf/all/disable_ipv6': 0,
    'ipv6/conf/default/disable_ipv6': 0,
    'ipv6/conf/default/accept_dad': 0,
    'ipv6/conf/default/addr_gen_mode': 0,
    'ipv6/conf/default/router_solicitations': 0,
}
_GATEWAY = {'ipv4/ip_forward': 1, 'ipv6/conf/all/forwarding': 1}
# Linux sends a burst of 6 ICMP errors per destination, then 1 per second: noise in a test of anything else.
_NO_ICMP_RATE_LIMIT = {'ipv4/icmp_ratelimit': 0, 'ipv4/icmp_ratemask': 0, 'ipv6/icmp/ratelimit': 0}


@dataclass(frozen=True)
class Node:
    """One network namespace, by an open file descriptor."""

    name: str
    namespace: int

    @cached_property
    def netlink(self) -> IPRoute:
        """A netlink socket in this namespace, wherever this process is later."""
        with self.entered():
            return IPRoute()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be in this namespace for a while."""
        before = os.open('/proc/self/ns/net', os.O_RDONLY)
        try:
            self.enter()
            yield
        finally:
            kernel.setns(before, kernel.CLONE_NEWNET)
            os.close(before)

    def enter(self) -> None:
        kernel.setns(self.namespace, kernel.CLONE_NEWNET)

    def set(self, settings: dict[str, int]) -> None:
        """Write the kernel settings, given by their names under /proc/sys/net."""
        with self.entered():
            for name, value in settings.items():
                Path('/proc/sys/net', name).write_text(str(value))

    def interface(self, name: str) -> int:
        """The index of the interface of this name."""
        return int(self.netlink.link_lookup(ifname=name)[0])

    def up(self, name: str) -> None:
        self.netlink.link('set', index=self.interface(name), state='up')

    def wait_for_link(self, name: str) -> None:
        """Wait until the interface is ready for IPv6: the kernel notices the carrier some time after both ends are up.

        Raises TimeoutError after 5 s.
        """
        index = self.interface(name)
        deadline = time.monotonic() + _LINK_SECONDS
        while not self._speaks_ipv6(index):
            if time.monotonic() > deadline:
                raise TimeoutError(f'{name} of {self.name} has no link')
            time.sleep(0.001)

    def _speaks_ipv6(self, index: int) -> bool:
        """A router solicits its neighbours from its link-local address, which comes last."""
        if self.netlink.link('get', index=index)[0].get_attr('IFLA_OPERSTATE') != 'UP':
            return False
        addresses = {each.get_attr('IFA_ADDRESS'): each.get_attr('IFA_FLAGS') for each in self._ipv6_addresses(index)}
        tentative = any(flags & _IFA_F_TENTATIVE for flags in addresses.values())
        return not tentative and any(address.startswith('fe80:') for address in addresses)

    def _ipv6_addresses(self, index: int) -> list[Any]:
        return [each for each in self.netlink.get_addr(family=socket.AF_INET6) if each['index'] == index]

    def add_address(self, interface: str, address: str, prefix_length: int) -> None:
        flags = _IFA_F_NODAD if ':' in address else 0
        index = self.interface(interface)
        self.netlink.addr('add', index=index, address=address, prefixlen=prefix_length, flags=flags)

    def remove_address(self, interface: str, address: str, prefix_length: int) -> None:
        self.netlink.addr('del', index=self.interface(interface), address=address, prefixlen=prefix_length)

    def add_route(self, destination: str, family: Family, gateway: str) -> None:
        self.netlink.route('add', dst=destination, family=FAMILY_NUMBER[family], gateway=gateway)


class Network:
    """The nodes of one topology, linked, addressed and routed. It lives as long as this process."""

    def __init__(self, topology: Topology, icmp_rate_limit: bool) -> None:
        """Raises OSError or pyroute2's NetlinkError where the kernel does not allow it."""
        self.topology = topology
        self.nodes = {name: _new_node(name) for name in nodes(topology)}
        for name, node in self.nodes.items():
            node.set(_EVERY_NODE | (_GATEWAY if name not in (CLIENT, IMDS_NODE) else {}))
            node.set({} if icmp_rate_limit else _NO_ICMP_RATE_LIMIT)
            node.up('lo')
        chain = links(topology)
        for link in chain:
            self._connect(link)
        for position, link in enumerate(chain):
            self._route_up(link)
            self._route_down(link, chain[:position])

    @property
    def client(self) -> Node:
        return self.nodes[CLIENT]

    @property
    def gateway(self) -> Node:
        """The gateway nearest to the client."""
        return self.nodes[nodes(self.topology)[1]]

    @property
    def imds(self) -> Node:
        return self.nodes[IMDS_NODE]

    def _connect(self, link: Link) -> None:
        near, far = self.nodes[link.near], self.nodes[link.far]
        near.netlink.link('add', ifname=UPLINK, kind='veth', peer={'ifname': DOWNLINK, 'net_ns_fd': far.namespace})
        for family in FAMILIES:
            near.add_address(UPLINK, link.near_address(family), PREFIX_LENGTH[family])
            far.add_address(DOWNLINK, link.far_address(family), PREFIX_LENGTH[family])
            if link.far == IMDS_NODE:
                far.add_address(DOWNLINK, IMDS[family], HOST_PREFIX_LENGTH[family])
        far.up(DOWNLINK)
        near.up(UPLINK)
        far.wait_for_link(DOWNLINK)
        near.wait_for_link(UPLINK)

    def _route_up(self, link: Link) -> None:
        """IMDS is on the link of the instance itself; everybody else reaches it through a gateway."""
        near = self.nodes[link.near]
        for family in FAMILIES:
            near.add_route('default', family, link.far_address(family))
            if link.far == IMDS_NODE:
                near.netlink.route('add', dst=host_prefix(IMDS[family]), oif=near.interface(UPLINK))

    def _route_down(self, link: Link, behind: tuple[Link, ...]) -> None:
        """Without address translation, every router has to know the networks on the client's side."""
        for family in FAMILIES:
            for farther in behind:
                self.nodes[link.far].add_route(farther.prefix(family), family, link.near_address(family))


def host_prefix(address: str) -> str:
    return f'{address}/{128 if ":" in address else 32}'


def _new_node(name: str) -> Node:
    kernel.unshare(kernel.CLONE_NEWNET)
    return Node(name, os.open('/proc/self/ns/net', os.O_RDONLY))
