"""Which way packets to IMDS take, in words, and how to send them another way."""

from ...facts import Facts, Host, OperatingSystem, Route, RouteKind
from ...remedies import Choice, Remedy, Step, Word, shell
from ...text import SHORT, clean
from ..places import operating_system
from .blocking import INTERFACE, address, ip
from .other_systems import look_at_route, on_another_system

MAIN = 254
"""The number of the routing table main."""
NO_WAY = {
    RouteKind.BLACKHOLE: 'the route to it is a blackhole',
    RouteKind.UNREACHABLE: 'the route to it is of the type unreachable',
    RouteKind.PROHIBIT: 'a route or a rule of the routing policy prohibits it',
    RouteKind.NONE: 'no route leads to it',
    RouteKind.LOCAL: 'its address is one of this system itself',
}
MAKERS = {'boot': 'a person or a script', 'static': 'a person or a script', 'ra': 'a router', 'kernel': 'the kernel'}
"""Who makes routes that carry this name; programs that are not here have their own."""


def route_of(facts: Facts) -> Route | None:
    """None where it was not observed."""
    return facts.host.route if isinstance(facts.host, Host) and isinstance(facts.host.route, Route) else None


def taken(facts: Facts) -> str:
    """'' or the end of a sentence: which way packets to IMDS take."""
    route = route_of(facts)
    if route is None or (route.kind is RouteKind.UNICAST and route.device is None):
        return ''
    by_user = '; packets of root take another way' if route.by_user else ''
    return f'; {NO_WAY.get(route.kind) or _way(route)}{by_user}'


def _way(route: Route) -> str:
    """Like 'the route to it is 169.254.0.0/16 dev veth1a2b (veth), where nobody answers (neighbour FAILED)'."""
    where = f'{_covers(route)}{f" via {route.gateway}" if route.gateway else ""} dev {route.device}'
    maker = MAKERS.get(route.protocol, clean(route.protocol, SHORT))
    known = (
        clean(route.device_kind, SHORT),
        f'table {route.table}' if route.table not in (None, MAIN) else '',
        f'made by {maker}' if maker else '',
    )
    details = ', '.join(detail for detail in known if detail)
    silent = f', where nobody answers (neighbour {route.neighbour.upper()})' if route.neighbour.is_missing else ''
    return f'the route to it is {where}{f" ({details})" if details else ""}{silent}'


def _covers(route: Route) -> str:
    if route.destination is None:
        return 'one'
    return 'the default' if is_default(route) else route.destination


def is_default(route: Route) -> bool:
    return route.destination is not None and route.destination.endswith('/0')


def is_misled(route: Route | None) -> bool:
    """Packets leave through a device on which nobody answers for IMDS, or one that only reaches containers."""
    if route is None or route.kind is not RouteKind.UNICAST:
        return False
    return route.neighbour.is_missing or (not is_default(route) and is_virtual(route))


def is_local(facts: Facts) -> bool:
    """The address of IMDS is one of this system itself, as Linux tells it: another system has no such route."""
    route = route_of(facts)
    on_linux = operating_system(facts) is OperatingSystem.LINUX
    return on_linux and route is not None and route.kind is RouteKind.LOCAL


def is_virtual(route: Route) -> bool:
    """No network card, and nothing that stands for cards (bond, team, vlan, macvlan, ipvlan)."""
    return route.device_kind in ('veth', 'bridge', 'tun', 'wireguard', 'dummy', 'ipip', 'gre', 'vxlan', 'geneve')


# Linux


def away_from_the_device(facts: Facts) -> Remedy:
    route = route_of(facts)
    device = route.device if route and route.device else 'the device that they take now'
    away = f'Send packets to {address(facts)} through the network interface of the instance, not through {device}'
    if route and not is_virtual(route):
        node = route.gateway or 'the next node'
        away = f'Give {address(facts)} a route of its own: {node}, to which its packets go through {device}, is silent'
    return _another_way(facts, route, away)


