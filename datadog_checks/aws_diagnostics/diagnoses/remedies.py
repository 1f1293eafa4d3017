"""Remedies that several diagnoses share, each in the form that fits the place where the Agent runs.

Commands carry this host's instance id and region where they are known. Where several ways lead to the goal, all are
offered, the least harmful first, with what each exposes.
"""

from ..expectations import Expectations
from ..facts import ContainerKind, Facts, Host, Imds, NetworkPath
from ..findings import Remedy

ECS = (ContainerKind.ECS_BRIDGE, ContainerKind.ECS_AWSVPC, ContainerKind.ECS_HOST)


def container_kind(facts: Facts) -> ContainerKind:
    return facts.host.container.kind if isinstance(facts.host, Host) else ContainerKind.NONE


def modify_metadata_options(facts: Facts, *options: str) -> str:
    """The AWS CLI line that changes this instance's IMDS options."""
    imds = facts.imds
    region = f' --region {imds.identity.region}' if isinstance(imds, Imds) and imds.identity else ''
    instance = facts.instance_id or 'INSTANCE_ID'
    return f'aws ec2 modify-instance-metadata-options{region} --instance-id {instance} {" ".join(options)}'


def raise_hop_limit(facts: Facts, expected: Expectations) -> Remedy:
    needed = needed_hop_limit(facts, expected)
    raising = (
        f'Raise the hop limit to {needed}; every other container on this instance can then reach IMDS too, '
        f'credentials of the instance role included: {modify_metadata_options(facts, hop_limit_option(needed))}',
        f'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
        f'metadata_options {{ http_put_response_hop_limit = {needed} }}',
    )
    around = ways_around_the_hop_limit(container_kind(facts))
    return Remedy(f'Let the Agent do without the hops, or raise the hop limit to {needed}', (*around, *raising))


def needed_hop_limit(facts: Facts, expected: Expectations) -> int:
    """What was measured, never less than what the operator demands, never less than AWS's minimum of 1."""
    path = facts.path
    measured = path.hop_limit_needed if isinstance(path, NetworkPath) else None
    return max(measured or 1, expected.min_hop_limit or 1)


def hop_limit_option(needed: int) -> str:
    return f'--http-put-response-hop-limit {needed}'


def ways_around_the_hop_limit(kind: ContainerKind) -> tuple[str, ...]:
    """Ways that expose nothing to other containers, or less than a larger hop limit does."""
    match kind:
        case ContainerKind.POD:
            return (
                'Take the name that cloud-init found, without asking IMDS (exposes one read-only file; gives the '
                'name, not the tags). Helm: providers.eks.ec2.useHostnameFromFile: true',
                'Run the Agent in the host network (exposes the ports of the host to the Agent alone). '
                'Helm: agents.useHostNetwork: true',
            )
        case ContainerKind.ECS_BRIDGE | ContainerKind.ECS_AWSVPC:
            return (
                'Run the Agent task in the host network (exposes the ports of the host to the Agent alone). '
                'ECS task definition: "networkMode": "host"',
            )
        case ContainerKind.DOCKER | ContainerKind.OTHER:
            return (
                'Mount the name that cloud-init found, without asking IMDS (exposes one read-only file; gives the '
                'name, not the tags): docker run -v /var/lib/cloud/data/instance-id:/etc/instance-id:ro '
                '-e DD_HOSTNAME_FILE=/etc/instance-id ...',
                'Run the Agent in the host network (exposes the ports of the host to the Agent alone): '
                'docker run --network host ...',
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
