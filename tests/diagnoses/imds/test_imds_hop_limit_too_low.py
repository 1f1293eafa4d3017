from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_HOP_LIMIT_TOO_LOW
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, NetworkPath, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import NOW, agent, answered, container, facts, host, imds, path
from tests.diagnoses.imds.conversations import LOST, connect_fails, kube2iam, token_lost, v1_works, without_token
from tests.diagnoses.remedy_parts import (
    APPLY_COMPOSE,
    APPLY_HELM,
    CLOUD_INIT_IN_A_POD,
    CLOUD_INIT_IN_A_TASK,
    CLOUD_INIT_IN_DOCKER,
    HOST_NETWORK_IN_DOCKER,
    HOST_NETWORK_OF_A_POD,
    HOST_NETWORK_OF_A_TASK,
    IF_RAISED,
    LOOK_AT_ROUTES,
    ON_AUTO_MODE,
    OWN_ROUTE,
    RESTART_ECS_ANYWHERE,
    RESTART_POD,
    for_new_nodes,
    is_it_higher,
    new_hop_limit,
    raise_hop_limit,
)
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test


def lost_behind(*addresses: str | None, **differences: Any) -> NetworkPath:
    known: dict[str, Any] = {
        'gateways': len(addresses),
        'gateway_addresses': addresses,
        'reply_lost': True,
        'remaining_ttl': None,
        'hop_limit': None,
        'hop_limit_at_most': len(addresses) if None not in addresses else None,
        'confirmed': None not in addresses,
    }
    return path(**(known | differences))


UNMEASURED = Unobserved('this kernel cannot')
POD = host(container=container(ContainerKind.POD))
LOST_HERE = 'the token reply does not arrive, while the GET with an invalid token was answered 401'
ONE_GATEWAY = (
    f'{LOST_HERE}; the path from here requires hop limit 2 (1 gateway: 172.17.0.1), so the instance has at most 1'
)

