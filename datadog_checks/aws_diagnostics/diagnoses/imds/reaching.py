"""What to look at where nothing answers, by the step at which it ends."""

from ...facts import ContainerKind, Facts, IcmpError, Imds, NoAnswer, Outcome
from ...remedies import Choice, Command, Remedy, Step, Value, Variable, script, shell, yaml
from ..agent_remedies import IN_THE_HOST_NETWORK, container_kind
from ..host_remedies import MetadataOptions, change_metadata_options
from .evidence import icmp_kind

IMDS_IPV4 = '169.254.169.254'
INTERFACE = Variable('INTERFACE')


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
    if not isinstance(facts.imds, Imds):
        return IMDS_IPV4
    host = facts.imds.endpoint.removeprefix('http://').removesuffix('/')
    return host[1 : host.index(']')] if host.startswith('[') else host.partition(':')[0]


def on_the_host(facts: Facts) -> str:
    """'on this host', or on that of this container, to end a sentence."""
    here = container_kind(facts) in IN_THE_HOST_NETWORK
    return 'on this host' if here else 'on the host of this container'


def firewall_rules(facts: Facts, text: str = '') -> Step:
    """Also of the networks around IMDS (169.254.0.0/16); `text` is more about the step, as a clause."""
    imds = address(facts)
    program = 'ip6tables-save' if ':' in imds else 'iptables-save'
    around = f'{imds.partition(":")[0]}:' if ':' in imds else imds.rsplit('.', 2)[0]
    found = 'grep -iF -e <around> -e reject -e drop'
    return Step(
        f'List the firewall rules for {imds} and its network, and those that reject or drop packets, '
        f'{on_the_host(facts)}{text}',
        (
            script(f'sudo {program} | {found}', around=around),
            script(f'sudo nft list ruleset | {found}', around=around),
        ),
    )


def dropped_packets(facts: Facts) -> Step:
    """Source: the EC2 user guide on instance network performance, 1024 link-local packets per second."""
    return Step(
        f'Count the link-local packets that EC2 dropped, {on_the_host(facts)} (the first command lists every '
        'INTERFACE; on each, IMDS, DNS and NTP share 1024 packets per second)',
        (
            shell('ip', '-brief', 'link'),
            script('ethtool -S <interface> | grep linklocal_allowance_exceeded', interface=INTERFACE),
        ),
    )


def policies(facts: Facts) -> tuple[Step, ...]:
    """What else may block a pod."""
    if container_kind(facts) is not ContainerKind.POD:
        return ()
    cidr = f'{address(facts)}/{128 if ":" in address(facts) else 32}'
    egress: dict[str, Value] = {'to': [{'ipBlock': {'cidr': cidr}}], 'ports': [{'protocol': 'TCP', 'port': 80}]}
    return (
        Step(
            'Look for a network policy that selects the Agent',
            (shell('kubectl', 'get', 'networkpolicies', '--all-namespaces'),),
        ),
        Step(
            'If one does, let the Agent reach IMDS by a NetworkPolicy that selects only the Agent, with this in its '
            'spec; to undo this, remove it again',
            (yaml({'egress': [egress]}),),
        ),
    )


def _rejected(facts: Facts, icmp: IcmpError | None) -> Remedy:
    router = (icmp and icmp.sender) or 'the router that rejects it'
    imds = address(facts)
    return Remedy(
        _rejection(imds, icmp),
        then=(
            *policies(facts),
            Step(
                f'Find the machine with the address {router}' if icmp and icmp.sender else f'Find {router}',
                (shell('ip', '-brief', 'address'), _route(imds)),
            ),
            firewall_rules(facts, f', and on {router} where that is another machine'),
            Step(f'If no rule rejects it, give {router} a route to {imds}'),
        ),
    )


def _rejection(imds: str, icmp: IcmpError | None) -> str:
    """Who rejects; a firewall only where the answer says that it is forbidden (RFC 1812, RFC 4443)."""
    if icmp is None:
        return f'Something on the way rejects TCP port 80 to {imds}: allow it there'
    kind, where = icmp_kind(icmp), icmp.sender or 'the way'
    who = f'A firewall on {where}' if 'prohibited' in kind else icmp.sender or 'A router on the way'
    return f'{who} rejects TCP port 80 to {imds} ({kind.partition(",")[0]}): allow it there'


def _refused(facts: Facts) -> Remedy:
    find = script('kubectl get pods --all-namespaces --output wide | grep -iE "kube2iam|kiam|metadata"')
    in_pod = container_kind(facts) is ContainerKind.POD
    return Remedy(
        f'Find what resets connections to {address(facts)}: a redirection to a proxy that is down, or a firewall rule',
        then=(
            *((Step('See whether a credentials proxy on this node is down', (find,)),) if in_pod else ()),
            firewall_rules(facts),
            Step(
                'Start the proxy to which a rule redirects, or remove the rule (REDIRECT, DNAT, REJECT with tcp-reset)'
            ),
        ),
    )


def _no_route(facts: Facts) -> Remedy:
    imds = address(facts)
    add = shell('sudo', *_ip(imds), 'route', 'add', imds, 'dev', INTERFACE)
    delete = shell('sudo', *_ip(imds), 'route', 'del', imds, 'dev', INTERFACE)
    shown = Step('Look at the route to IMDS and at all routes', (_route(imds), shell(*_ip(imds), 'route', 'show')))
    return Remedy(
        f'Give this system a route to {imds}',
        (
            Choice('Remove the route of type blackhole, unreachable or prohibit that covers it', shown.commands),
            Choice(
                'Add a route through the primary interface (the first command lists every INTERFACE)',
                (shell('ip', '-brief', 'link'), add),
                undo=Step('Remove the route again', (delete,)),
            ),
        ),
    )


def _no_answer_after_connecting(facts: Facts) -> Remedy:
    return Remedy(
        f'Find what accepts connections to {address(facts)} and then does not answer',
        then=(
            firewall_rules(facts),
            Step('Restart the proxy to which a rule redirects, or let it forward PUT and GET under /latest/'),
            dropped_packets(facts),
        ),
    )


def _silent(facts: Facts) -> Remedy:
    imds = address(facts)
    return Remedy(
        f'Let TCP port 80 through to {imds}: something drops the packets without an answer',
        _enabling_ipv6(facts) if ':' in imds else (),
        (
            *policies(facts),
            firewall_rules(facts),
            Step('Look at the route to IMDS', (_route(imds),)),
            Step('Remove the rule that drops the packets, or correct the route'),
        ),
    )


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


def _route(imds: str) -> Command:
    return shell(*_ip(imds), 'route', 'get', imds)


def _ip(imds: str) -> tuple[str, ...]:
    return ('ip', '-6') if ':' in imds else ('ip',)
