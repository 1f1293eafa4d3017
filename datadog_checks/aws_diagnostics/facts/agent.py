"""The running Datadog Agent: its name, where the name came from, and the settings that decide it."""

from dataclasses import dataclass, field
from enum import StrEnum

from .observed import Unobserved
from .values import AgentHostname, CloudProvider, FilePath


class HostnameProvider(StrEnum):
    """By the Agent's own names (pkg/util/hostname, providers.go)."""

    CONFIGURATION = 'configuration'
    HOSTNAME_FILE = 'hostnameFile'
    FARGATE = 'fargate'
    GCE = 'gce'
    AZURE = 'azure'
    FQDN = 'fqdn'
    CONTAINER = 'container'
    OS = 'os'
    AWS = 'aws'

    @classmethod
    def of(cls, text: str | None) -> 'HostnameProvider | None':
        """None for a name that no provider has."""
        return next((provider for provider in cls if provider.value == text), None)


class HostnameSource(StrEnum):
    """How the hostname provider became known."""

    EXPVAR = 'expvar'
    IPC = 'ipc'
    INFERRED = 'inferred'
    """Concluded from the hostname itself: less certain."""
    GIVEN = 'given'
    """Told by the person at the terminal."""


class Ecs(StrEnum):
    """What of Amazon ECS the Agent recognises around itself, by the rules of its features (pkg/config/env)."""

    NONE = 'none'
    EC2 = 'ec2'
    """Also an Agent outside of a task, on a host with the file of the ECS agent."""
    MANAGED_INSTANCES = 'managed-instances'


CLOUD_PROVIDERS = tuple(CloudProvider(name) for name in ('aws', 'gcp', 'azure', 'alibaba', 'oracle', 'ibm'))


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """What would send IMDS traffic through a proxy. Only whether, never the proxy's address: it may hold a password."""

    http_proxy_configured: bool = False
    """`proxy.http` of the Agent is set."""
    use_proxy_for_cloud_metadata: bool = False
    imds_in_no_proxy: bool = False
    """`proxy.no_proxy` covers the IMDS address."""
    http_proxy_in_environment: bool = False
    """HTTP_PROXY or http_proxy is set in the Agent's environment."""
    imds_in_environment_no_proxy: bool = False
    """NO_PROXY or no_proxy covers the IMDS address."""
    environment_is_the_agents: bool = True
    """False at a terminal, whose environment need not be that of the Agent."""


@dataclass(frozen=True, slots=True)
class AgentConfiguration:
    """The Agent's settings that decide how it names the host, with the defaults of its version filled in.

    `None` says that this version does not know the setting.
    """

    hostname: str = ''
    """As the operator wrote it, which need not be a host name; with white space around it, which the Agent keeps."""
    hostname_file: FilePath | None = None
    hostname_fqdn: bool = False
    hostname_force_config_as_canonical: bool = False
    hostname_trust_uts_namespace: bool | None = False
    ec2_prefer_imdsv2: bool | None = False
    ec2_imdsv2_transition_payload_enabled: bool | None = True
    ec2_metadata_timeout: float = 0.3
    """Seconds (the setting is in milliseconds)."""
    ec2_use_dmi: bool | None = True
    ec2_prioritize_instance_id_as_hostname: bool | None = False
    ec2_use_windows_prefix_detection: bool | None = False
    cloud_provider_metadata: tuple[CloudProvider, ...] = CLOUD_PROVIDERS
    proxy: ProxySettings = ProxySettings()


@dataclass(frozen=True, slots=True)
class HostnameFile:
    """The file that `hostname_file` names."""

    path: FilePath
    content: str = ''
    """The name in it, which is a host name; '' where there was none."""
    error: str = ''
    """Why it could not be read; '' when it was."""


NO_HOSTNAME_FILE = Unobserved('hostname_file is not set')


@dataclass(frozen=True, slots=True)
class Agent:
    hostname: AgentHostname | None
    """The name under which the Agent reports; '' when it has none, None when it is not known."""
    version: tuple[int, int, int] | None
    configuration: AgentConfiguration
    provider: HostnameProvider | None
    """None when it is not known."""
    source: HostnameSource
    """Where `provider` comes from."""
    provider_errors: dict[str, str] = field(default_factory=dict)
    """Why other providers gave no name, each at most 300 characters. An entry for a provider that won is no fault:
    the Agent's second, IMDSv1-only resolution writes into the same map."""
    hostname_file: HostnameFile | Unobserved = NO_HOSTNAME_FILE
    ecs: Ecs | None = None
    """None when that was not observed."""
    of_this_user: bool = True
    """It runs as the user of this check, as far as is known; a person at a terminal may be another user."""
    note: str = ''
    """Why better sources for `provider` did not answer, as one clause."""