FAILS = {
    'the reply is lost behind one gateway': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1'), host=POD),
        ONE_GATEWAY,
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost behind one gateway while IMDSv1 works': Row(
        facts(imds=token_lost(**v1_works(tokenless_at=NOW - 3000)), path=lost_behind('172.17.0.1'), host=POD),
        Failed(
            f'{ONE_GATEWAY}; IMDSv1 still works and hides this (a GET without a token got 200 50 minutes ago)',
            Status.WARNING,
        ),
        near_miss='the reply arrives behind one gateway',
    ),
    'the reply is lost while IMDSv1 works and IMDSv2 is required': Row(
        facts(imds=token_lost(**v1_works()), path=lost_behind('172.17.0.1'), host=POD),
        f'{ONE_GATEWAY}; IMDSv1 still works and hides this (a GET without a token got 200 just now)',
        expected=Expectations(require_imdsv2=True),
        near_miss='the reply arrives behind one gateway',
    ),
    'the reply is lost behind two gateways': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', '10.244.0.1'), host=POD),
        (
            'the token reply does not arrive, while the GET with an invalid token was answered 401; '
            'the path from here requires hop limit 3 (2 gateways: 172.17.0.1, 10.244.0.1), so the '
            'instance has at most 2'
        ),
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost behind four gateways': Row(
        facts(imds=token_lost(), path=lost_behind('10.0.0.1', '10.0.1.1', '10.0.2.1', '10.0.3.1'), host=POD),
        (
            'the token reply does not arrive, while the GET with an invalid token was answered 401; '
            'the path from here requires hop limit 5 (4 gateways: 10.0.0.1, 10.0.1.1, 10.0.2.1 and '
            '1 more), so the instance has at most 4'
        ),
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost and one of the gateways is silent': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', None), host=POD),
        (
            'the token reply does not arrive, while the GET with an invalid token was answered 401; '
            'the path from here requires hop limit 3 (2 gateways: 172.17.0.1, a silent one), and '
            'the instance has less; how much less is not known, as a gateway is silent'
        ),
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost in a pod and the path was not measured': Row(
        facts(imds=token_lost(), path=UNMEASURED, host=POD),
        (
            'the token reply does not arrive, while the GET with an invalid token was answered 401; '
            'the gateways were not counted (this kernel cannot), but a hop limit of 1 looks like '
            'this from a container behind a gateway'
        ),
        near_miss='the reply arrives and the path was not measured',
    ),
    'the reply is lost, and other answers come back through one gateway more': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', gateways_back=2, hop_limit_at_most=2), host=POD),
        Failed(
            f'{LOST_HERE}; this requires hop limit 3 (1 gateway: 172.17.0.1 on the way there, and 2 on the way back of '
            'other answers), so the instance has at most 2',
        ),
        near_miss='the reply arrives behind one gateway',
    ),
    'the reply is lost, and the way back does not show': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', gateways_back=None), host=POD),
        f'{ONE_GATEWAY} by the visible path',
        near_miss='the reply arrives behind one gateway',
    ),
    'seen five minutes ago, while the probe backs off': Row(
        facts(imds=token_lost(observed_at=NOW - 300), path=lost_behind('172.17.0.1'), host=POD),
        f'{ONE_GATEWAY}; observed 5 minutes ago (the probe backs off)',
        near_miss='the reply is lost on the host itself',
    ),
    'the reply arrives, with less than the operator demands': Row(
        facts(),
        Failed(
            'the token reply arrives with TTL 2 behind no gateway; the hop limit is 2, and min_hop_limit requires 3',
            Status.WARNING,
        ),
        expected=Expectations(min_hop_limit=3),
        near_miss='the reply arrives, with what the operator demands',
    ),
}
PASSES = {
    'the reply arrives on the host': Row(
        facts(), 'the token reply arrives with TTL 2 behind no gateway; the hop limit is 2'
    ),
    'the reply arrives behind one gateway': Row(
        facts(path=path(gateways=1, gateway_addresses=('172.17.0.1',), remaining_ttl=1)),
        'the token reply arrives with TTL 1 behind 1 gateway: 172.17.0.1; the hop limit is 2',
    ),
    'the reply arrives, with what the operator demands': Row(
        facts(path=path(gateways=1, gateway_addresses=('172.17.0.1',), remaining_ttl=2, hop_limit=3)),
        'the token reply arrives with TTL 2 behind 1 gateway: 172.17.0.1; the hop limit is 3',
        expected=Expectations(min_hop_limit=3),
    ),
    'the reply arrives with that many hops to spare, behind a silent gateway': Row(
        facts(path=path(gateways=1, confirmed=False, remaining_ttl=3, hop_limit=None, note='a gateway is silent')),
        'the token reply arrives with TTL 3 behind 1 gateway; the hop limit is not known (a gateway is silent)',
        expected=Expectations(min_hop_limit=3),
    ),
    'the reply arrives, and the kernel counts no drops': Row(
        facts(path=path(certain=False)),
        'the token reply arrives with TTL 2 (less certain: the kernel does not count drops) behind no gateway; '
        'the hop limit is 2',
    ),
    'the reply arrives, by a proxy': Row(
        facts(path=path(intercepted=True, remaining_ttl=64, hop_limit=None)),
        'the token reply arrives with TTL 64 behind no gateway; the hop limit is not known; a proxy '
        "answers in place of IMDS, so these values are the proxy's",
    ),
    'the reply arrives and the path was not measured': Row(
        facts(path=UNMEASURED, host=POD),
        'the token reply arrives; the hop limit was not measured: this kernel cannot',
    ),
    'the reply arrives now, and was lost when the path was measured': Row(
        facts(path=lost_behind('172.17.0.1', measured_at=NOW - 900)),
        'the token reply arrives behind 1 gateway: 172.17.0.1; the hop limit is not known',
    ),
    'the reply arrives, and the GET with the token is refused': Row(
        facts(imds=imds(metadata=answered(403))),
        'the token reply arrives with TTL 2 behind no gateway; the hop limit is 2',
    ),
    'the reply is lost on the host itself': Row(
        facts(imds=token_lost(), path=lost_behind()),
        f'{LOST_HERE}; there is no gateway in between, so this is not the hop limit',
    ),
    'the reply is lost by a proxy': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', intercepted=True, reply_lost=False), host=POD),
        f'{LOST_HERE}; a proxy answers in place of IMDS, so this is not the hop limit',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'the reply is lost on a host and the path was not measured': Row(
        facts(imds=token_lost(), path=UNMEASURED),
        f'{LOST_HERE}; the gateways were not counted (this kernel cannot), so it can be the hop limit or a filter',
    ),
    'the reply is lost in an ECS task in the host network and the path was not measured': Row(
        facts(imds=token_lost(), path=UNMEASURED, host=host(container=container(ContainerKind.ECS_HOST))),
        f'{LOST_HERE}; the gateways were not counted (this kernel cannot), so it can be the hop limit or a filter',
    ),
    'the reply is lost on a host and the gateways could not be counted': Row(
        facts(imds=token_lost(), path=path(gateways=None, note='')),
        f'{LOST_HERE}; the gateways were not counted (no reason given), so it can be the hop limit or a filter',
    ),
    'PUT is lost and there was no time for more': Row(
        facts(imds=without_token(LOST, NotSent('the deadline is over'))),
        'the token PUT connected and got no answer in time: no single cause fits',
    ),
    'the operator demands a hop limit and the path was not measured': Row(
        facts(path=UNMEASURED),
        'the token reply arrives; the hop limit was not measured: this kernel cannot',
        expected=Expectations(min_hop_limit=2),
    ),
    'the operator demands more than is certain': Row(
        facts(path=path(gateways=1, confirmed=False, remaining_ttl=2, hop_limit=None, note='a gateway is silent')),
        (
            'the token reply arrives with TTL 2 behind 1 gateway; the hop limit is not known (a '
            'gateway is silent), so it is not known whether it is 3, as min_hop_limit requires'
        ),
        expected=Expectations(min_hop_limit=3),
    ),
    'the operator demands a hop limit, and a proxy answers': Row(
        facts(path=path(intercepted=True, remaining_ttl=64, hop_limit=None)),
        'the token reply arrives with TTL 64 behind no gateway; the hop limit is not known; a proxy '
        "answers in place of IMDS, so these values are the proxy's",
        expected=Expectations(min_hop_limit=2),
    ),
}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.SILENT, control=NotSent('')), path=UNMEASURED),
        'no token reply was lost: the token PUT got no connection: nothing came back',
    ),
    'the reply is lost behind a gateway that lies before a host': Row(
        facts(imds=token_lost(), path=lost_behind('10.8.0.1')),
        f'{LOST_HERE}; on a host the gateway itself is the fault: see imds-behind-gateway',
    ),
    'kube2iam answers': Row(
        facts(imds=kube2iam()),
        'no token reply was lost: the token PUT was answered 403, the GET with an invalid token was answered 401',
    ),
}

