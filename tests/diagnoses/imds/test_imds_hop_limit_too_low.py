from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_HOP_LIMIT_TOO_LOW
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, NetworkPath, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, NOW, agent, answered, container, facts, host, imds, path
from tests.diagnoses.imds.conversations import LOST, connect_fails, kube2iam, token_lost, v1_works, without_token
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
LOST_HERE = 'the token reply never arrives, while the GET with an invalid token was answered 401'
ONE_GATEWAY = f'{LOST_HERE}; it needs a hop limit of 2 and the instance sets 1: 1 gateway: 172.17.0.1'

FAILS = {
    'the reply is lost behind one gateway': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1')),
        ONE_GATEWAY,
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost behind one gateway while IMDSv1 works': Row(
        facts(imds=token_lost(**v1_works(tokenless_at=NOW - 3000)), path=lost_behind('172.17.0.1')),
        Failed(
            f'{ONE_GATEWAY}; IMDSv1 still hides it (a GET without a token got 200 50 minutes ago)',
            Status.WARNING,
        ),
        near_miss='the reply arrives behind one gateway',
    ),
    'the reply is lost while IMDSv1 works and IMDSv2 is required': Row(
        facts(imds=token_lost(**v1_works()), path=lost_behind('172.17.0.1')),
        f'{ONE_GATEWAY}; IMDSv1 still hides it (a GET without a token got 200 just now)',
        expected=Expectations(require_imdsv2=True),
        near_miss='the reply arrives behind one gateway',
    ),
    'the reply is lost behind two gateways': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', '10.244.0.1')),
        f'{LOST_HERE}; it needs a hop limit of 3 and the instance sets at most 2: 2 gateways: 172.17.0.1, 10.244.0.1',
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost behind four gateways': Row(
        facts(imds=token_lost(), path=lost_behind('10.0.0.1', '10.0.1.1', '10.0.2.1', '10.0.3.1')),
        f'{LOST_HERE}; it needs a hop limit of 5 and the instance sets at most 4: '
        '4 gateways: 10.0.0.1, 10.0.1.1, 10.0.2.1, ...',
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost and one of the gateways is silent': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', None)),
        f'{LOST_HERE}; it needs a hop limit of 3 and the instance sets less (not certain how much, as a gateway is '
        'silent): 2 gateways: 172.17.0.1, a silent one',
        near_miss='the reply is lost on the host itself',
    ),
    'the reply is lost in a pod and the path was not measured': Row(
        facts(imds=token_lost(), path=UNMEASURED, host=POD),
        f'{LOST_HERE}; the gateways were not counted (this kernel cannot), but this is how a container behind a '
        'gateway sees a hop limit of 1',
        near_miss='the reply arrives and the path was not measured',
    ),
    'seen five minutes ago, while the probe backs off': Row(
        facts(imds=token_lost(observed_at=NOW - 300), path=lost_behind('172.17.0.1')),
        f'{ONE_GATEWAY}; observed 5 minutes ago (the probe backs off)',
        near_miss='the reply is lost on the host itself',
    ),
    'the reply arrives, with less than the operator demands': Row(
        facts(),
        Failed(
            'the token reply arrives with TTL 2 behind no gateway; the hop limit is 2, and min_hop_limit demands 3',
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
        'the token reply arrives with TTL 3 behind 1 gateway; the hop limit is not certain (a gateway is silent)',
        expected=Expectations(min_hop_limit=3),
    ),
    'the reply arrives, and the kernel counts no drops': Row(
        facts(path=path(certain=False)),
        'the token reply arrives with TTL 2 (less certain: the kernel counts no drops) behind no gateway; '
        'the hop limit is 2',
    ),
    'the reply arrives, by a proxy': Row(
        facts(path=path(intercepted=True, remaining_ttl=64, hop_limit=None)),
        'the token reply arrives with TTL 64 behind no gateway; the hop limit is not certain; a proxy on the way '
        'answers in place of IMDS, so these are its own',
    ),
    'the reply arrives and the path was not measured': Row(
        facts(path=UNMEASURED, host=POD),
        'the token reply arrives; the hop limit was not measured: this kernel cannot',
    ),
    'the reply arrives now, and was lost when the path was measured': Row(
        facts(path=lost_behind('172.17.0.1', measured_at=NOW - 900)),
        'the token reply arrives behind 1 gateway: 172.17.0.1; the hop limit is not certain',
    ),
    'the reply arrives, and the GET with the token is refused': Row(
        facts(imds=imds(metadata=answered(403))),
        'the token reply arrives with TTL 2 behind no gateway; the hop limit is 2',
    ),
    'the reply is lost on the host itself': Row(
        facts(imds=token_lost(), path=lost_behind()),
        f'{LOST_HERE}; no gateway is in between, so it is not the hop limit',
    ),
    'the reply is lost by a proxy': Row(
        facts(imds=token_lost(), path=lost_behind('172.17.0.1', intercepted=True, reply_lost=False)),
        f'{LOST_HERE}; a proxy on the way answers in place of IMDS, so it is not the hop limit',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'the reply is lost on a host and the path was not measured': Row(
        facts(imds=token_lost(), path=UNMEASURED),
        f'{LOST_HERE}; the gateways were not counted (this kernel cannot), so it may be the hop limit or a filter',
    ),
    'the reply is lost in an ECS task in the host network and the path was not measured': Row(
        facts(imds=token_lost(), path=UNMEASURED, host=host(container=container(ContainerKind.ECS_HOST))),
        f'{LOST_HERE}; the gateways were not counted (this kernel cannot), so it may be the hop limit or a filter',
    ),
    'the reply is lost on a host and the gateways could not be counted': Row(
        facts(imds=token_lost(), path=path(gateways=None, note='')),
        f'{LOST_HERE}; the gateways were not counted (no reason given), so it may be the hop limit or a filter',
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
        'the token reply arrives with TTL 2 behind 1 gateway; the hop limit is not certain (a gateway is silent), so '
        'whether it is 3, which min_hop_limit demands, is not known',
        expected=Expectations(min_hop_limit=3),
    ),
    'the operator demands a hop limit, and a proxy answers': Row(
        facts(path=path(intercepted=True, remaining_ttl=64, hop_limit=None)),
        'the token reply arrives with TTL 64 behind no gateway; the hop limit is not certain; a proxy on the way '
        'answers in place of IMDS, so these are its own',
        expected=Expectations(min_hop_limit=2),
    ),
}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.SILENT, control=NotSent('')), path=UNMEASURED),
        'no token reply was lost on its way: the token PUT found no connection: nothing came back',
    ),
    'kube2iam answers': Row(
        facts(imds=kube2iam()),
        'no token reply was lost on its way: the token PUT was answered 403, the GET with an invalid token was '
        'answered 401',
    ),
}

