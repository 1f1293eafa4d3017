"""The nodes of a world and the links between them: network namespaces, veth pairs, addresses and routes."""

from tests.simulator.addresses import FAMILIES, IMDS
from tests.simulator.lab.node import Node, new_node
from tests.simulator.topology import (
    CLIENT,
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

EVERY_NODE = {
    'ipv4/conf/all/rp_filter': 0,
    'ipv4/conf/default/rp_filter': 0,
    'ipv6/conf/all/disable_ipv6': 0,
    'ipv6/conf/default/disable_ipv6': 0,
    'ipv6/conf/default/accept_dad': 0,
    'ipv6/conf/default/addr_gen_mode': 0,
    'ipv6/conf/default/router_solicitations': 0,
}
GATEWAY = {'ipv4/ip_forward': 1, 'ipv6/conf/all/forwarding': 1}
# Linux sends a burst of 6 ICMP errors per destination, then 1 per second: noise in a test of anything else.
NO_ICMP_RATE_LIMIT = {'ipv4/icmp_ratelimit': 0, 'ipv4/icmp_ratemask': 0, 'ipv6/icmp/ratelimit': 0}


class Network:
    """The nodes of one topology, linked, addressed and routed. It lives as long as this process."""

    def __init__(self, topology: Topology, icmp_rate_limit: bool) -> None:
        """Raises OSError or pyroute2's NetlinkError where the kernel does not allow it."""
        self.topology = topology
        self.nodes = {name: new_node(name) for name in nodes(topology)}
        for name, node in self.nodes.items():
            node.set(EVERY_NODE | (GATEWAY if name not in (CLIENT, IMDS_NODE) else {}))
            node.set({} if icmp_rate_limit else NO_ICMP_RATE_LIMIT)
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
                near.netlink.route(
                    'add', dst=f'{IMDS[family]}/{HOST_PREFIX_LENGTH[family]}', oif=near.interface(UPLINK)
                )

    def _route_down(self, link: Link, behind: tuple[Link, ...]) -> None:
        """Without address translation, every router has to know the networks on the client's side."""
        for family in FAMILIES:
            for farther in behind:
                self.nodes[link.far].add_route(farther.prefix(family), family, link.near_address(family))
