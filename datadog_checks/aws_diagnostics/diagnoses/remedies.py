"""Remedies that several diagnoses share, each in the form that fits the place where the Agent runs.

Commands carry this host's instance id and region where they are known. Where several ways lead to the goal, all are
offered, the least harmful first, with what each exposes.
"""

from ..expectations import Expectations
from ..facts import Agent, ContainerKind, Facts, Host, Imds, NetworkPath
from ..remedies import Remedy

CLOUD_INIT_FILE = '/var/lib/cloud/data/instance-id'
"""Not there on Bottlerocket, which has no cloud-init (DataDog/helm-charts issue 613)."""

NAME_FROM_CLOUD_INIT = (
    'Take the name that cloud-init found, without asking IMDS (exposes one read-only file; gives the name, not the '
    'tags; not on Bottlerocket, which lacks the file).'
)
HOST_NETWORK = 'Run the Agent in the host network (exposes the ports and the network of the host to the Agent alone)'

ECS = (ContainerKind.ECS_BRIDGE, ContainerKind.ECS_AWSVPC, ContainerKind.ECS_HOST)


def container_kind(facts: Facts) -> ContainerKind:
    return facts.host.container.kind if isinstance(facts.host, Host) else ContainerKind.NONE


def modify_metadata_options(facts: Facts, *options: str) -> str:
    """The AWS CLI line that changes this instance's IMDS options."""
    instance = facts.instance_id or 'INSTANCE_ID'
    command = f'aws ec2 modify-instance-metadata-options{region_option(facts)}'
    return f'{command} --instance-id {instance} {" ".join(options)}'


def region_option(facts: Facts) -> str:
    """' --region eu-west-1' for an AWS CLI line; '' where the region is not known, so that the operator's applies."""
    imds = facts.imds
    return f' --region {imds.identity.region}' if isinstance(imds, Imds) and imds.identity else ''


def raise_hop_limit(facts: Facts, expected: Expectations) -> Remedy:
    """Every way that Datadog's guide names for a token reply that dies on its way, the least harmful first."""
    needed = needed_hop_limit(facts, expected)
    around = ways_around_the_hop_limit(container_kind(facts))
    raising = (
        f'Raise the hop limit to {needed} (exposes IMDS, credentials of the instance role included, to every other '
        f'container on this instance): {modify_metadata_options(facts, hop_limit_option(needed))}',
        'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
        f'metadata_options {{ http_put_response_hop_limit = {needed} }}',
    )
    summary = f'{"Let the Agent do without the hops, or raise" if around else "Raise"} the hop limit to {needed}'
    return Remedy(summary, (*around, *raising, *restart_for_the_name(facts)))


def needed_hop_limit(facts: Facts, expected: Expectations) -> int:
    """What was measured, never less than what the operator demands, never less than AWS's minimum of 1.

    Where nothing was measured, the guide's 2 for a container that may have a network of its own.
    """
    path = facts.path
    measured = path.hop_limit_needed if isinstance(path, NetworkPath) else None
    usual = 1 if container_kind(facts) in (ContainerKind.NONE, ContainerKind.ECS_HOST) else 2
    return max(measured or usual, expected.min_hop_limit or 1)


def hop_limit_option(needed: int) -> str:
    return f'--http-put-response-hop-limit {needed}'


def ways_around_the_hop_limit(kind: ContainerKind) -> tuple[str, ...]:
    """Ways that expose nothing to other containers, or less than a larger hop limit does."""
    match kind:
        case ContainerKind.POD:
            return (
                f'{NAME_FROM_CLOUD_INIT} Helm: providers.eks.ec2.useHostnameFromFile: true',
                f'{HOST_NETWORK}. Helm: agents.useHostNetwork: true',
            )
        case ContainerKind.ECS_BRIDGE | ContainerKind.ECS_AWSVPC:
            return (
                f'{NAME_FROM_CLOUD_INIT} ECS task definition: a volume with the host sourcePath {CLOUD_INIT_FILE}, '
                'mounted read-only at /etc/instance-id, and in the environment of the Agent '
                '{"name": "DD_HOSTNAME_FILE", "value": "/etc/instance-id"}',
                f'{HOST_NETWORK}. ECS task definition: "networkMode": "host"',
            )
        case ContainerKind.DOCKER:
            return (
                f'{NAME_FROM_CLOUD_INIT} docker run -v {CLOUD_INIT_FILE}:/etc/instance-id:ro '
                '-e DD_HOSTNAME_FILE=/etc/instance-id ...',
                f'{HOST_NETWORK}: docker run --network host ...',
            )
        case ContainerKind.OTHER:
            return (
                f'{NAME_FROM_CLOUD_INIT} Mount {CLOUD_INIT_FILE} read-only into the container and set '
                'DD_HOSTNAME_FILE to where it is mounted',
                f'{HOST_NETWORK}, as your container runtime allows it',
            )
    return ()


def agent_setting(facts: Facts, key: str, value: str) -> str:
    """How to set one key of the Agent's configuration here. `value` is YAML, for example 'true' or '[aws]'."""
    match container_kind(facts):
        case ContainerKind.POD:
            return f'Helm: datadog.env: [{{name: DD_{key.upper()}, value: "{value}"}}]'
        case ContainerKind.NONE:
            return f'In datadog.yaml: {key}: {value}'
        case kind if kind in ECS:
            return f'ECS task definition, environment of the Agent: {{"name": "DD_{key.upper()}", "value": "{value}"}}'
    return f'Environment of the Agent container: DD_{key.upper()}={value}'


def restart_agent(facts: Facts) -> str:
    """The Agent looks for its name once, when it starts."""
    match container_kind(facts):
        case ContainerKind.POD:
            return 'Restart the Agent: kubectl rollout restart daemonset/datadog'
        case ContainerKind.NONE:
            return 'Restart the Agent: sudo systemctl restart datadog-agent'
        case kind if kind in ECS:
            return (
                'Restart the Agent: aws ecs update-service --force-new-deployment --cluster CLUSTER --service SERVICE'
            )
    return 'Restart the Agent: docker restart AGENT_CONTAINER'


def restart_for_the_name(facts: Facts) -> tuple[str, ...]:
    """The restart that a repaired IMDS needs before the Agent takes its name from it; none where it has that name."""
    agent = facts.agent
    named = isinstance(agent, Agent) and facts.instance_id is not None and agent.hostname == facts.instance_id
    return () if named else (f'Then, as the Agent looks for its name only when it starts: {restart_agent(facts)}',)
