"""Agents in containers of these instances get no token, so their hosts are named by something else than the id."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature, WrongInstance
from ...findings import Diagnosis, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import guide
from .commands import modify_instances, terraform, worst
from .regions import counted, instances, regions_of

NEEDED = 2
"""Hops from a container with a network of its own."""


def misnamed(instance: WrongInstance) -> bool:
    out_of_reach = instance.http_tokens == 'required' and instance.hop_limit == 1
    return instance.endpoint == 'enabled' and out_of_reach and bool(instance.containers)


def judge(facts: Facts, expected: Expectations) -> Verdict:
    return counted(
        regions_of(facts),
        lambda region: region.misnamed,
        lambda n: f'{instances(n)} with containers behind required tokens and a hop limit of 1',
        (f'{i.instance_id} ({i.containers})' for i in worst(facts, misnamed)),
    )


def remedy(facts: Facts, _: Expectations) -> Remedy:
    found = worst(facts, misnamed)
    return Remedy(
        'Let the Agents of these instances do without the hops, or raise the hop limit to 2',
        (
            *_ways_around(found),
            *modify_instances(
                found,
                'Raise the hop limit (exposes IMDS, credentials of the instance role included, to every container '
                'of the instance)',
                lambda _: f'--http-put-response-hop-limit {NEEDED}',
            ),
            terraform(f'http_put_response_hop_limit = {NEEDED}'),
        ),
    )


def _ways_around(found: tuple[WrongInstance, ...]) -> tuple[str, ...]:
    kinds = {instance.containers for instance in found}
    eks = (
        'EKS: take the name that cloud-init found (exposes one read-only file; gives the name, not the tags; not on '
        'Bottlerocket). Helm: providers.eks.ec2.useHostnameFromFile: true',
        'EKS: run the Agent in the host network (exposes the network of the host to the Agent alone). Helm: '
        'agents.useHostNetwork: true',
    )
    ecs = (
        'ECS: run the Agent in the host network (exposes the network of the host to the Agent alone). Task '
        'definition: "networkMode": "host"',
    )
    return (*(eks if 'eks' in kinds else ()), *(ecs if 'ecs' in kinds else ()))


IMDS_FLEET_HOSTS_MISNAMED = Diagnosis(
    id='imds-fleet-hosts-misnamed',
    title='Hosts of the account will be misnamed: their containers cannot reach IMDSv2',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.CRITICAL,
    tests=(
        'Looks for running instances that carry tags of EKS, Kubernetes or ECS, require tokens and have a hop '
        'limit of 1.'
    ),
    harm=(
        'The token reply does not reach a container that has a network of its own: an Agent there loses the '
        'instance id and the tags, and its host has a second name in Datadog. An ECS instance without tags of ECS '
        'is not recognised.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
)
