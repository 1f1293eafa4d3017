"""Breaks the network of a world, by routing rules where the kernel then answers as wanted, else by a process."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.simulator.addresses import FAMILIES, IMDS, PORT, Family
from tests.simulator.fault import Fault
from tests.simulator.lab.network import DOWNLINK, Network, Node
from tests.simulator.lab.proxy import Proxy
from tests.simulator.lab.rejecting_router import RejectingRouter
from tests.simulator.topology import FAMILY_NUMBER, HOST_PREFIX_LENGTH

Processes = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Does some work in a child for as long as the context lasts."""

_PRIORITY = 10
_TABLE = 100
_SILENT_LINK = 'silent'
_ICMP: dict[Family, int] = {'ipv4': 1, 'ipv6': 58}
_TCP = 6
_SCOPE_HOST = 254

_KERNEL_ANSWERS = {
    Fault.BLACKHOLE: 'FR_ACT_BLACKHOLE',
    Fault.REJECT_NETWORK: 'FR_ACT_UNREACHABLE',
    Fault.REJECT_ADMIN_PROHIBITED: 'FR_ACT_PROHIBIT',
}
_ROUTER_ANSWERS: dict[Fault, dict[Family, tuple[int, int]]] = {
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


@dataclass(frozen=True)
class _Rule:
    """A routing rule for packets to IMDS, in both families, as long as the context lasts."""

    node: Node
    match: dict[str, Any]

    @contextmanager
    def added(self) -> Iterator[None]:
        for family in FAMILIES:
            self.node.netlink.rule('add', **self._of(family))
        try:
            yield
        finally:
            for family in FAMILIES:
                self.node.netlink.rule('del', **self._of(family))

    def _of(self, family: Family) -> dict[str, Any]:
        destination = {'dst': IMDS[family], 'dst_len': HOST_PREFIX_LENGTH[family]}
        return {'family': FAMILY_NUMBER[family], 'priority': _PRIORITY} | destination | self.match


@contextmanager
def broken(fault: Fault, network: Network, processes: Processes) -> Iterator[None]:
    """The network with this fault. Raises OSError or NetlinkError where the kernel does not allow it."""
    with ExitStack() as stack:
        if fault is not Fault.NONE:
            node = network.gateway if fault.needs_gateway else network.client
            stack.enter_context(_FAULTS[fault](fault, node, processes))
        yield


@contextmanager
def _answered_by_the_kernel(fault: Fault, gateway: Node, _: Processes) -> Iterator[None]:
    with _Rule(gateway, {'iifname': DOWNLINK, 'action': _KERNEL_ANSWERS[fault]}).added():
        yield


@contextmanager
def _answered_by_a_router(fault: Fault, gateway: Node, processes: Processes) -> Iterator[None]:
    with gateway.entered():
        router = RejectingRouter(DOWNLINK, _ROUTER_ANSWERS[fault])
    drop = _Rule(gateway, {'iifname': DOWNLINK, 'action': 'FR_ACT_BLACKHOLE'})
    with router, drop.added(), processes(router.reject):
        yield


@contextmanager
def _answered_by_a_reset(_: Fault, gateway: Node, __: Processes) -> Iterator[None]:
    """The gateway takes the address of IMDS for its own, and nothing listens there."""
    for family in FAMILIES:
        gateway.add_address('lo', IMDS[family], HOST_PREFIX_LENGTH[family])
    try:
        yield
    finally:
        for family in FAMILIES:
            gateway.remove_address('lo', IMDS[family], HOST_PREFIX_LENGTH[family])


@contextmanager
def _silent(_: Fault, gateway: Node, __: Processes) -> Iterator[None]:
    """No ICMP that the gateway itself makes finds a route."""
    rules = [
        {'family': FAMILY_NUMBER[family], 'priority': _PRIORITY, 'iifname': 'lo', 'ip_proto': _ICMP[family]}
        | {'action': 'FR_ACT_BLACKHOLE'}
        for family in FAMILIES
    ]
    for rule in rules:
        gateway.netlink.rule('add', **rule)
    try:
        yield
    finally:
        for rule in rules:
            gateway.netlink.rule('del', **rule)


@contextmanager
def _proxied(_: Fault, gateway: Node, processes: Processes) -> Iterator[None]:
    """What DNAT to a local port does, without netfilter: port 80 ends here, every other port is forwarded."""
    with gateway.entered():
        proxy = Proxy(PORT)
    to_the_proxy = {'iifname': DOWNLINK, 'ip_proto': _TCP, 'dport_range': f'{PORT}:{PORT}', 'table': _TABLE}
    with proxy, _routed(gateway, type='local', scope=_SCOPE_HOST, oif=gateway.interface('lo')), _Rule(gateway, to_the_proxy).added():
        # The proxy opens its own connections, which have to start from the gateway.
        with processes(lambda: proxy.relay(gateway.enter)):
            yield


@contextmanager
def _routed(node: Node, **route: Any) -> Iterator[None]:
    """A route to IMDS in the table of this module, where a rule has to point."""
    routes = [{'dst': f'{IMDS[family]}/{HOST_PREFIX_LENGTH[family]}', 'table': _TABLE} | route for family in FAMILIES]
    for each in routes:
        node.netlink.route('add', **each)
    try:
        yield
    finally:
        for each in routes:
            node.netlink.route('del', **each)


@contextmanager
def _unroutable(_: Fault, client: Node, __: Processes) -> Iterator[None]:
    with _Rule(client, {'action': 'FR_ACT_UNREACHABLE'}).added():
        yield


@contextmanager
def _misrouted(fault: Fault, client: Node, _: Processes) -> Iterator[None]:
    with _routed(client, type=_CLIENT_ROUTES[fault]), _Rule(client, {'table': _TABLE}).added():
        yield


@contextmanager
def _without_neighbour(_: Fault, client: Node, __: Processes) -> Iterator[None]:
    """IMDS is looked for on a second link, whose other end has other addresses only."""
    client.netlink.link('add', ifname=_SILENT_LINK, kind='veth', peer={'ifname': f'{_SILENT_LINK}-far'})
    ends = (_SILENT_LINK, f'{_SILENT_LINK}-far')
    for end in ends:
        client.up(end)
    for end in ends:
        client.wait_for_link(end)
    index = client.interface(_SILENT_LINK)
    try:
        with _routed(client, oif=index), _Rule(client, {'table': _TABLE}).added():
            yield
    finally:
        client.netlink.link('del', index=index)


_FAULTS: dict[Fault, Callable[[Fault, Node, Processes], AbstractContextManager[None]]] = {
    **dict.fromkeys(_KERNEL_ANSWERS, _answered_by_the_kernel),
    **dict.fromkeys(_ROUTER_ANSWERS, _answered_by_a_router),
    **dict.fromkeys(_CLIENT_ROUTES, _misrouted),
    Fault.REJECT_TCP_RESET: _answered_by_a_reset,
    Fault.SILENT_GATEWAY: _silent,
    Fault.PROXY: _proxied,
    Fault.LOCAL_NO_ROUTE: _unroutable,
    Fault.LOCAL_NO_NEIGHBOUR: _without_neighbour,
}