NAMELESS = agent(hostname='ip-10-0-0-12', provider='os')
CLOUD_INIT = (
    'Take the name that cloud-init found, without asking IMDS (exposes one read-only file; gives the name, not the '
    'tags; not on Bottlerocket, which lacks the file).'
)
HOST_NETWORK = 'Run the Agent in the host network (exposes the ports and the network of the host to the Agent alone)'
BEFORE = 'Then, as the Agent looks for its name only when it starts: Restart the Agent: '


def raising(needed: int, region: str = '') -> tuple[str, str]:
    return (
        f'Raise the hop limit to {needed} (exposes IMDS, credentials of the instance role included, to every other '
        f'container on this instance): aws ec2 modify-instance-metadata-options{region} --instance-id {INSTANCE_ID} '
        f'--http-put-response-hop-limit {needed}',
        'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
        f'metadata_options {{ http_put_response_hop_limit = {needed} }}',
    )


REMEDIES: RemedyTable = {
    'in a pod behind two gateways': (
        facts(imds=token_lost(), path=lost_behind('10.1.0.1', '10.2.0.1'), host=POD, agent=NAMELESS),
        Remedy(
            'Let the Agent do without the hops, or raise the hop limit to 3',
            (
                f'{CLOUD_INIT} Helm: providers.eks.ec2.useHostnameFromFile: true',
                f'{HOST_NETWORK}. Helm: agents.useHostNetwork: true',
                *raising(3),
                f'{BEFORE}kubectl rollout restart daemonset/datadog',
            ),
        ),
    ),
    'in a pod whose path was not measured': (
        facts(imds=token_lost(), path=UNMEASURED, host=POD),
        Remedy(
            'Let the Agent do without the hops, or raise the hop limit to 2',
            (
                f'{CLOUD_INIT} Helm: providers.eks.ec2.useHostnameFromFile: true',
                f'{HOST_NETWORK}. Helm: agents.useHostNetwork: true',
                *raising(2),
            ),
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
            'Let the Agent do without the hops, or raise the hop limit to 2',
            (
                f'{CLOUD_INIT} ECS task definition: a volume with the host sourcePath /var/lib/cloud/data/instance-id, '
                'mounted read-only at /etc/instance-id, and in the environment of the Agent '
                '{"name": "DD_HOSTNAME_FILE", "value": "/etc/instance-id"}',
                f'{HOST_NETWORK}. ECS task definition: "networkMode": "host"',
                *raising(2),
                f'{BEFORE}aws ecs update-service --force-new-deployment --cluster CLUSTER --service SERVICE',
            ),
        ),
    ),
    'in a Docker container': (
        facts(imds=token_lost(), path=lost_behind('172.17.0.1'), host=host(container=container(ContainerKind.DOCKER))),
        Remedy(
            'Let the Agent do without the hops, or raise the hop limit to 2',
            (
                f'{CLOUD_INIT} docker run -v /var/lib/cloud/data/instance-id:/etc/instance-id:ro '
                '-e DD_HOSTNAME_FILE=/etc/instance-id ...',
                f'{HOST_NETWORK}: docker run --network host ...',
                *raising(2),
            ),
        ),
    ),
    'on a host behind a gateway': (
        facts(imds=token_lost(), path=lost_behind('10.0.0.1')),
        Remedy('Raise the hop limit to 2', raising(2)),
    ),
    'on a host whose operator demands three hops': (
        facts(),
        Expectations(min_hop_limit=3),
        Remedy('Raise the hop limit to 3', raising(3, ' --region eu-west-1')),
    ),
}

test_verdict = verdict_test(IMDS_HOP_LIMIT_TOO_LOW, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_HOP_LIMIT_TOO_LOW, REMEDIES)
