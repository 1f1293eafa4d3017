"""What to do where nothing answers, by the step at which it ends and by the place where the Agent runs."""

from ...facts import ContainerKind, Facts, IcmpError, Imds, NoAnswer, OperatingSystem, Outcome, RouteKind
from ...remedies import Choice, Remedy, Step, shell
from ..agent_remedies import container_kind, in_host_network
from ..applying import apply_settings
from ..around_imds import ways_around_the_hop_limit
from ..host_remedies import MetadataOptions, change_metadata_options
from ..places import operating_system
from .blocking import (
    address,
    allow_in_policy,
    allow_the_agent,
    dropped_packets,
    find_credentials_proxy,
    firewall_rules,
    ip,
    on_the_host,
)
from .evidence import icmp_kind
from .no_way import give_a_way, off_this_system
from .other_systems import on_another_system
from .routes import away_from_the_device, is_local, is_misled, route_of


def ways_to_reach(facts: Facts) -> Remedy:
    token = facts.imds.token if isinstance(facts.imds, Imds) else None
    match token:
        case NoAnswer(outcome=Outcome.LOST | Outcome.RESET, icmp=None) if not is_local(facts):
            return _no_answer_after_connecting(facts)
        case _ if operating_system(facts) is not OperatingSystem.LINUX:
            return on_another_system(facts)
        case _ if is_local(facts):
            return off_this_system(facts)
        case NoAnswer(outcome=Outcome.UNREACHABLE) if is_misled(route_of(facts)):
            # The kernel says so itself, by ICMP, once it gives up on the neighbour.
            return give_a_way(facts)
        case NoAnswer(outcome=Outcome.REJECTED, icmp=icmp) | NoAnswer(icmp=IcmpError() as icmp):
            return _rejected(facts, icmp)
        case NoAnswer(outcome=Outcome.REFUSED):
            return _refused(facts)
        case NoAnswer(outcome=Outcome.CONNECT_FAILED) if _has_a_way(facts):
            return _forbidden(facts)
        case NoAnswer(outcome=Outcome.NO_ROUTE | Outcome.UNREACHABLE | Outcome.CONNECT_FAILED):
            return give_a_way(facts)
    return _silent(facts)


# Something rejects


def _rejected(facts: Facts, icmp: IcmpError | None) -> Remedy:
    router = (icmp and icmp.sender) or 'the router that rejects it'
    imds, route = address(facts), route_of(facts)
    own = icmp is not None and route is not None and icmp.sender in (route.source, '127.0.0.1', '::1')
    find = Step(
        f'Find the machine with the address {router}' if icmp and icmp.sender else f'Find {router}',
        (shell('ip', '-brief', 'address'), shell(*ip(imds), 'route', 'get', imds)),
    )
    if own:
        summary = f'A firewall rule of this {_system(facts)} rejects TCP port 80 to {imds}: allow it there'
        return _in_a_pod_too(facts, Remedy(summary, then=(firewall_rules(facts), *allow_the_agent(facts))))
    rules = firewall_rules(facts, f', and on {router} where that is another machine')
    last = Step(f'If no rule rejects it, give {router} a route to {imds}')
    return _in_a_pod_too(facts, Remedy(_rejection(imds, icmp), then=(find, rules, *allow_the_agent(facts), last)))


def _system(facts: Facts) -> str:
    return 'host' if in_host_network(facts) else 'container'


def _in_the_network_of_a_pod(facts: Facts) -> bool:
    """Network policies and proxies for credentials take hold of it, and not of the network of its node."""
    return container_kind(facts) is ContainerKind.POD and not in_host_network(facts)


def _in_a_pod_too(facts: Facts, found: Remedy) -> Remedy:
    """What else may block a pod, and how an Agent in a container goes around what cannot be opened."""
    policy = (allow_in_policy(facts),) if _in_the_network_of_a_pod(facts) else ()
    choices = (*found.choices, *policy, *ways_around_the_hop_limit(facts))
    if not choices:
        return found
    return Remedy(found.summary, choices, (*found.then, *apply_settings(facts)))


def _rejection(imds: str, icmp: IcmpError | None) -> str:
    """Who rejects; a firewall only where the answer says that it is forbidden (RFC 1812, RFC 4443)."""
    if icmp is None:
        return f'Something on the way rejects TCP port 80 to {imds}: allow it there'
    kind, where = icmp_kind(icmp), icmp.sender or 'the way'
    who = f'A firewall on {where}' if 'prohibited' in kind else icmp.sender or 'A router on the way'
    return f'{who} rejects TCP port 80 to {imds} ({kind.partition(",")[0]}): allow it there'


def _refused(facts: Facts) -> Remedy:
    in_pod = _in_the_network_of_a_pod(facts)
    found = Remedy(
        f'Find what resets connections to {address(facts)}: a redirection to a proxy that is down, or a firewall rule',
        then=(
            *((find_credentials_proxy(),) if in_pod else ()),
            firewall_rules(facts),
            *allow_the_agent(facts),
            Step(
                'Start the proxy to which a rule redirects, or remove the rule (REDIRECT, DNAT, REJECT with tcp-reset)'
            ),
        ),
    )
    return _in_a_pod_too(facts, found)


def _has_a_way(facts: Facts) -> bool:
    route = route_of(facts)
    return route is not None and route.kind is RouteKind.UNICAST and not is_misled(route)


def _forbidden(facts: Facts) -> Remedy:
    """The system itself refuses, and not for want of a route: a firewall, systemd, or a security module."""
    by_systemd = shell('systemctl', 'show', 'datadog-agent', '--property=IPAddressDeny', '--property=IPAddressAllow')
    look = (Step("See whether systemd filters the Agent's packets", (by_systemd,)),)
    here = container_kind(facts) is ContainerKind.NONE
    summary = f'Find what forbids connections to {address(facts)} on this {_system(facts)}: there is a route'
    rules = (firewall_rules(facts), *allow_the_agent(facts), *(look if here else ()))
    return _in_a_pod_too(facts, Remedy(summary, then=rules))


# Silence


def _no_answer_after_connecting(facts: Facts) -> Remedy:
    return Remedy(
        f'Find what accepts connections to {address(facts)} and then does not answer',
        then=(
            firewall_rules(facts),
            Step('Restart the proxy to which a rule redirects, or let it forward PUT and GET under /latest/'),
            *dropped_packets(facts),
        ),
    )


def _silent(facts: Facts) -> Remedy:
    imds, route = address(facts), route_of(facts)
    if is_misled(route) and in_host_network(facts):
        return away_from_the_device(facts)
    found = Remedy(
        f'Let TCP port 80 through to {imds}: something drops the packets without an answer',
        _enabling_ipv6(facts) if ':' in imds else (),
        (
            firewall_rules(facts),
            *allow_the_agent(facts),
            Step('Look at the route to IMDS', (shell(*ip(imds), 'route', 'get', imds),)),
            Step(f'Remove the rule that drops the packets, or correct the route, {on_the_host(facts)}'),
        ),
    )
    return _in_a_pod_too(facts, found)


def _enabling_ipv6(facts: Facts) -> tuple[Choice, ...]:
    option = '--http-protocol-ipv6'
    change = MetadataOptions((option, 'enabled'), 'http_protocol_ipv6 = "enabled"', (option, 'disabled'))
    return (
        change_metadata_options(
            facts,
            'Enable the IPv6 endpoint',
            change,
            'IMDS over IPv6 to every process that can reach it',
        ),
        Choice('Where it is enabled already, look for what drops the packets'),
    )
