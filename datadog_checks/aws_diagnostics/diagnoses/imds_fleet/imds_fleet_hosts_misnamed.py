"""Agents in containers of these instances get no token, so something else than the instance id names their hosts."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Fault, Feature
from ...findings import Diagnosis, Scope, Status, Verdict
from ...remedies import Choice, Language, Remedy, Step, json_part, yaml
from ..applying import APPLY_HELM_VALUES
from ..links import guide
from .commands import HOPS_OF_A_CONTAINER, RAISE_HOP_LIMIT, change, in_terraform
from .regions import judged_by_instances, worst

REFUSED = Step(
    'Where AWS refuses the change, use the host network: on nodes of EKS Auto Mode, which always have a hop limit of '
    '1, on ECS Managed Instances, and where a declarative policy sets the options'
)
HOST_NETWORK = "the host's network to the Agent, and the Agent's ports on the host"


def judge(facts: Facts, expected: Expectations) -> Verdict:
    return judged_by_instances(
        facts,
        Fault.MISNAMED,
        'where containers cannot reach IMDSv2 (tokens required, hop limit 1)',
        lambda instance: f'{instance.instance_id} ({instance.containers})',
    )


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    kinds = {instance.containers for instance in worst(facts, Fault.MISNAMED)} or {'eks', 'ecs'}
    raised, in_earnest = change(
        facts,
        expected,
        RAISE_HOP_LIMIT,
        f'Raise the hop limit to {HOPS_OF_A_CONTAINER} on',
        'IMDS and the credentials of the instance role to every container on them',
    )
    return Remedy(
        f'Avoid the extra hop, or raise the hop limit to {HOPS_OF_A_CONTAINER}',
        (*(_around_on_eks() if 'eks' in kinds else ()), *(_around_on_ecs() if 'ecs' in kinds else ()), raised),
        (
            *in_earnest,
            *((APPLY_HELM_VALUES,) if 'eks' in kinds else ()),
            Step('Restart the Agents on these instances; an Agent resolves its hostname only at startup'),
            in_terraform(f'http_put_response_hop_limit = {HOPS_OF_A_CONTAINER}'),
            *(_for_nodes_of_eks() if 'eks' in kinds else ()),
            REFUSED,
        ),
    )


def _around_on_eks() -> tuple[Choice, ...]:
    undo = Step('Set it back to false in the Helm values')
    return (
        Choice(
            "On EKS, use cloud-init's instance ID file instead of IMDS, in the Helm values: it gives the hostname, not "
            'the tags, and Bottlerocket has no such file',
            (yaml({'providers': {'eks': {'ec2': {'useHostnameFromFile': True}}}}, Language.HELM),),
            'one read-only file of the host to the Agent',
            undo,
        ),
        Choice(
            'On EKS, run the Agent in the host network, in the Helm values',
            (yaml({'agents': {'useHostNetwork': True}}, Language.HELM),),
            HOST_NETWORK,
            undo,
        ),
    )


def _around_on_ecs() -> tuple[Choice, ...]:
    return (
        Choice(
            'On ECS, run the Agent in the host network, in a new revision of its task definition',
            (json_part({'networkMode': 'host'}),),
            HOST_NETWORK,
            Step('Update the service to the previous revision of the task definition'),
        ),
    )


def _for_nodes_of_eks() -> tuple[Step, ...]:
    node_class = yaml({'spec': {'metadataOptions': {'httpPutResponseHopLimit': HOPS_OF_A_CONTAINER}}})
    return (
        Step('For new nodes of Karpenter, set this in their EC2NodeClass', (node_class,)),
        Step(
            'For new nodes of a managed node group, set it in a launch template of your own: EKS overwrites changes of '
            'the one that it makes'
        ),
    )


IMDS_FLEET_HOSTS_MISNAMED = Diagnosis(
    id='imds-fleet-hosts-misnamed',
    title='Some hosts will report the wrong hostname: their containers cannot reach IMDSv2',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.CRITICAL,
    tests=(
        'Looks for running instances that have tags of EKS, Kubernetes or ECS, require tokens and have a hop limit of '
        '1. An ECS instance without tags of ECS is not recognized.'
    ),
    harm=(
        'The token reply does not reach a container with its own network: an Agent there loses the instance id and the '
        'tags, and its host appears under a second name in Datadog.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
)
