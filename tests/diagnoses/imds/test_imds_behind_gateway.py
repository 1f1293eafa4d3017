from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_BEHIND_GATEWAY
from datadog_checks.aws_diagnostics.facts import Container, ContainerKind, Unobserved
from datadog_checks.aws_diagnostics.facts.values import InterfaceName
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.builders import agent, container, facts, host, path, route
from tests.diagnoses.imds.conversations import captive_portal, token_lost
from tests.diagnoses.remedy_parts import LOOK_AT_ROUTES, OWN_ROUTE, RESTART, own_route
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

VPN = path(gateways=1, gateway_addresses=('10.8.0.1',), remaining_ttl=1, hop_limit=2)
THROUGH = (
    'requests to 169.254.169.254 leave this host through 1 gateway: 10.8.0.1, and on EC2 none lies before IMDS: a '
    'route, such as that of a VPN, leads to another machine, or this is a container that shows no sign of being one'
)
LOST = f'{THROUGH} (the token PUT connected and got no answer in time, the GET with an invalid token was answered 401)'

FAILS = {
    'a VPN leads to another IMDS, which answers': Row(
        facts(path=VPN), Failed(THROUGH, Status.WARNING), near_miss='IMDS is on the link'
    ),
    'a VPN leads to another IMDS, whose token reply is lost': Row(
        facts(imds=token_lost(), path=VPN), LOST, near_miss='IMDS is on the link'
    ),
    'a VPN leads to a web server': Row(
        facts(imds=captive_portal(), path=VPN),
        f"{THROUGH} (the token PUT was answered 200 with a web page by 'nginx', the GET with an invalid token was "
        "answered 200 with a web page by 'nginx')",
        near_miss='IMDS is on the link',
    ),
    'in a pod in the network of its node': Row(
        facts(path=VPN, host=host(container=Container(ContainerKind.POD, 'a mark', in_host_network=True))),
        Failed(THROUGH, Status.WARNING),
        near_miss='IMDS is on the link',
    ),
    'in an ECS task in the host network': Row(
        facts(path=VPN, host=host(container=container(ContainerKind.ECS_HOST))),
        Failed(THROUGH, Status.WARNING),
        near_miss='IMDS is on the link',
    ),
}
PASSES = {'IMDS is on the link': Row(facts(), 'no gateway lies between this host and IMDS')}
UNKNOWN = {
    'a gateway is silent: IMDS may ignore packets with a small TTL': Row(
        facts(path=path(gateways=1, gateway_addresses=(None,), confirmed=False, note='a gateway does not answer')),
        '1 gateway: a silent one, but a gateway does not answer',
    ),
    'the gateways were not counted': Row(
        facts(path=path(gateways=None, note='a router rejected it')),
        'the gateways were not counted: a router rejected it',
    ),
    'the path was not measured': Row(facts(path=Unobserved('this kernel cannot')), 'this kernel cannot'),
    'the host was not inspected': Row(facts(path=VPN, host=Unobserved('no files')), 'no files'),
}
NOT_APPLICABLE = {
    kind.value: Row(
        facts(path=VPN, host=host(container=container(kind))),
        f'a container may have gateways of its own (a mark of {kind})',
    )
    for kind in (ContainerKind.DOCKER, ContainerKind.POD, ContainerKind.ECS_BRIDGE, ContainerKind.OTHER)
}


NO_GATEWAY = 'outside of containers none belongs there, and a larger hop limit does not help'
UNSEEN = Step('If this is a container or a virtual machine of its own, raise the hop limit instead')
NAMELESS = agent(hostname='ip-10-0-0-12', provider='os')

REMEDIES: RemedyTable = {
    'on a host behind a gateway': (
        facts(imds=token_lost(), path=VPN),
        Remedy(
            f'Send IMDS requests past the gateway that they take: {NO_GATEWAY}', (OWN_ROUTE,), (LOOK_AT_ROUTES, UNSEEN)
        ),
    ),
    'on a host whose default route goes through a tunnel': (
        facts(
            imds=token_lost(),
            path=VPN,
            host=host(
                route=route(
                    device=InterfaceName('tailscale0'), device_kind='tun', gateway=None, table=52, protocol='boot'
                )
            ),
            agent=NAMELESS,
        ),
        Remedy(
            f'Send IMDS requests past the gateway that they take through tailscale0: {NO_GATEWAY}',
            (own_route('table 52'),),
            (
                LOOK_AT_ROUTES,
                Step(
                    'See which exit node or subnet route Tailscale uses, and exempt the address of IMDS there from '
                    'what goes through tailscale0',
                    (Command('tailscale status'),),
                ),
                UNSEEN,
                RESTART,
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_BEHIND_GATEWAY, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_BEHIND_GATEWAY, REMEDIES)
