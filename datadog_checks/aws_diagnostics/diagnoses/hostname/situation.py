"""Everything that decides how the Agent names a host, and what of it IMDS would answer to the Agent."""

from dataclasses import dataclass
from enum import StrEnum

from ...facts import (
    Agent,
    AgentConfiguration,
    Answer,
    ContainerKind,
    Dmi,
    Exchange,
    Facts,
    Host,
    HostnameFile,
    HostnameSource,
    Imds,
    NoAnswer,
    ProxySettings,
    Unobserved,
    UtsNamespace,
    observed,
)
from ...facts.agent import NO_HOSTNAME_FILE
from ...rules import is_default_hostname
from ...rules.ec2 import EC2_BOARD_VENDOR
from ..agent_remedies import ECS

Version = tuple[int, int, int]


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
    match agent.hostname_file:
        case HostnameFile(content=content, error=error):
            return content != '' and not error
    if agent.configuration.hostname_file is None and agent.hostname_file == NO_HOSTNAME_FILE:
        return False
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
    asked_always = host.container.kind in ECS or agent.configuration.ec2_prioritize_instance_id_as_hostname
    named_by_os = host.uts_namespace is not UtsNamespace.OWN and _is_default(agent, host.os_hostname)
    if asked_always or named_by_os:
        return ContainerName.DEFAULT if agent.provider_errors else None
    return ContainerName.DEFAULT


def _is_default(agent: Agent, name: str) -> bool:
    return is_default_hostname(name, agent.configuration.ec2_use_windows_prefix_detection is True)


# IMDS, as the Agent sees it


@dataclass(frozen=True, slots=True)
class ImdsForTheAgent:
    """What IMDS answers to the Agent, concluded from what it answered to this check.

    Both are in the same network namespace, but the Agent asks over IPv4 only, and allows each request only
    `ec2_metadata_timeout`. Each is None where it was not measured or can change by the minute (429, 5xx).
    """

    token: bool | None
    """The Agent gets something that it takes for a token: it asks for no more than the status 200."""
    with_token: bool | None
    """With that token it gets the instance id."""
    without_token: bool | None
    """IMDSv1: it gets the instance id without a token."""


NOTHING_KNOWN = ImdsForTheAgent(None, None, None)


def imds_for_the_agent(imds: Imds | Unobserved, configuration: AgentConfiguration) -> ImdsForTheAgent:
    if isinstance(imds, Unobserved) or '[' in imds.endpoint or _is_proxied(configuration.proxy):
        return NOTHING_KNOWN
    limit = configuration.ec2_metadata_timeout
    return ImdsForTheAgent(
        token=_succeeds(imds.token, limit),
        with_token=False if _is_foreign(imds.token) else _succeeds(imds.metadata, limit),
        without_token=_without_token(imds, limit),
    )


def _without_token(imds: Imds, limit: float) -> bool | None:
    if _nothing_connects(imds.token) or _is_endpoint_disabled(imds):
        return False
    if _is_foreign(imds.token):
        return None
    if isinstance(imds.control, NoAnswer) and not _asked_with_the_rest(imds):
        return False
    return _succeeds(imds.tokenless, limit)


def _succeeds(exchange: Exchange, limit: float) -> bool | None:
    """Within `limit` seconds, which the Agent allows for connecting and answering together."""
    match exchange:
        case Answer(status=200):
            return exchange.connect_seconds + exchange.first_byte_seconds <= limit
        case Answer(status=status):
            return None if status == 429 or status >= 500 else False
        case NoAnswer():
            return False
    return None


def _asked_with_the_rest(imds: Imds) -> bool:
    """An older tokenless GET tells whether IMDSv1 is on, but not that anything answers now."""
    return imds.tokenless_is_present


def _nothing_connects(token: Exchange) -> bool:
    return isinstance(token, NoAnswer) and not token.connected


def _is_endpoint_disabled(imds: Imds) -> bool:
    return isinstance(imds.control, Answer) and imds.control.status == 403


def _is_foreign(token: Exchange) -> bool:
    """A 200 that is no token: a captive portal or another web server answers."""
    return isinstance(token, Answer) and token.status == 200 and not token.token_granted


def _is_proxied(proxy: ProxySettings) -> bool:
    """The Agent exempts IMDS from its proxy, unless `use_proxy_for_cloud_metadata` says otherwise."""
    covered = proxy.imds_in_no_proxy or proxy.imds_in_environment_no_proxy
    configured = proxy.http_proxy_configured or proxy.http_proxy_in_environment
    return proxy.use_proxy_for_cloud_metadata and configured and not covered
