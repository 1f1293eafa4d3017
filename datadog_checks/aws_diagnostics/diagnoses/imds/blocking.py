"""What may stop packets to IMDS, and how to look at it and open it: firewalls, network policies, limits."""

from ...facts import ContainerKind, Facts, Imds, OperatingSystem
from ...remedies import Choice, Command, Step, Value, Variable, script, shell, yaml
from ..agent_remedies import container_kind, in_host_network
from ..places import operating_system, powershell

IMDS_IPV4 = '169.254.169.254'
INTERFACE = Variable('INTERFACE')
OF_A_CREDENTIALS_PROXY = 8181
"""The port of the node to which kube2iam and kiam have port 80 redirected by default."""


def address(facts: Facts) -> str:
    """Of IMDS as configured, without brackets: '169.254.169.254'."""
    if not isinstance(facts.imds, Imds):
        return IMDS_IPV4
    host = facts.imds.endpoint.removeprefix('http://').removesuffix('/')
    return host[1 : host.index(']')] if host.startswith('[') else host.partition(':')[0]


def ip(imds: str) -> tuple[str, ...]:
    """The program, for the family of this address."""
    return ('ip', '-6') if ':' in imds else ('ip',)


def alone(imds: str) -> str:
    """The network that holds this address and no other."""
    return f'{imds}/{128 if ":" in imds else 32}'


def on_the_host(facts: Facts) -> str:
    """'on this host', or on that of this container, to end a sentence."""
    here = in_host_network(facts)
    return 'on this host' if here else 'on the host of this container'


# Firewalls


def firewall_rules(facts: Facts, text: str = '') -> Step:
    """Also of the networks around IMDS (169.254.0.0/16); `text` is more about the step, as a clause."""
    match operating_system(facts):
        case OperatingSystem.WINDOWS:
            return Step(f'List the firewall rules that block what goes out, {on_the_host(facts)}{text}', (_WINDOWS,))
        case OperatingSystem.MACOS:
            rules = shell('sudo', 'pfctl', '-s', 'rules')
            return Step(f'List the firewall rules, {on_the_host(facts)}{text}', (rules,))
    return Step(
        f'List the firewall rules for {address(facts)} and its network, and those that reject or drop packets, '
        f'{on_the_host(facts)}{text}',
        _rules_of_linux(facts),
    )


_WINDOWS = powershell(
    'Get-NetFirewallRule -Direction Outbound -Action Block -Enabled True | Select-Object -Property DisplayName'
)


def _rules_of_linux(facts: Facts) -> tuple[Command, ...]:
    imds = address(facts)
    program = 'ip6tables-save' if ':' in imds else 'iptables-save'
    around = f'{imds.partition(":")[0]}:' if ':' in imds else imds.rsplit('.', 2)[0]
    found = 'grep -iF -e <around> -e reject -e drop'
    return (
        script(f'sudo {program} | {found}', around=around),
        script(f'sudo nft list ruleset | {found}', around=around),
    )


def allow_the_agent(facts: Facts) -> tuple[Step, ...]:
    """Past rules by user (iptables owner match, nft skuid), which harden hosts; none where the Agent has no own user.

    Source: aws-parallelcluster-cookbook issue 989: only root and a few users reach IMDS.
    """
    if container_kind(facts) is not ContainerKind.NONE or operating_system(facts) is not OperatingSystem.LINUX:
        return ()
    imds = address(facts)
    program = 'ip6tables' if ':' in imds else 'iptables'
    rule = ('OUTPUT', '-d', imds, '-p', 'tcp', '--dport', '80', '-m', 'owner', '--uid-owner', 'dd-agent')
    return (
        Step(
            "If a rule matches by user (owner, skuid), allow the Agent's user dd-agent, which then can also "
            'read the instance role credentials; persist this rule with the others, or a reboot '
            'removes it; to undo this, use -D instead of -I',
            (shell('sudo', program, '-I', *rule, '-j', 'ACCEPT'),),
        ),
    )


# Pods


def find_policies() -> Step:
    return Step(
        'Look for a network policy that selects the Agent',
        (shell('kubectl', 'get', 'networkpolicies', '--all-namespaces'),),
    )


def allow_in_policy(facts: Facts) -> Choice:
    """A policy sees the address after NAT: that of the node where kube2iam or kiam redirects (kube2iam issue 308)."""
    to_imds: dict[str, Value] = {
        'to': [{'ipBlock': {'cidr': alone(address(facts))}}],
        'ports': [{'protocol': 'TCP', 'port': 80}],
    }
    to_proxy: dict[str, Value] = {'ports': [{'protocol': 'TCP', 'port': OF_A_CREDENTIALS_PROXY}]}
    return Choice(
        'If a network policy selects the Agent, let the Agent reach IMDS by a NetworkPolicy that selects only the '
        'Agent, with this in its spec; the second entry is for kube2iam and kiam, which redirect port 80 to port '
        f'{OF_A_CREDENTIALS_PROXY} of the node: a policy sees the address after that NAT',
        (*find_policies().commands, yaml({'egress': [to_imds, to_proxy]})),
        'IMDS to the pods that the policy selects',
        Step('Remove the NetworkPolicy again'),
    )


def find_credentials_proxy(does: str = 'is down') -> Step:
    find = script('kubectl get pods --all-namespaces --output wide | grep -iE "kube2iam|kiam|metadata"')
    return Step(f'See whether a credentials proxy on this node {does}', (find,))


# Limits


def dropped_packets(facts: Facts) -> tuple[Step, ...]:
    """Source: the EC2 user guide on instance network performance, 1024 link-local packets per second.

    Only Linux drivers are known to show the count.
    """
    if operating_system(facts) is not OperatingSystem.LINUX:
        return ()
    return (
        Step(
            f'Count the link-local packets that EC2 dropped, {on_the_host(facts)} (the first command lists every '
            'INTERFACE; on each, IMDS, DNS and NTP share 1024 packets per second)',
            (
                shell('ip', '-brief', 'link'),
                script('ethtool -S <interface> | grep linklocal_allowance_exceeded', interface=INTERFACE),
            ),
        ),
    )


def connected_processes(facts: Facts) -> tuple[Command, ...]:
    """What prints the processes that are connected to IMDS."""
    imds = address(facts)
    match operating_system(facts):
        case OperatingSystem.WINDOWS:
            return (powershell(f'Get-NetTCPConnection -RemoteAddress {imds} | Format-Table OwningProcess, State'),)
        case OperatingSystem.MACOS:
            return (shell('sudo', 'lsof', '-nP', f'-iTCP@{f"[{imds}]" if ":" in imds else imds}'),)
    return (shell('sudo', 'ss', '--tcp', '--processes', 'dst', imds),)


def ask_without_a_token(facts: Facts) -> Command:
    """Prints the headers of whatever answers, by a request with an invalid token, which is no use of IMDSv1."""
    endpoint = facts.imds.endpoint.removesuffix('/') if isinstance(facts.imds, Imds) else f'http://{IMDS_IPV4}'
    header, url = 'X-aws-ec2-metadata-token: invalid', f'{endpoint}/latest/'
    if operating_system(facts) is OperatingSystem.WINDOWS:
        words = "curl.exe --silent --noproxy '*' --output NUL --dump-header -"
        return powershell(f"{words} --header '{header}' '{url}'")
    curl = ('curl', '--silent', '--noproxy', '*', '--output', '/dev/null', '--dump-header', '-')
    return shell(*curl, '--header', header, url)
