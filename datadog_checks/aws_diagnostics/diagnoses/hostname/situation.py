"""Everything that decides how the Agent names a host, corrected by what the Agent says about itself.

The Agent's words are in expvar: which provider gave the name, and why others gave none. They tell of the time when it
started. Where they and what this check sees cannot both be true, `doubt` says so.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from ...facts import (
    Agent,
    AgentConfiguration,
    ContainerKind,
    Dmi,
    Facts,
    Host,
    HostnameFile,
    HostnameProvider,
    HostnameSource,
    Unobserved,
    UtsNamespace,
    observed,
)
from ...facts.agent import NO_HOSTNAME_FILE
from ...facts.host import SIDECARS
from ...rules import Version, at_least
from ...rules.ec2 import EC2_MAKER
from .agent_words import (
    OF_THE_SYSTEM,
    asked_aws,
    doubt_of,
    has_default_name,
    is_default,
    says_sidecar,
    says_system_usable,
    why_refused,
)
from .imds_for_the_agent import NOTHING_KNOWN, imds_for_the_agent, why_it_tells_nothing
from .on_ecs import on_ecs

TRUSTS_THE_INODE = 42
"""The minor version of Agent 7. Before, a container that could ask neither Docker nor the kubelet took the name of the
system for the host's."""


class ContainerName(StrEnum):
    """What the Agent's provider `container` finds: the name of the node by Kubernetes, Docker or the kubelet."""

    NOTHING = 'no name'
    DEFAULT = 'a default EC2 name'
    CUSTOM = 'a name of its own'


@dataclass(frozen=True, slots=True)
class Situation:
    """None: the value is not known."""

    version: Version | None
    configuration: AgentConfiguration
    file_usable: bool | None
    """`hostname_file` is set and holds a name that the Agent takes."""
    sidecar: bool
    """The Agent reports a task or pod, and so gives itself no hostname."""
    on_ecs: bool | None
    """The Agent asks AWS whatever name it found, because it takes this for ECS on EC2."""
    os_usable: bool | None
    """The Agent takes the name of the system for that of the host."""
    default_name: bool | None
    """The name of the system is a default one of EC2: with `hostname_fqdn` the full name, which DNS gives."""
    container_name: ContainerName | None
    firmware_names_instance: bool
    """DMI says Amazon EC2 and its board_asset_tag is an instance id (Nitro)."""
    token: bool | None
    with_token: bool | None
    without_token: bool | None
    refused_without_token: bool | None
    """These four: see ImdsForTheAgent."""
    enforced: bool = False
    """IMDSv1 may answer today, and is imagined to be disabled: what is said of it is about that day."""
    doubt: str = ''
    """Why the Agent's words and what this check sees cannot both be true, as a clause; '' where they fit."""


def situation_of(facts: Facts) -> Situation:
    """Raises MissingFact when the Agent or the host could not be inspected."""
    agent = observed(facts.agent)
    host = observed(facts.host)
    imds = NOTHING_KNOWN if why_it_tells_nothing(facts, agent) else imds_for_the_agent(facts.imds, agent)
    return Situation(
        version=agent.version,
        configuration=_taken(agent),
        file_usable=_file_usable(agent),
        sidecar=_sidecar(agent, host),
        on_ecs=on_ecs(agent, host),
        os_usable=_os_usable(agent, host),
        default_name=_default_name(agent, host),
        container_name=_container_name(agent, host),
        firmware_names_instance=_firmware_names_instance(host.dmi),
        token=imds.token,
        with_token=imds.with_token,
        without_token=imds.without_token,
        refused_without_token=imds.refused_without_token,
        doubt=doubt_of(agent),
    )


def _taken(agent: Agent) -> AgentConfiguration:
    """Without a hostname that the Agent refuses: it looks for another as if none were set."""
    return replace(agent.configuration, hostname='') if why_refused(agent) else agent.configuration


def _file_usable(agent: Agent) -> bool | None:
    match agent.hostname_file:
        case HostnameFile(error=error) if error and agent.provider is HostnameProvider.HOSTNAME_FILE:
            return None  # gone since, or not to be seen from here, as from a terminal beside a container
        case HostnameFile(content=content, error=error):
            return content != '' and not error
    if agent.configuration.hostname_file is None and agent.hostname_file == NO_HOSTNAME_FILE:
        return False
    return True if agent.provider is HostnameProvider.HOSTNAME_FILE else None


def _sidecar(agent: Agent, host: Host) -> bool:
    said = says_sidecar(agent)
    return host.container.kind in SIDECARS if said is None else said


def _os_usable(agent: Agent, host: Host) -> bool | None:
    own = host.container.kind is not ContainerKind.NONE and host.uts_namespace is UtsNamespace.OWN
    if not own or agent.configuration.hostname_trust_uts_namespace:
        return True
    said = says_system_usable(agent)
    if said is not None:
        return said
    return False if agent.version is not None and at_least(agent.version, TRUSTS_THE_INODE) else None


def _firmware_names_instance(dmi: Dmi | Unobserved) -> bool:
    """Where there is no DMI, as on Windows and in some containers, the Agent reads empty texts."""
    if isinstance(dmi, Unobserved):
        return False
    return dmi.board_vendor == EC2_MAKER and dmi.board_asset_tag.startswith('i-')


def _container_name(agent: Agent, host: Host) -> ContainerName | None:
    """No fact holds the name that the container runtime gives; what the Agent made of it tells."""
    inferred = agent.source is HostnameSource.INFERRED
    if agent.provider is HostnameProvider.CONTAINER and agent.hostname and not inferred:
        return ContainerName.DEFAULT if is_default(agent, agent.hostname) else ContainerName.CUSTOM
    if host.container.kind is ContainerKind.NONE or 'container' in agent.provider_errors:
        return ContainerName.NOTHING
    if agent.provider is HostnameProvider.AWS:
        return _container_name_before_aws(agent, host)
    return ContainerName.NOTHING if agent.provider in OF_THE_SYSTEM and not inferred else None


def _container_name_before_aws(agent: Agent, host: Host) -> ContainerName | None:
    """Outside of ECS the Agent asks AWS only after it found a default name, which need not be the container's."""
    asked_always = on_ecs(agent, host) is not False or agent.configuration.ec2_prioritize_instance_id_as_hostname
    named_by_os = host.uts_namespace is not UtsNamespace.OWN and is_default(agent, host.os_hostname)
    if asked_always or named_by_os:
        return ContainerName.DEFAULT if agent.provider_errors else None
    return ContainerName.DEFAULT


def _default_name(agent: Agent, host: Host) -> bool | None:
    """By the name that is seen; else by what the Agent did, as only such a name makes it ask AWS outside of ECS."""
    seen = has_default_name(agent, host)
    by_name_alone = not agent.configuration.ec2_prioritize_instance_id_as_hostname and on_ecs(agent, host) is False
    asked = asked_aws(agent) or agent.provider is HostnameProvider.AWS
    if seen is None and asked and by_name_alone and _container_name(agent, host) is ContainerName.NOTHING:
        return True
    return seen
