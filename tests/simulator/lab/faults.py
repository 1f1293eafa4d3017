"""Breaks the network of a world, by routing where the kernel then answers as wanted, else by a process of our own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from tests.simulator.addresses import FAMILIES, IMDS, PORT, Family
from tests.simulator.fault import Fault
from tests.simulator.lab.detour import detour
from tests.simulator.lab.middlebox import FAULTS as ALTERING
from tests.simulator.lab.middlebox import Middlebox
from tests.simulator.lab.network import DOWNLINK, UPLINK, Network
from tests.simulator.lab.node import Node
from tests.simulator.lab.proxy import Proxy
from tests.simulator.lab.rejecting_router import RejectingRouter
from tests.simulator.lab.rules import TABLE, no_icmp_of_its_own, routes_to_imds, rules_for_imds, rules_from_imds
from tests.simulator.topology import HOST_PREFIX_LENGTH

Processes = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Does some work in a child for as long as the context lasts."""

_SILENT_LINK = 'silent'
_TCP = 6
_SCOPE_HOST = 254

_ROUTER_ANSWERS: dict[Fault, dict[Family, tuple[int, int]]] = {
    # Linux would answer these by routing, but with a burst of 5 errors to one address and then 1 per second.
    Fault.REJECT_NETWORK: {'ipv4': (3, 0), 'ipv6': (1, 0)},
    Fault.REJECT_ADMIN_PROHIBITED: {'ipv4': (3, 13), 'ipv6': (1, 1)},
    Fault.REJECT_HOST: {'ipv4': (3, 1), 'ipv6': (1, 3)},
    Fault.REJECT_PORT: {'ipv4': (3, 3), 'ipv6': (1, 4)},
    Fault.REJECT_NETWORK_PROHIBITED: {'ipv4': (3, 9), 'ipv6': (1, 1)},
    Fault.REJECT_HOST_PROHIBITED: {'ipv4': (3, 10), 'ipv6': (1, 1)},
}
_CLIENT_ROUTES = {
    Fault.LOCAL_BLACKHOLE_ROUTE: 'blackhole',
    Fault.LOCAL_UNREACHABLE_ROUTE: 'unreachable',
    Fault.LOCAL_PROHIBIT_ROUTE: 'prohibit',
}


@contextmanager
def broken(fault: Fault, network: Network, processes: Processes) -> Iterator[None]:
    """The network with this fault. Raises OSError or NetlinkError where the kernel does not allow it."""
    with ExitStack() as stack:
        if fault is Fault.ASYMMETRIC_PATH:
            stack.enter_context(detour(network))
        elif fault is not Fault.NONE:
            node = network.gateway if fault.needs_gateway else network.client
            stack.enter_context(_FAULTS[fault](fault, node, processes))
        yield


@contextmanager
def _dropped(_: Fault, gateway: Node, __: Processes) -> Iterator[None]:
    with rules_for_imds(gateway, iifname=DOWNLINK, action='FR_ACT_BLACKHOLE'):
        yield


@contextmanager
def _answered_by_a_router(fault: Fault, gateway: Node, processes: Processes) -> Iterator[None]:
    with gateway.entered():
        router = RejectingRouter(DOWNLINK, _ROUTER_ANSWERS[fault])
    drop = rules_for_imds(gateway, iifname=DOWNLINK, action='FR_ACT_BLACKHOLE')
    with router, drop, processes(router.reject):
        yield


@contextmanager
def _answered_by_a_reset(_: Fault, gateway: Node, __: Processes) -> Iterator[None]:
    """The gateway takes the address of IMDS for its own, and nothing listens there."""
    for family in FAMILIES:
        gateway.add_address('lo', IMDS[family], HOST_PREFIX_LENGTH[family])
        gateway.wait_for_address(IMDS[family])
    try:
        yield
    finally:
        for family in FAMILIES:
            gateway.remove_address('lo', IMDS[family], HOST_PREFIX_LENGTH[family])


@contextmanager
def _silent(_: Fault, gateway: Node, __: Processes) -> Iterator[None]:
    with no_icmp_of_its_own(gateway):
        yield


@contextmanager
def _proxied(_: Fault, gateway: Node, processes: Processes) -> Iterator[None]:
    """What DNAT to a local port does, without netfilter: port 80 ends here, every other port is forwarded."""
    with gateway.entered():
        proxy = Proxy(PORT)
    ports = f'{PORT}:{PORT}'
    routes = routes_to_imds(gateway, type='local', scope=_SCOPE_HOST, oif=gateway.interface('lo'))
    rules = rules_for_imds(gateway, iifname=DOWNLINK, ip_proto=_TCP, dport_range=ports, table=TABLE)
    # The proxy opens connections of its own, which have to start from the gateway.
    with proxy, routes, rules, processes(lambda: proxy.relay(gateway.enter)):
        yield


@contextmanager
def _altered(fault: Fault, gateway: Node, processes: Processes) -> Iterator[None]:
    """A process of our own forwards in the place of the kernel, in both directions."""
    with gateway.entered():
        middlebox = Middlebox(DOWNLINK, UPLINK, fault)
    there = rules_for_imds(gateway, iifname=DOWNLINK, action='FR_ACT_BLACKHOLE')
    back = rules_from_imds(gateway, iifname=UPLINK, action='FR_ACT_BLACKHOLE')
    with middlebox, there, back, processes(middlebox.forward):
        yield


@contextmanager
def _unroutable(_: Fault, client: Node, __: Processes) -> Iterator[None]:
    with rules_for_imds(client, action='FR_ACT_UNREACHABLE'):
        yield


@contextmanager
def _misrouted(fault: Fault, client: Node, _: Processes) -> Iterator[None]:
    with routes_to_imds(client, type=_CLIENT_ROUTES[fault]), rules_for_imds(client, table=TABLE):
        yield


@contextmanager
def _without_neighbour(_: Fault, client: Node, __: Processes) -> Iterator[None]:
    """IMDS is looked for on a second link, whose other end has other addresses only."""
    ends = (_SILENT_LINK, f'{_SILENT_LINK}-far')
    client.netlink.link('add', ifname=ends[0], kind='veth', peer={'ifname': ends[1]})
    for end in ends:
        client.up(end)
    for end in ends:
        client.wait_for_link(end)
    index = client.interface(_SILENT_LINK)
    try:
        with routes_to_imds(client, oif=index), rules_for_imds(client, table=TABLE):
            yield
    finally:
        client.netlink.link('del', index=index)


_FAULTS: dict[Fault, Callable[[Fault, Node, Processes], AbstractContextManager[None]]] = {
    Fault.BLACKHOLE: _dropped,
    **dict.fromkeys(_ROUTER_ANSWERS, _answered_by_a_router),
    **dict.fromkeys(_CLIENT_ROUTES, _misrouted),
    Fault.REJECT_TCP_RESET: _answered_by_a_reset,
    Fault.SILENT_GATEWAY: _silent,
    Fault.PROXY: _proxied,
    **dict.fromkeys(ALTERING, _altered),
    Fault.LOCAL_NO_ROUTE: _unroutable,
    Fault.LOCAL_NO_NEIGHBOUR: _without_neighbour,
}