NAMELESS = agent(hostname='ip-10-0-0-12', provider='os')


NO_GATEWAY = 'outside of containers none belongs there, and a larger hop limit does not help'
REMEDIES: RemedyTable = {
    'in a pod behind two gateways': (
        facts(imds=token_lost(), path=lost_behind('10.1.0.1', '10.2.0.1'), host=POD, agent=NAMELESS),
        Remedy(
            'Avoid the extra hop, or raise the hop limit to 3',
            (
                CLOUD_INIT_IN_A_POD,
                HOST_NETWORK_OF_A_POD,
                raise_hop_limit(3, '', managed=ON_AUTO_MODE),
            ),
            then=(is_it_higher(3), APPLY_HELM, RESTART_POD, *for_new_nodes(3, 'If you raised it, set this too')),
        ),
    ),
    'in a pod whose path was not measured': (
        facts(imds=token_lost(), path=UNMEASURED, host=POD),
        Remedy(
            'Avoid the extra hop, or raise the hop limit to 2',
            (
                CLOUD_INIT_IN_A_POD,
                HOST_NETWORK_OF_A_POD,
                raise_hop_limit(2, '', managed=ON_AUTO_MODE),
            ),
            then=(is_it_higher(2), APPLY_HELM, *for_new_nodes(2, 'If you raised it, set this too')),
        ),
    ),
    'in an ECS task with bridge network': (
        facts(
            imds=token_lost(),
            path=lost_behind('172.17.0.1'),
            host=host(container=container(ContainerKind.ECS_BRIDGE)),
            agent=NAMELESS,
        ),
        Remedy(
            'Avoid the extra hop, or raise the hop limit to 2',
            (
                CLOUD_INIT_IN_A_TASK,
                HOST_NETWORK_OF_A_TASK,
                raise_hop_limit(2, ''),
            ),
            then=(is_it_higher(2), RESTART_ECS_ANYWHERE, new_hop_limit(2, IF_RAISED, 'aws_launch_template')),
        ),
    ),
    'in a task of ECS Managed Instances': (
        facts(
            imds=token_lost(),
            path=lost_behind('172.17.0.1'),
            host=host(container=container(ContainerKind.ECS_MANAGED)),
        ),
        Remedy('Avoid the extra hop: AWS manages the options of this instance', (HOST_NETWORK_OF_A_TASK,)),
    ),
    'in a Docker container': (
        facts(imds=token_lost(), path=lost_behind('172.17.0.1'), host=host(container=container(ContainerKind.DOCKER))),
        Remedy(
            'Avoid the extra hop, or raise the hop limit to 2',
            (
                CLOUD_INIT_IN_DOCKER,
                HOST_NETWORK_IN_DOCKER,
                raise_hop_limit(2, ''),
            ),
            then=(is_it_higher(2), APPLY_COMPOSE, new_hop_limit(2, IF_RAISED)),
        ),
    ),
    'on a host behind a silent gateway': (
        facts(imds=token_lost(), path=lost_behind(None)),
        Remedy(f'Send IMDS requests past the gateway that they take: {NO_GATEWAY}', (OWN_ROUTE,), (LOOK_AT_ROUTES,)),
    ),
    'on a host whose operator demands three hops': (
        facts(),
        Expectations(min_hop_limit=3),
        Remedy('Raise the hop limit to 3', (raise_hop_limit(3, text='Raise it', measured=True),), (new_hop_limit(3),)),
    ),
}

test_verdict = verdict_test(IMDS_HOP_LIMIT_TOO_LOW, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_HOP_LIMIT_TOO_LOW, REMEDIES)