def _another_way(facts: Facts, route: Route | None, summary: str) -> Remedy:
    """For IMDS alone, which wins over any other route of the table that is asked."""
    return Remedy(summary, (*_without_the_route(facts, route), own_route(facts)), look_at_routes(facts, route))


def past_the_gateway(facts: Facts) -> Remedy:
    """On a host that is in no container no gateway belongs before IMDS: a VPN or a router has taken the way."""
    if operating_system(facts) is not OperatingSystem.LINUX:
        return on_another_system(facts)
    route = route_of(facts)
    device = f' through {route.device}' if route and route.device else ''
    summary = (
        f'Send IMDS requests past the gateway that they take{device}: outside of containers none belongs there, and '
        'a larger hop limit does not help'
    )
    return _another_way(facts, route, summary)


def own_route(facts: Facts) -> Choice:
    imds, route = address(facts), route_of(facts)
    table = _table(route)
    add = shell('sudo', *ip(imds), 'route', 'replace', imds, 'dev', INTERFACE, *table)
    delete = shell('sudo', *ip(imds), 'route', 'del', imds, 'dev', INTERFACE, *table)
    return Choice(
        'Add a route for IMDS alone, through the network interface of the instance (the first command lists every '
        'INTERFACE: not a tunnel, bridge or veth); persist it in the network configuration, or it is lost at the next '
        'reboot',
        (shell('ip', '-brief', 'link'), add),
        undo=Step('Remove the route again', (delete,)),
    )


def _without_the_route(facts: Facts, route: Route | None) -> tuple[Choice, ...]:
    """Not the default route: that carries everything else too. Nor that of a bridge's own address: the kernel made it,
    and without it the bridge's containers lose their network."""
    if route is None or not is_misled(route) or route.destination is None or is_default(route) or not route.device:
        return ()
    if (route.device_kind, route.protocol) == ('bridge', 'kernel'):
        return ()
    imds, is_veth = address(facts), route.device_kind == 'veth'
    via = ('via', route.gateway) if route.gateway else ()
    words: tuple[Word, ...] = (route.destination, *via, 'dev', route.device, *_table(route))
    return (
        Choice(
            f'Remove the route {route.destination} through {route.device}; whatever made it makes it again, so exclude '
            f'the device there too (with dhcpcd or avahi by denyinterfaces {"veth*" if is_veth else route.device})',
            (shell('sudo', *ip(imds), 'route', 'del', *words),),
            undo=Step('Add the route again', (shell('sudo', *ip(imds), 'route', 'add', *words),)),
        ),
    )


def _table(route: Route | None) -> tuple[Word, ...]:
    return ('table', str(route.table)) if route and route.table not in (None, MAIN) else ()


def look_at_routes(facts: Facts, route: Route | None) -> tuple[Step, ...]:
    return (
        Step('Look at the route to IMDS, and at the rules that choose a routing table', look_at_route(facts)),
        *_owner(route),
    )


def _owner(route: Route | None) -> tuple[Step, ...]:
    """Which program a tunnel belongs to; those of others than root can only be seen by root."""
    if route is None or route.device is None:
        return ()
    exempt = f'exempt the address of IMDS there from what goes through {route.device}'
    if route.device.startswith('tailscale'):
        return (Step(f'See which exit node or subnet route Tailscale uses, and {exempt}', (_TAILSCALE,)),)
    match route.device_kind:
        case 'wireguard':
            found = shell('sudo', 'wg', 'show', route.device, 'allowed-ips')
            return (Step(f'See what WireGuard sends through {route.device}, and {exempt}', (found,)),)
        case 'tun':
            found = shell('sudo', 'lsof', '/dev/net/tun')
            return (Step(f'See which process owns the tunnel {route.device}, and {exempt}', (found,)),)
    return ()


_TAILSCALE = shell('tailscale', 'status')
