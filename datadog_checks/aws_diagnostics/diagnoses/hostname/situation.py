"""Everything that decides how the Agent names a host."""

from dataclasses import dataclass
from enum import StrEnum

from ...facts import (
    Agent,
    AgentConfiguration,
    ContainerKind,
    Dmi,
    Facts,
    Host,
    HostnameFile,
    HostnameSource,
    Unobserved,
    UtsNamespace,
    observed,
)
from ...facts.platform import EC2_BOARD_VENDOR
from .imds_for_the_agent import imds_for_the_agent
from .names import is_default_hostname

Version = tuple[int, int, int]

ECS_ON_EC2 = (ContainerKind.ECS_BRIDGE, ContainerKind.ECS_AWSVPC, ContainerKind.ECS_HOST)


class ContainerName(StrEnum):
    """What the Agent's provider `container` finds: the name of the node by Kubernetes, Docker or the kubelet."""

    NOTHING = 'no name'
    DEFAULT = 'a default EC2 name'
    CUSTOM = 'a name of its own'


@dataclass(frozen=True, slots=True)
class Situation:
    """None says throughout that a value is not known."""

    version: Version | None
    configuration: AgentConfiguration
    file_usable: bool | None
    """`hostname_file` is set and holds a name that the Agent takes."""
    container: ContainerKind
    own_uts: bool
    """The container has a UTS namespace of its own, so that the name of the system is not the host's."""
    os_name: str
    container_name: ContainerName | None
    firmware_names_instance: bool | None
    """DMI says Amazon EC2 and its board_asset_tag is an instance id (Nitro)."""
    token: bool | None
    with_token: bool | None
    without_token: bool | None
    """These three: see ImdsForTheAgent."""


def situation_of(facts: Facts) -> Situation:
    """Raises MissingFact when the Agent or the host could not be inspected."""
    agent = observed(facts.agent)
    host = observed(facts.host)
    imds = imds_for_the_agent(facts.imds, agent.configuration)
    return Situation(
        version=agent.version,
        configuration=agent.configuration,
        file_usable=_file_usable(agent),
        container=host.container.kind,
        own_uts=host.uts_namespace is UtsNamespace.OWN,
        os_name=host.os_hostname,
        container_name=_container_name(agent, host),
        firmware_names_instance=_firmware_names_instance(host.dmi),
        token=imds.token,
        with_token=imds.with_token,
        without_token=imds.without_token,
    )


def _file_usable(agent: Agent) -> bool | None:
    if not agent.configuration.hostname_file:
        return False
    match agent.hostname_file:
        case HostnameFile(content=content, error=error):
            return content != '' and not error
    return True if agent.provider == 'hostnameFile' else None


def _firmware_names_instance(dmi: Dmi | Unobserved) -> bool | None:
    if isinstance(dmi, Unobserved):
        return None
    return dmi.board_vendor == EC2_BOARD_VENDOR and dmi.board_asset_tag.startswith('i-')


def _container_name(agent: Agent, host: Host) -> ContainerName | None:
    """No fact holds the name that the container runtime gives; what the Agent made of it tells."""
    if host.container.kind is ContainerKind.NONE or 'container' in agent.provider_errors:
        return ContainerName.NOTHING
    if agent.provider == 'aws':
        return _container_name_before_aws(agent, host)
    if agent.source is HostnameSource.INFERRED:
        return None
    if agent.provider == 'container' and agent.hostname:
        return ContainerName.DEFAULT if _is_default(agent, agent.hostname) else ContainerName.CUSTOM
    return ContainerName.NOTHING if agent.provider in ('os', 'fqdn') else None


def _container_name_before_aws(agent: Agent, host: Host) -> ContainerName | None:
    """Outside of ECS the Agent asks AWS only after it found a default name, which need not be the container's."""
    asked_always = host.container.kind in ECS_ON_EC2 or agent.configuration.ec2_prioritize_instance_id_as_hostname
    named_by_os = host.uts_namespace is not UtsNamespace.OWN and _is_default(agent, host.os_hostname)
    if asked_always or named_by_os:
        return ContainerName.DEFAULT if agent.provider_errors else None
    return ContainerName.DEFAULT


def _is_default(agent: Agent, name: str) -> bool:
    return is_default_hostname(name, agent.configuration.ec2_use_windows_prefix_detection is True)
