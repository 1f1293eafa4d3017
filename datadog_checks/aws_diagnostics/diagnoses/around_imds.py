"""Ways for a container to have its name, or all of IMDS, without the extra hop and what may block it on the way."""

from ..facts import Agent, ContainerKind, Facts, Host, HostnameFile, OperatingSystem
from ..facts.host import ECS
from ..facts.values import FilePath
from ..remedies import Choice, Command, Language, json_part, yaml
from ..rules import instance_id_of
from .agent_remedies import REMOVE_AGAIN, compose, container_kind, in_host_network, place_of_settings, task_definition
from .places import operating_system

CLOUD_INIT_FILE = FilePath('/var/lib/cloud/data/instance-id')
"""Not there on Bottlerocket, which has no cloud-init (DataDog/helm-charts issue 613), on Windows and on macOS."""
MOUNTED_FILE = '/etc/instance-id'
"""Where a container sees it."""


def ways_around_the_hop_limit(facts: Facts) -> tuple[Choice, ...]:
    """Ways that expose nothing to other containers, or less than a larger hop limit does."""
    if in_host_network(facts):
        return ()
    return *name_by_a_file(facts), _host_network(facts)


def name_by_a_file(facts: Facts) -> tuple[Choice, ...]:
    """Not where the Agent has its name from a file already, nor where that of cloud-init is missing or known to name
    another instance. A container does not see it. Only Linux has cloud-init, but not Bottlerocket, on which ECS
    Managed Instances run.
    """
    agent, host = facts.agent, facts.host
    if operating_system(facts) is not OperatingSystem.LINUX or container_kind(facts) is ContainerKind.ECS_MANAGED:
        return ()
    if isinstance(agent, Agent) and isinstance(agent.hostname_file, HostnameFile) and agent.hostname_file.content:
        return ()
    in_it = host.cloud_init_instance_id if isinstance(host, Host) else None
    seen = isinstance(host, Host) and container_kind(facts) is ContainerKind.NONE
    wrong = in_it != instance_id_of(facts) if in_it or seen else False
    return () if wrong or (seen and in_it is None) else (name_from_cloud_init(facts),)


def name_from_cloud_init(facts: Facts) -> Choice:
    """The name without asking IMDS, in a container or on a host."""
    kind = container_kind(facts)
    return Choice(
        f"Use cloud-init's instance ID file instead of IMDS, {place_of_settings(kind)} (gives the hostname, not the "
        'tags; Bottlerocket has no such file)',
        (_file_of_cloud_init(kind),),
        '' if kind is ContainerKind.NONE else 'one read-only file',
        REMOVE_AGAIN,
    )


def _file_of_cloud_init(kind: ContainerKind) -> Command:
    mount = f'{CLOUD_INIT_FILE}:{MOUNTED_FILE}:ro'
    match kind:
        case ContainerKind.NONE:
            return yaml({'hostname_file': CLOUD_INIT_FILE})
        case ContainerKind.POD:
            return yaml({'providers': {'eks': {'ec2': {'useHostnameFromFile': True}}}}, Language.HELM)
        case kind if kind in ECS:
            return _mounted_in_a_task()
    return compose({'volumes': [mount], 'environment': {'DD_HOSTNAME_FILE': MOUNTED_FILE}})


def _mounted_in_a_task() -> Command:
    return task_definition(
        {
            'mountPoints': [{'sourceVolume': 'instance-id', 'containerPath': MOUNTED_FILE, 'readOnly': True}],
            'environment': [{'name': 'DD_HOSTNAME_FILE', 'value': MOUNTED_FILE}],
        },
        {'volumes': [{'name': 'instance-id', 'host': {'sourcePath': CLOUD_INIT_FILE}}]},
    )


def _host_network(facts: Facts) -> Choice:
    kind = container_kind(facts)
    match kind:
        case ContainerKind.POD:
            command = yaml({'agents': {'useHostNetwork': True}}, Language.HELM)
        case kind if kind in ECS:
            command = json_part({'networkMode': 'host'})
        case _:
            command = compose({'network_mode': 'host'})
    return Choice(
        f'Run the Agent in the host network, {place_of_settings(kind)}',
        (command,),
        "the host's network to the Agent, and the Agent's ports on the host",
        REMOVE_AGAIN,
    )
