import pytest

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_UNREACHABLE
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import (
    Container,
    ContainerKind,
    Facts,
    IcmpError,
    Neighbour,
    NotSent,
    Outcome,
    Route,
    RouteKind,
    Unobserved,
)
from datadog_checks.aws_diagnostics.facts.values import InterfaceName, IpNetwork
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests import builders
from tests.builders import NOW, answered, container, facts, host, icmp, unanswered
from tests.diagnoses.imds.conversations import (
    LOST,
    connect_fails,
    silent_after_connecting,
    throttled,
    v1_works,
    without_token,
)
from tests.diagnoses.remedy_parts import (
    ALLOW_IN_POLICY,
    ALLOW_THE_AGENT,
    APPLY_COMPOSE,
    APPLY_HELM,
    CLOUD_INIT_IN_A_POD,
    CLOUD_INIT_IN_DOCKER,
    DROPPED_PACKETS,
    FIREWALL_RULES,
    FIREWALL_RULES_AROUND,
    HOST_NETWORK_IN_DOCKER,
    HOST_NETWORK_OF_A_POD,
    LOOK_AT_ROUTES,
    OWN_ROUTE,
    metadata_options,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

PROHIBITED = icmp(4, 3, 13, '10.0.0.1')

FAILS = {
    'nothing comes back to the SYN': Row(
        facts(imds=connect_fails(Outcome.SILENT, 'ETIMEDOUT')),
        'the token PUT got no connection: nothing came back (ETIMEDOUT), '
        'the GET with an invalid token got no connection: nothing came back (ETIMEDOUT)',
        near_miss='throttled',
    ),
    'a router says that it is prohibited': Row(
        facts(imds=connect_fails(Outcome.REJECTED, icmp=PROHIBITED, control=NotSent('nothing connects'))),
        'the token PUT was rejected on the way by 10.0.0.1 (ICMP 3/13, communication administratively prohibited)',
        near_miss='throttled',
    ),
    'a router that does not tell its address rejects': Row(
        facts(imds=connect_fails(Outcome.REJECTED, icmp=icmp(6, 1, 4, None), control=NotSent(''))),
        'the token PUT was rejected on the way by an unknown router (ICMPv6 1/4, port unreachable)',
        near_miss='throttled',
    ),
    'connected, and neither PUT nor GET is answered': Row(
        facts(imds=silent_after_connecting()),
        'the token PUT connected and got no answer in time, '
        'the GET with an invalid token connected and got no answer in time',
        near_miss='connected, PUT is not answered, GET is',
    ),
    'nothing answers now, IMDSv1 did an hour ago': Row(
        facts(imds=connect_fails(Outcome.REFUSED, 'reset', control=NotSent(''), **v1_works(tokenless_at=NOW - 3600))),
        'the token PUT was refused (TCP reset) (reset)',
        near_miss='throttled',
    ),
    'a veth takes the route, and nobody answers there': Row(
        facts(
            imds=connect_fails(Outcome.SILENT, 'ETIMEDOUT', control=NotSent('')),
            host=host(
                route=builders.route(
                    device=InterfaceName('veth1a2b'),
                    device_kind='veth',
                    gateway=None,
                    destination=IpNetwork('169.254.0.0/16'),
                    protocol='dhcp',
                    neighbour=Neighbour.FAILED,
                )
            ),
        ),
        'the token PUT got no connection: nothing came back (ETIMEDOUT); the route to it is 169.254.0.0/16 dev '
        'veth1a2b (veth, made by dhcp), where nobody answers (neighbour FAILED)',
        near_miss='throttled',
    ),
    'a table of a VPN takes the route': Row(
        facts(
            imds=connect_fails(Outcome.SILENT, 'ETIMEDOUT', control=NotSent('')),
            host=host(
                route=builders.route(
                    device=InterfaceName('wg0'), device_kind='wireguard', gateway=None, table=51820, protocol='boot'
                )
            ),
        ),
        'the token PUT got no connection: nothing came back (ETIMEDOUT); the route to it is the default dev wg0 '
        '(wireguard, table 51820, made by a person or a script)',
        near_miss='throttled',
    ),
    'a rule of the routing policy is for other users': Row(
        facts(
            imds=connect_fails(Outcome.CONNECT_FAILED, 'EACCES', control=NotSent('')),
            host=host(route=Route(RouteKind.PROHIBIT, by_user=True)),
        ),
        'the token PUT could not connect (EACCES); a route or a rule of the routing policy prohibits it; packets of '
        'root take another way',
        near_miss='throttled',
    ),
    'a route whose device the kernel does not name': Row(
        facts(
            imds=connect_fails(Outcome.SILENT, 'ETIMEDOUT', control=NotSent('')),
            host=host(route=builders.route(device=None)),
        ),
        'the token PUT got no connection: nothing came back (ETIMEDOUT)',
        near_miss='throttled',
    ),
    'seen two hours ago, while the probe backs off': Row(
        facts(imds=connect_fails(Outcome.NO_ROUTE, 'ENETUNREACH', control=NotSent(''), observed_at=NOW - 7300)),
        'the token PUT has no route (ENETUNREACH); observed 2 hours ago (the probe backs off)',
        near_miss='throttled',
    ),
}
PASSES = {
    'all is well': Row(facts(), 'the token PUT was answered 200, the GET with the token was answered 200'),
    'throttled': Row(
        facts(imds=throttled()), 'the token PUT was answered 503, the GET with an invalid token was answered 503'
    ),
    'connected, PUT is not answered, GET is': Row(
        facts(imds=without_token(LOST, answered(401))),
        'the token PUT connected and got no answer in time, the GET with an invalid token was answered 401',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'one connection failed, the next one was answered': Row(
        facts(imds=without_token(connect_fails(Outcome.SILENT).token, answered(401))),
        'the token PUT got no connection: nothing came back, '
        'the GET with an invalid token was answered 401: no single cause fits',
    ),
    'PUT lost, no time for more': Row(
        facts(imds=without_token(LOST, NotSent('the deadline is over'))),
        'the token PUT connected and got no answer in time: no single cause fits',
    ),
}

POD = host(container=container(ContainerKind.POD))
POD_IN_THE_HOST_NETWORK = host(container=Container(ContainerKind.POD, 'a mark', in_host_network=True))
RESET = unanswered(Outcome.RESET, 'ECONNRESET')
RULE_OF_DD_AGENT = 'uidrange "$(id -u dd-agent)-$(id -u dd-agent)" to 169.254.169.254 lookup main priority 1'
FIND_THE_ROUTER = (Command('ip -brief address'), Command('ip route get 169.254.169.254'))
START_OR_REMOVE = Step(
    'Start the proxy to which a rule redirects, or remove the rule (REDIRECT, DNAT, REJECT with tcp-reset)'
)
LET_THROUGH = 'Let TCP port 80 through to 169.254.169.254: something drops the packets without an answer'
ROUTE = Step('Look at the route to IMDS', (Command('ip route get 169.254.169.254'),))
REMOVE_THE_RULE = 'Remove the rule that drops the packets, or correct the route'
RESTART_THE_PROXY = Step('Restart the proxy to which a rule redirects, or let it forward PUT and GET under /latest/')
ADD_A_ROUTE = Choice(
    'Add a route through the primary interface (the first command lists every INTERFACE)',
    (Command('ip -brief link'), Command('sudo ip route add 169.254.169.254 dev "${INTERFACE:?}"')),
    undo=Step('Remove the route again', (Command('sudo ip route del 169.254.169.254 dev "${INTERFACE:?}"'),)),
)
REMOVE_THE_ROUTE = Choice(
    'Remove the route or the rule of type blackhole, unreachable or prohibit that covers it',
    (*LOOK_AT_ROUTES.commands, Command('ip route show table all')),
)
GIVE_A_ROUTE = Remedy('Give this system a route to 169.254.169.254', (REMOVE_THE_ROUTE, ADD_A_ROUTE))
WITHOUT_A_WAY = (
    "The network of the Agent's container has no way to 169.254.169.254: name the host without IMDS, or give the "
    'Agent a network that has one'
)
IPV4_OF_PODS = Choice(
    'On a cluster with IPv6, let the VPC CNI give a way to IPv4 addresses to pods that are created afterwards',
    (Command('kubectl set env --namespace kube-system daemonset/aws-node ENABLE_V4_EGRESS=true'),),
    'IPv4 addresses to all pods, past network policies, which do not cover that interface',
    Step(
        'Set it back', (Command('kubectl set env --namespace kube-system daemonset/aws-node ENABLE_V4_EGRESS=false'),)
    ),
)
WHAT_RESETS = (
    'Find what resets connections to 169.254.169.254: a redirection to a proxy that is down, or a firewall rule'
)


def silent_on_a_bridge(protocol: str) -> Facts:
    """`protocol` says who made the route of the bridge."""
    route = builders.route(
        device=InterfaceName('docker0'),
        device_kind='bridge',
        gateway=None,
        destination=IpNetwork('169.254.0.0/16'),
        protocol=protocol,
        neighbour=Neighbour.FAILED,
    )
    return facts(imds=connect_fails(Outcome.SILENT), host=host(route=route))


REMEDIES = {
    'a router rejects, on a host': (
        facts(imds=connect_fails(Outcome.REJECTED, icmp=PROHIBITED)),
        Remedy(
            'A firewall on 10.0.0.1 rejects TCP port 80 to 169.254.169.254 (ICMP 3/13): allow it there',
            then=(
                Step('Find the machine with the address 10.0.0.1', FIND_THE_ROUTER),
                Step(f'{FIREWALL_RULES.text}, and on 10.0.0.1 where that is another machine', FIREWALL_RULES.commands),
                ALLOW_THE_AGENT,
                Step('If no rule rejects it, give 10.0.0.1 a route to 169.254.169.254'),
            ),
        ),
    ),
    'a router rejects, and how is not known': (
        facts(imds=connect_fails(Outcome.REJECTED)),
        Remedy(
            'Something on the way rejects TCP port 80 to 169.254.169.254: allow it there',
            then=(
                Step('Find the router that rejects it', FIND_THE_ROUTER),
                Step(
                    f'{FIREWALL_RULES.text}, and on the router that rejects it where that is another machine',
                    FIREWALL_RULES.commands,
                ),
                ALLOW_THE_AGENT,
                Step('If no rule rejects it, give the router that rejects it a route to 169.254.169.254'),
            ),
        ),
    ),
    'this host itself rejects': (
        facts(imds=connect_fails(Outcome.REJECTED, icmp=icmp(4, 3, 3, '10.0.0.12')), host=host(route=builders.route())),
        Remedy(
            'A firewall rule of this host rejects TCP port 80 to 169.254.169.254: allow it there',
            then=(FIREWALL_RULES, ALLOW_THE_AGENT),
        ),
    ),
    'refused in a pod': (
        facts(imds=connect_fails(Outcome.REFUSED), host=POD),
        Remedy(
            WHAT_RESETS,
            (ALLOW_IN_POLICY, CLOUD_INIT_IN_A_POD, HOST_NETWORK_OF_A_POD),
            (
                Step(
                    'See whether a credentials proxy on this node is down',
                    (Command('kubectl get pods --all-namespaces --output wide | grep -iE "kube2iam|kiam|metadata"'),),
                ),
                FIREWALL_RULES_AROUND,
                START_OR_REMOVE,
                APPLY_HELM,
            ),
        ),
    ),
    'refused on a host': (
        facts(imds=connect_fails(Outcome.REFUSED)),
        Remedy(
            WHAT_RESETS,
            then=(FIREWALL_RULES, ALLOW_THE_AGENT, START_OR_REMOVE),
        ),
    ),
    'silent in a pod': (
        facts(imds=connect_fails(Outcome.SILENT), host=POD),
        Remedy(
            LET_THROUGH,
            (ALLOW_IN_POLICY, CLOUD_INIT_IN_A_POD, HOST_NETWORK_OF_A_POD),
            (FIREWALL_RULES_AROUND, ROUTE, Step(f'{REMOVE_THE_RULE}, on the host of this container'), APPLY_HELM),
        ),
    ),
    'silent on a host': (
        facts(imds=connect_fails(Outcome.SILENT), host=host(route=builders.route())),
        Remedy(LET_THROUGH, then=(FIREWALL_RULES, ALLOW_THE_AGENT, ROUTE, Step(f'{REMOVE_THE_RULE}, on this host'))),
    ),
    'silent, and the next node does not answer': (
        silent_on_a_bridge('boot'),
        Remedy(
            'Send packets to 169.254.169.254 through the network interface of the instance, not through docker0',
            (
                Choice(
                    'Remove the route 169.254.0.0/16 through docker0; whatever made it makes it again, so exclude the '
                    'device there too (with dhcpcd or avahi by denyinterfaces docker0)',
                    (Command('sudo ip route del 169.254.0.0/16 dev docker0'),),
                    undo=Step('Add the route again', (Command('sudo ip route add 169.254.0.0/16 dev docker0'),)),
                ),
                OWN_ROUTE,
            ),
            (LOOK_AT_ROUTES,),
        ),
    ),
    'silent, and the network of a bridge covers it': (
        silent_on_a_bridge('kernel'),
        Remedy(
            'Send packets to 169.254.169.254 through the network interface of the instance, not through docker0',
            (OWN_ROUTE,),
            (LOOK_AT_ROUTES,),
        ),
    ),
    'the router of the default route does not answer': (
        facts(imds=connect_fails(Outcome.UNREACHABLE), host=host(route=builders.route(neighbour=Neighbour.INCOMPLETE))),
        Remedy(
            'Give 169.254.169.254 a route of its own: 10.0.0.1, to which its packets go through ens5, is silent',
            (OWN_ROUTE,),
            (LOOK_AT_ROUTES,),
        ),
    ),
    'silent over IPv6': (
        facts(imds=connect_fails(Outcome.SILENT, endpoint='http://[fd00:ec2::254]')),
        Remedy(
            'Let TCP port 80 through to fd00:ec2::254: something drops the packets without an answer',
            (
                metadata_options(
                    'Enable the IPv6 endpoint',
                    '--http-protocol-ipv6 enabled',
                    '--http-protocol-ipv6 disabled',
                    exposes='IMDS over IPv6 to every process that can reach it',
                    region='',
                ),
                Choice('Where it is enabled already, look for what drops the packets'),
            ),
            then=(
                Step(
                    'List the firewall rules for fd00:ec2::254 and its network, and those that reject or drop packets, '
                    'on this host',
                    (
                        Command('sudo ip6tables-save | grep -iF -e fd00: -e reject -e drop'),
                        Command('sudo nft list ruleset | grep -iF -e fd00: -e reject -e drop'),
                    ),
                ),
                Step(
                    ALLOW_THE_AGENT.text,
                    (
                        Command(
                            'sudo ip6tables -I OUTPUT -d fd00:ec2::254 -p tcp --dport 80 -m owner --uid-owner dd-agent '
                            '-j ACCEPT'
                        ),
                    ),
                ),
                Step('Look at the route to IMDS', (Command('ip -6 route get fd00:ec2::254'),)),
                Step(f'{REMOVE_THE_RULE}, on this host'),
            ),
        ),
    ),
    'no route': (facts(imds=connect_fails(Outcome.NO_ROUTE)), GIVE_A_ROUTE),
    'no neighbour answers': (facts(imds=connect_fails(Outcome.UNREACHABLE)), GIVE_A_ROUTE),
    'connecting is forbidden': (facts(imds=connect_fails(Outcome.CONNECT_FAILED, 'EACCES')), GIVE_A_ROUTE),
    'connecting is forbidden, and not to root': (
        facts(
            imds=connect_fails(Outcome.CONNECT_FAILED, 'EACCES'),
            host=host(route=Route(RouteKind.PROHIBIT, by_user=True)),
        ),
        Remedy(
            GIVE_A_ROUTE.summary,
            (
                Choice(
                    "Let the Agent's user dd-agent take the routes of root: a rule of the routing policy looks at the "
                    'user',
                    (Command(f'sudo ip rule add {RULE_OF_DD_AGENT}'),),
                    "the metadata and the credentials of the instance role to the Agent's user",
                    Step('Remove the rule again', (Command(f'sudo ip rule del {RULE_OF_DD_AGENT}'),)),
                ),
                REMOVE_THE_ROUTE,
                ADD_A_ROUTE,
            ),
        ),
    ),
    'connecting is forbidden, although there is a route': (
        facts(imds=connect_fails(Outcome.CONNECT_FAILED, 'EPERM'), host=host(route=builders.route())),
        Remedy(
            'Find what forbids connections to 169.254.169.254 on this host: there is a route',
            then=(
                FIREWALL_RULES,
                ALLOW_THE_AGENT,
                Step(
                    "See whether systemd filters the Agent's packets",
                    (Command('systemctl show datadog-agent --property=IPAddressDeny --property=IPAddressAllow'),),
                ),
            ),
        ),
    ),
    'no route in a pod': (
        facts(imds=connect_fails(Outcome.NO_ROUTE), host=POD),
        Remedy(WITHOUT_A_WAY, (CLOUD_INIT_IN_A_POD, HOST_NETWORK_OF_A_POD, IPV4_OF_PODS), (APPLY_HELM,)),
    ),
    'connecting is forbidden in the network of the node, to which the pod has no other': (
        facts(imds=connect_fails(Outcome.CONNECT_FAILED, 'EACCES'), host=POD_IN_THE_HOST_NETWORK),
        GIVE_A_ROUTE,
    ),
    'nothing answers in the network of the node, where no policy for pods applies': (
        facts(imds=connect_fails(Outcome.SILENT), host=POD_IN_THE_HOST_NETWORK),
        Remedy(
            'Let TCP port 80 through to 169.254.169.254: something drops the packets without an answer',
            then=(
                FIREWALL_RULES,
                Step('Look at the route to IMDS', (Command('ip route get 169.254.169.254'),)),
                Step(f'{REMOVE_THE_RULE}, on this host'),
            ),
        ),
    ),
    'no route in a Docker container': (
        facts(imds=connect_fails(Outcome.NO_ROUTE), host=host(container=container(ContainerKind.DOCKER))),
        Remedy(WITHOUT_A_WAY, (CLOUD_INIT_IN_DOCKER, HOST_NETWORK_IN_DOCKER), (APPLY_COMPOSE,)),
    ),
    'reset after connecting': (
        facts(imds=without_token(RESET, RESET)),
        Remedy(
            'Find what accepts connections to 169.254.169.254 and then does not answer',
            then=(FIREWALL_RULES, RESTART_THE_PROXY, DROPPED_PACKETS),
        ),
    ),
    'nothing comes after connecting': (
        facts(imds=silent_after_connecting()),
        Remedy(
            'Find what accepts connections to 169.254.169.254 and then does not answer',
            then=(FIREWALL_RULES, RESTART_THE_PROXY, DROPPED_PACKETS),
        ),
    ),
}

test_verdict = verdict_test(IMDS_UNREACHABLE, FAILS, PASSES, UNKNOWN, {})
test_remedy = remedy_test(IMDS_UNREACHABLE, REMEDIES)


@pytest.mark.parametrize(
    ('answer', 'summary'),
    [
        pytest.param(PROHIBITED, 'A firewall on 10.0.0.1 rejects {} (ICMP 3/13): allow it there', id='forbidden'),
        pytest.param(
            icmp(4, 3, 1, '10.0.0.1'), '10.0.0.1 rejects {} (ICMP 3/1): allow it there', id='not said to be forbidden'
        ),
        pytest.param(
            icmp(4, 3, 1, None),
            'A router on the way rejects {} (ICMP 3/1): allow it there',
            id='by a router that is not known',
        ),
    ],
)
def test_only_what_is_prohibited_is_called_a_firewall(answer: IcmpError, summary: str) -> None:
    fix = IMDS_UNREACHABLE.remedy(facts(imds=connect_fails(Outcome.REJECTED, icmp=answer)), Expectations())
    assert fix.summary == summary.format('TCP port 80 to 169.254.169.254')
