from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_BEHIND_GATEWAY
from datadog_checks.aws_diagnostics.facts import ContainerKind, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import agent, container, facts, host, path
from tests.diagnoses.imds.conversations import captive_portal, token_lost
from tests.diagnoses.tables import Row, remedy_test, verdict_test

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


def commands(*texts: str) -> tuple[Command, ...]:
    return tuple(Command(text, Language.SHELL) for text in texts)


REMEDIES = {
    'on a host whose Agent has its name': (
        facts(path=VPN, agent=agent()),
        Remedy(
            'Let 169.254.169.254 be reached on the link of the instance, not through a gateway',
            (
                Choice(
                    'Exempt 169.254.169.254 in the program that owns the route (a VPN client has an option for '
                    'excluded routes), so that it is not set again',
                    commands('ip route get 169.254.169.254', 'ip rule show', 'ip route show table all'),
                ),
                Choice(
                    'Add a route of its own through the primary interface (the first command lists every INTERFACE)',
                    commands('ip -brief link', 'sudo ip route add 169.254.169.254 dev "${INTERFACE:?}"'),
                    undo=Step(
                        'Remove the route again', commands('sudo ip route del 169.254.169.254 dev "${INTERFACE:?}"')
                    ),
                ),
            ),
            (Step('If this is a container or a virtual machine of its own, raise the hop limit instead'),),
        ),
    ),
}

test_verdict = verdict_test(IMDS_BEHIND_GATEWAY, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_BEHIND_GATEWAY, REMEDIES)
