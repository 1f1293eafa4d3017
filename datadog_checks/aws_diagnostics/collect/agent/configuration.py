"""The Agent's settings that decide how it names the host, with the defaults of its version."""

from ...facts import AgentConfiguration, ProxySettings
from ...facts.values import CloudProvider, FilePath
from ...text import clean
from .interface import AgentInterface
from .settings import as_boolean, as_number, as_text, as_texts
from .version import Version, at_least

DEFAULT = AgentConfiguration()

KNOWN_SINCE = {
    'ec2_use_windows_prefix_detection': 16,
    'ec2_prefer_imdsv2': 22,
    'ec2_prioritize_instance_id_as_hostname': 37,
    'ec2_use_dmi': 41,
    'ec2_imdsv2_transition_payload_enabled': 64,
}
"""The minor version of Agent 7 that brought each setting; the last one is exact, the others may be one off.
Source: the pull requests 4148, 6033, 11998 and the release notes 7.41.0 and 7.64.0 of DataDog/datadog-agent."""

LONGEST_HOSTNAME = 255
MOST_CLOUD_PROVIDERS = 16
MILLISECONDS_PER_DAY = 24 * 3600 * 1000


def read_configuration(agent: AgentInterface, version: Version | None, proxy: ProxySettings) -> AgentConfiguration:
    """Where the version is not known, a setting that not every version knows is None unless it is set."""
    milliseconds = as_number(agent.setting('ec2_metadata_timeout'), 0.0, below=MILLISECONDS_PER_DAY)
    return AgentConfiguration(
        hostname=clean(as_text(agent.setting('hostname'), ''), LONGEST_HOSTNAME),
        hostname_file=FilePath.of(as_text(agent.setting('hostname_file'), None)),
        hostname_fqdn=as_boolean(agent.setting('hostname_fqdn'), False),
        hostname_force_config_as_canonical=as_boolean(agent.setting('hostname_force_config_as_canonical'), False),
        hostname_trust_uts_namespace=as_boolean(agent.setting('hostname_trust_uts_namespace'), False),
        ec2_metadata_timeout=milliseconds / 1000 or DEFAULT.ec2_metadata_timeout,
        cloud_provider_metadata=_cloud_providers(agent),
        proxy=proxy,
        **{key: _versioned(agent, version, key) for key in KNOWN_SINCE},
    )


def _cloud_providers(agent: AgentInterface) -> tuple[CloudProvider, ...]:
    names = as_texts(agent.setting('cloud_provider_metadata'), DEFAULT.cloud_provider_metadata)
    return tuple(filter(None, map(CloudProvider.of, names[:MOST_CLOUD_PROVIDERS])))


def _versioned(agent: AgentInterface, version: Version | None, key: str) -> bool | None:
    """None for a version without the setting even when it is set: such an Agent ignores it."""
    if version is None:
        return as_boolean(agent.setting(key), None)
    if not at_least(version, KNOWN_SINCE[key]):
        return None
    default: bool = getattr(DEFAULT, key)
    return as_boolean(agent.setting(key), default)
