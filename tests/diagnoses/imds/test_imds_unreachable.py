from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_UNREACHABLE
from datadog_checks.aws_diagnostics.facts import ContainerKind, IcmpError, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, NOW, answered, container, facts, host, unanswered
from tests.diagnoses.imds.conversations import (
    LOST,
    connect_fails,
    silent_after_connecting,
    throttled,
    v1_works,
    without_token,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

PROHIBITED = IcmpError(4, 3, 13, '10.0.0.1')

FAILS = {
    'nothing comes back to the SYN': Row(
        facts(imds=connect_fails(Outcome.SILENT, 'ETIMEDOUT')),
        'the token PUT found no connection: nothing came back (ETIMEDOUT), '
        'the GET with an invalid token found no connection: nothing came back (ETIMEDOUT)',
        near_miss='throttled',
    ),
    'a router says that it is prohibited': Row(
        facts(imds=connect_fails(Outcome.REJECTED, icmp=PROHIBITED, control=NotSent('nothing connects'))),
        'the token PUT was rejected on the way by 10.0.0.1 (ICMP 3/13, communication administratively prohibited)',
        near_miss='throttled',
    ),
    'a router that does not tell its address rejects': Row(
        facts(imds=connect_fails(Outcome.REJECTED, icmp=IcmpError(6, 1, 4, None), control=NotSent(''))),
        'the token PUT was rejected on the way by a router that did not tell its address '
        '(ICMPv6 1/4, port unreachable)',
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
        'the token PUT was refused at the TCP level (reset) (reset)',
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
        'the token PUT found no connection: nothing came back, '
        'the GET with an invalid token was answered 401: no single cause fits',
    ),
    'PUT lost, no time for more': Row(
        facts(imds=without_token(LOST, NotSent('the deadline is over'))),
        'the token PUT connected and got no answer in time: no single cause fits',
    ),
}

RULES = (
    'list the rules that name it: sudo iptables-save | grep 169.254.169.254; '
    'sudo nft list ruleset | grep 169.254.169.254'
)
POLICIES = (
    'Look for a network policy that selects the Agent: kubectl get networkpolicies --all-namespaces',
    'Let the Agent alone out to IMDS (exposes it to no other pod), in a NetworkPolicy that selects the Agent: '
    'egress: [{to: [{ipBlock: {cidr: 169.254.169.254/32}}], ports: [{protocol: TCP, port: 80}]}]',
)
POD = host(container=container(ContainerKind.POD))
RESET = unanswered(Outcome.RESET, 'ECONNRESET')
NO_ROUTE = Remedy(
    'Give this system a route to 169.254.169.254',
    (
        'See what the routing table says: ip route get 169.254.169.254',
        'Remove a route of type blackhole, unreachable or prohibit that covers it: ip route show',
        'Or add one through the primary interface: sudo ip route add 169.254.169.254 dev INTERFACE',
    ),
)
NO_ANSWER = Remedy(
    'Find what accepts connections to 169.254.169.254 and then gives no answer',
    (
        f'On this host, {RULES}',
        'Restart the proxy that a rule redirects to, or let it forward PUT and GET under /latest/',
        'If no rule redirects it, see whether link-local packets are dropped, as IMDS, DNS and NTP share 1024 '
        'packets per second for each network interface: ethtool -S eth0 | grep linklocal_allowance_exceeded',
    ),
)
REMEDIES = {
    'a router rejects, on a host': (
        facts(imds=connect_fails(Outcome.REJECTED, icmp=PROHIBITED)),
        Remedy(
            'Allow TCP port 80 to 169.254.169.254 on 10.0.0.1, which answers ICMP 3/13, communication '
            'administratively prohibited',
            (
                'See which machine has that address: ip -brief address; ip route get 169.254.169.254',
                f'On this host, {RULES} (and the same on 10.0.0.1, if that is another machine)',
                'If no rule rejects it, give 10.0.0.1 a route to 169.254.169.254',
            ),
        ),
    ),
    'refused in a pod': (
        facts(imds=connect_fails(Outcome.REFUSED), host=POD),
        Remedy(
            'Find what resets connections to 169.254.169.254: a redirection to a proxy that is down, or a firewall '
            'rule',
            (
                'See whether a credentials proxy on this node is down: kubectl get pods --all-namespaces --output wide '
                '| grep -iE "kube2iam|kiam|metadata"',
                f'On the host of this container, {RULES}',
                'Start the proxy that a rule redirects to, or remove the rule (REDIRECT, DNAT, REJECT with tcp-reset)',
            ),
        ),
    ),
    'silent in a pod': (
        facts(imds=connect_fails(Outcome.SILENT), host=POD),
        Remedy(
            'Let TCP port 80 through to 169.254.169.254: something drops it without an answer',
            (
                *POLICIES,
                f'On the host of this container, {RULES}',
                'See which way it goes: ip route get 169.254.169.254',
            ),
        ),
    ),
    'silent over IPv6': (
        facts(imds=connect_fails(Outcome.SILENT, endpoint='http://[fd00:ec2::254]')),
        Remedy(
            'Let TCP port 80 through to fd00:ec2::254: something drops it without an answer',
            (
                'Enable the IPv6 endpoint: aws ec2 modify-instance-metadata-options '
                f'--instance-id {INSTANCE_ID} --http-protocol-ipv6 enabled',
                'On this host, list the rules that name it: sudo ip6tables-save | grep fd00:ec2::254; '
                'sudo nft list ruleset | grep fd00:ec2::254',
                'See which way it goes: ip route get fd00:ec2::254',
            ),
        ),
    ),
    'no route': (facts(imds=connect_fails(Outcome.NO_ROUTE)), NO_ROUTE),
    'no neighbour answers': (facts(imds=connect_fails(Outcome.UNREACHABLE)), NO_ROUTE),
    'connecting is forbidden': (facts(imds=connect_fails(Outcome.CONNECT_FAILED, 'EACCES')), NO_ROUTE),
    'a router rejects, and how is not known': (
        facts(imds=connect_fails(Outcome.REJECTED)),
        Remedy(
            'Allow TCP port 80 to 169.254.169.254 on the router that rejects it',
            (
                'See which machine has that address: ip -brief address; ip route get 169.254.169.254',
                f'On this host, {RULES} (and the same on the router that rejects it, if that is another machine)',
                'If no rule rejects it, give the router that rejects it a route to 169.254.169.254',
            ),
        ),
    ),
    'reset after connecting': (facts(imds=without_token(RESET, RESET)), NO_ANSWER),
    'nothing comes after connecting': (facts(imds=silent_after_connecting()), NO_ANSWER),
}

test_verdict = verdict_test(IMDS_UNREACHABLE, FAILS, PASSES, UNKNOWN, {})
test_remedy = remedy_test(IMDS_UNREACHABLE, REMEDIES)
