import pytest

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_UNREACHABLE
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, IcmpError, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import NOW, answered, container, facts, host, icmp, unanswered
from tests.diagnoses.imds.conversations import (
    LOST,
    connect_fails,
    silent_after_connecting,
    throttled,
    v1_works,
    without_token,
)
from tests.diagnoses.remedy_parts import DROPPED_PACKETS, FIREWALL_RULES, FIREWALL_RULES_AROUND, metadata_options
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
RESET = unanswered(Outcome.RESET, 'ECONNRESET')
REMOVE_OR_CORRECT = Step('Remove the rule that drops the packets, or correct the route')
REMEDIES = {
    'a router rejects, on a host': (
        facts(imds=connect_fails(Outcome.REJECTED, icmp=PROHIBITED)),
        Remedy(
            ('A firewall on 10.0.0.1 rejects TCP port 80 to 169.254.169.254 (ICMP 3/13): allow it there'),
            then=(
                Step(
                    'Find the machine with the address 10.0.0.1',
                    (
                        Command('ip -brief address'),
                        Command('ip route get 169.254.169.254'),
                    ),
                ),
                Step(
                    (
                        'List the firewall rules for 169.254.169.254 and its network, and those that reject or '
                        'drop packets, on this host, and on '
                        '10.0.0.1 where that is another machine'
                    ),
                    (
                        Command('sudo iptables-save | grep -iF -e 169.254 -e reject -e drop'),
                        Command('sudo nft list ruleset | grep -iF -e 169.254 -e reject -e drop'),
                    ),
                ),
                Step('If no rule rejects it, give 10.0.0.1 a route to 169.254.169.254'),
            ),
        ),
    ),
    'refused in a pod': (
        facts(imds=connect_fails(Outcome.REFUSED), host=POD),
        Remedy(
            (
                'Find what resets connections to 169.254.169.254: a redirection to a proxy that is '
                'down, or a firewall rule'
            ),
            then=(
                Step(
                    'See whether a credentials proxy on this node is down',
                    (Command('kubectl get pods --all-namespaces --output wide | grep -iE "kube2iam|kiam|metadata"'),),
                ),
                FIREWALL_RULES_AROUND,
                Step(
                    'Start the proxy to which a rule redirects, or remove the rule (REDIRECT, '
                    'DNAT, REJECT with tcp-reset)'
                ),
            ),
        ),
    ),
    'silent in a pod': (
        facts(imds=connect_fails(Outcome.SILENT), host=POD),
        Remedy(
            'Let TCP port 80 through to 169.254.169.254: something drops the packets without an answer',
            then=(
                Step(
                    'Look for a network policy that selects the Agent',
                    (Command('kubectl get networkpolicies --all-namespaces'),),
                ),
                Step(
                    (
                        'If one does, let the Agent reach IMDS by a NetworkPolicy that selects only the Agent, with '
                        'this in its spec; to undo this, remove it again'
                    ),
                    (
                        Command(
                            (
                                'egress:\n  - to:\n      - ipBlock:\n          cidr: '
                                '"169.254.169.254/32"\n    ports:\n      - protocol: TCP\n        '
                                'port: 80'
                            ),
                            Language.YAML,
                        ),
                    ),
                ),
                FIREWALL_RULES_AROUND,
                Step('Look at the route to IMDS', (Command('ip route get 169.254.169.254'),)),
                REMOVE_OR_CORRECT,
            ),
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
                Step('Look at the route to IMDS', (Command('ip -6 route get fd00:ec2::254'),)),
                REMOVE_OR_CORRECT,
            ),
        ),
    ),
    'no route': (
        facts(imds=connect_fails(Outcome.NO_ROUTE)),
        Remedy(
            'Give this system a route to 169.254.169.254',
            (
                Choice(
                    'Remove the route of type blackhole, unreachable or prohibit that covers it',
                    (
                        Command('ip route get 169.254.169.254'),
                        Command('ip route show'),
                    ),
                ),
                Choice(
                    'Add a route through the primary interface (the first command lists every INTERFACE)',
                    (
                        Command('ip -brief link'),
                        Command('sudo ip route add 169.254.169.254 dev "${INTERFACE:?}"'),
                    ),
                    undo=Step(
                        'Remove the route again', (Command('sudo ip route del 169.254.169.254 dev "${INTERFACE:?}"'),)
                    ),
                ),
            ),
        ),
    ),
    'no neighbour answers': (
        facts(imds=connect_fails(Outcome.UNREACHABLE)),
        Remedy(
            'Give this system a route to 169.254.169.254',
            (
                Choice(
                    'Remove the route of type blackhole, unreachable or prohibit that covers it',
                    (
                        Command('ip route get 169.254.169.254'),
                        Command('ip route show'),
                    ),
                ),
                Choice(
                    'Add a route through the primary interface (the first command lists every INTERFACE)',
                    (
                        Command('ip -brief link'),
                        Command('sudo ip route add 169.254.169.254 dev "${INTERFACE:?}"'),
                    ),
                    undo=Step(
                        'Remove the route again', (Command('sudo ip route del 169.254.169.254 dev "${INTERFACE:?}"'),)
                    ),
                ),
            ),
        ),
    ),
    'connecting is forbidden': (
        facts(imds=connect_fails(Outcome.CONNECT_FAILED, 'EACCES')),
        Remedy(
            'Give this system a route to 169.254.169.254',
            (
                Choice(
                    'Remove the route of type blackhole, unreachable or prohibit that covers it',
                    (
                        Command('ip route get 169.254.169.254'),
                        Command('ip route show'),
                    ),
                ),
                Choice(
                    'Add a route through the primary interface (the first command lists every INTERFACE)',
                    (
                        Command('ip -brief link'),
                        Command('sudo ip route add 169.254.169.254 dev "${INTERFACE:?}"'),
                    ),
                    undo=Step(
                        'Remove the route again', (Command('sudo ip route del 169.254.169.254 dev "${INTERFACE:?}"'),)
                    ),
                ),
            ),
        ),
    ),
    'a router rejects, and how is not known': (
        facts(imds=connect_fails(Outcome.REJECTED)),
        Remedy(
            'Something on the way rejects TCP port 80 to 169.254.169.254: allow it there',
            then=(
                Step(
                    'Find the router that rejects it',
                    (
                        Command('ip -brief address'),
                        Command('ip route get 169.254.169.254'),
                    ),
                ),
                Step(
                    (
                        'List the firewall rules for 169.254.169.254 and its network, and those that reject or '
                        'drop packets, on this host, and on '
                        'the router that rejects it where that is another machine'
                    ),
                    (
                        Command('sudo iptables-save | grep -iF -e 169.254 -e reject -e drop'),
                        Command('sudo nft list ruleset | grep -iF -e 169.254 -e reject -e drop'),
                    ),
                ),
                Step('If no rule rejects it, give the router that rejects it a route to 169.254.169.254'),
            ),
        ),
    ),
    'reset after connecting': (
        facts(imds=without_token(RESET, RESET)),
        Remedy(
            'Find what accepts connections to 169.254.169.254 and then does not answer',
            then=(
                FIREWALL_RULES,
                Step('Restart the proxy to which a rule redirects, or let it forward PUT and GET under /latest/'),
                DROPPED_PACKETS,
            ),
        ),
    ),
    'nothing comes after connecting': (
        facts(imds=silent_after_connecting()),
        Remedy(
            'Find what accepts connections to 169.254.169.254 and then does not answer',
            then=(
                FIREWALL_RULES,
                Step('Restart the proxy to which a rule redirects, or let it forward PUT and GET under /latest/'),
                DROPPED_PACKETS,
            ),
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
