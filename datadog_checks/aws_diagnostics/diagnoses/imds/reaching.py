"""What to look at where nothing answers, by the step at which it ends."""

from ...facts import ContainerKind, Facts, IcmpError, Imds, NoAnswer, Outcome
from ...remedies import Remedy
from ..remedies import container_kind, modify_metadata_options
from .icmp import icmp_kind

NOT_CONTAINERS = (ContainerKind.NONE, ContainerKind.ECS_HOST)


def ways_to_reach(facts: Facts) -> Remedy:
    token = facts.imds.token if isinstance(facts.imds, Imds) else None
    match token:
        case NoAnswer(outcome=Outcome.REJECTED, icmp=icmp) | NoAnswer(icmp=IcmpError() as icmp):
            return _rejected(facts, icmp)
        case NoAnswer(outcome=Outcome.REFUSED):
            return _refused(facts)
        case NoAnswer(outcome=Outcome.NO_ROUTE | Outcome.UNREACHABLE | Outcome.CONNECT_FAILED):
            return _no_route(facts)
        case NoAnswer(outcome=Outcome.LOST | Outcome.RESET):
            return _no_answer_after_connecting(facts)
    return _silent(facts)


def address(facts: Facts) -> str:
    """Of IMDS as configured, without brackets: '169.254.169.254'."""
    endpoint = facts.imds.endpoint if isinstance(facts.imds, Imds) else ''
    host = endpoint.removeprefix('http://')
    return host[1 : host.index(']')] if host.startswith('[') and ']' in host else host.partition(':')[0]


def where(facts: Facts) -> str:
    return 'On this host' if container_kind(facts) in NOT_CONTAINERS else 'On the host of this container'


def firewall_rules(facts: Facts) -> str:
    imds = address(facts)
    save = 'ip6tables-save' if ':' in imds else 'iptables-save'
    return (
        f'{where(facts)}, list the rules that name it: sudo {save} | grep {imds}; sudo nft list ruleset | grep {imds}'
    )


def policies(facts: Facts) -> tuple[str, ...]:
    """What else may stand in the way of a pod."""
    if container_kind(facts) is not ContainerKind.POD:
        return ()
    cidr = f'{address(facts)}/{128 if ":" in address(facts) else 32}'
    return (
        'Look for a network policy that selects the Agent: kubectl get networkpolicies --all-namespaces',
        'Let the Agent alone out to IMDS (exposes it to no other pod), in a NetworkPolicy that selects the Agent: '
        f'egress: [{{to: [{{ipBlock: {{cidr: {cidr}}}}}], ports: [{{protocol: TCP, port: 80}}]}}]',
    )


def _rejected(facts: Facts, icmp: IcmpError | None) -> Remedy:
    router = (icmp and icmp.sender) or 'the router that rejects it'
    kind = f', which answers {icmp_kind(icmp)}' if icmp else ''
    return Remedy(
        f'Allow TCP port 80 to {address(facts)} on {router}{kind}',
        (
            *policies(facts),
            f'See which machine has that address: ip -brief address; ip route get {address(facts)}',
            f'{firewall_rules(facts)} (and the same on {router}, if that is another machine)',
            f'If no rule rejects it, give {router} a route to {address(facts)}',
        ),
    )


def _refused(facts: Facts) -> Remedy:
    pods = 'kubectl get pods --all-namespaces --output wide | grep -iE "kube2iam|kiam|metadata"'
    in_pod = container_kind(facts) is ContainerKind.POD
    return Remedy(
        f'Find what resets connections to {address(facts)}: a redirection to a proxy that is down, or a firewall rule',
        (
            *((f'See whether a credentials proxy on this node is down: {pods}',) if in_pod else ()),
            firewall_rules(facts),
            'Start the proxy that a rule redirects to, or remove the rule (REDIRECT, DNAT, REJECT with tcp-reset)',
        ),
    )


def _no_route(facts: Facts) -> Remedy:
    imds = address(facts)
    family = 'ip -6' if ':' in imds else 'ip'
    return Remedy(
        f'Give this system a route to {imds}',
        (
            f'See what the routing table says: {family} route get {imds}',
            f'Remove a route of type blackhole, unreachable or prohibit that covers it: {family} route show',
            f'Or add one through the primary interface: sudo {family} route add {imds} dev INTERFACE',
        ),
    )


def _no_answer_after_connecting(facts: Facts) -> Remedy:
    return Remedy(
        f'Find what accepts connections to {address(facts)} and then gives no answer',
        (
            firewall_rules(facts),
            'Restart the proxy that a rule redirects to, or let it forward PUT and GET under /latest/',
            'If no rule redirects it, see whether link-local packets are dropped, as IMDS, DNS and NTP share 1024 '
            'packets per second for each network interface: ethtool -S eth0 | grep linklocal_allowance_exceeded',
        ),
    )


def _silent(facts: Facts) -> Remedy:
    imds = address(facts)
    ipv6 = f'Enable the IPv6 endpoint: {modify_metadata_options(facts, "--http-protocol-ipv6 enabled")}'
    return Remedy(
        f'Let TCP port 80 through to {imds}: something drops it without an answer',
        (
            *((ipv6,) if ':' in imds else ()),
            *policies(facts),
            firewall_rules(facts),
            f'See which way it goes: ip route get {imds}',
        ),
    )
