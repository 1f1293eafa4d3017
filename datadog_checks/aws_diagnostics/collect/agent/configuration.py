"""The Agent's settings that decide how it names the host, with the defaults of its version, and whether a proxy is
configured that would catch requests to IMDS. No proxy's address is kept."""

import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from ...facts import AgentConfiguration, ProxySettings
from ...facts.values import CloudProvider, FilePath
from ...rules import Version, at_least
from .interface import AgentInterface
from .settings import as_boolean, as_number, as_text, as_texts, as_written

Address = IPv4Address | IPv6Address

ALWAYS_EXEMPT = '169.254.169.254'
"""The Agent adds it to proxy.no_proxy, unless use_proxy_for_cloud_metadata is set."""
IMDS_PORT = 80
PROXY_VARIABLES = ('HTTP_PROXY', 'http_proxy')
"""Go's net/http, and so the Agent, does not read ALL_PROXY."""
NO_PROXY_VARIABLES = ('NO_PROXY', 'no_proxy')
SEPARATORS = r'[\s,]+'


def read_proxy_settings(agent: AgentInterface, environ: Mapping[str, str], imds_address: str) -> ProxySettings:
    """`imds_address` is an IP address, an IPv6 one with or without brackets."""
    imds = ip_address(imds_address.strip('[]'))
    through_proxy = as_boolean(agent.setting('use_proxy_for_cloud_metadata'), False)
    exempt = as_texts(agent.setting('proxy.no_proxy'), (), SEPARATORS)
    covers = _covers if as_boolean(agent.setting('no_proxy_nonexact_match'), False) else _names
    return ProxySettings(
        http_proxy_configured=bool(as_text(agent.setting('proxy.http'), '')),
        use_proxy_for_cloud_metadata=through_proxy,
        imds_in_no_proxy=covers(exempt, imds) or (not through_proxy and str(imds) == ALWAYS_EXEMPT),
        http_proxy_in_environment=any(environ.get(name) for name in PROXY_VARIABLES),
        imds_in_environment_no_proxy=_covers(_from_environment(environ), imds),
        environment_is_the_agents=agent.of_this_environment(),
    )


def _from_environment(environ: Mapping[str, str]) -> Iterable[str]:
    for name in NO_PROXY_VARIABLES:
        yield from as_texts(environ.get(name), (), SEPARATORS)


def _names(exempt: Iterable[str], imds: Address) -> bool:
    """What the Agent does by default: an entry counts only when it is the host of the URL, letter by letter."""
    host = f'[{imds}]' if imds.version == 6 else str(imds)
    return host in exempt


def _covers(exempt: Iterable[str], imds: Address) -> bool:
    """By the rules of Go's httpproxy, which the Agent applies with no_proxy_nonexact_match: `*`, a network in CIDR
    notation, or an address, with or without the port."""
    return any(entry == '*' or _network_has(entry, imds) or _is_address(entry, imds) for entry in exempt)


def _network_has(entry: str, imds: Address) -> bool:
    try:
        return '/' in entry and imds in ip_network(entry, strict=False)
    except ValueError:
        return False


def _is_address(entry: str, imds: Address) -> bool:
    with_port = re.fullmatch(r'(?:\[(.+)\]|([^:]+)):([0-9]{1,5})', entry)
    if with_port:
        bracketed, plain, port = with_port.groups()
        return int(port) == IMDS_PORT and _is_address(bracketed or plain, imds)
    try:
        return ip_address(entry.strip('[]')) == imds
    except ValueError:
        return False


DEFAULT = AgentConfiguration()

TIMEOUT_SINCE = 23
FIXED_TIMEOUT = 0.1
"""Seconds that each request was allowed before 7.23, whatever `ec2_metadata_timeout` says: pull request 6139."""

KNOWN_SINCE = {
    'ec2_use_windows_prefix_detection': 16,
    'ec2_prefer_imdsv2': 22,
    'ec2_prioritize_instance_id_as_hostname': 37,
    'ec2_use_dmi': 41,
    'hostname_trust_uts_namespace': 42,
    'ec2_imdsv2_transition_payload_enabled': 64,
}
"""The minor version of Agent 7 that brought each setting; those of the release notes 7.41.0, 7.42.0 and 7.64.0 are
exact, those of the pull requests 4148, 6033 and 11998 of DataDog/datadog-agent may be one off."""

LONGEST_HOSTNAME = 256
"""One more than the Agent takes, so that a name which was cut is not taken for a good one."""
MOST_CLOUD_PROVIDERS = 16
MILLISECONDS_PER_DAY = 24 * 3600 * 1000


def read_configuration(agent: AgentInterface, version: Version | None, proxy: ProxySettings) -> AgentConfiguration:
    """Where the version is not known, a setting that not every version knows is None unless it is set."""
    return AgentConfiguration(
        hostname=as_written(agent.setting('hostname'), LONGEST_HOSTNAME),
        hostname_file=FilePath.of(as_text(agent.setting('hostname_file'), None)),
        hostname_fqdn=as_boolean(agent.setting('hostname_fqdn'), False),
        hostname_force_config_as_canonical=as_boolean(agent.setting('hostname_force_config_as_canonical'), False),
        ec2_metadata_timeout=_timeout(agent, version),
        cloud_provider_metadata=_cloud_providers(agent),
        proxy=proxy,
        **{key: _versioned(agent, version, key) for key in KNOWN_SINCE},
    )


def _timeout(agent: AgentInterface, version: Version | None) -> float:
    if version is not None and not at_least(version, TIMEOUT_SINCE):
        return FIXED_TIMEOUT
    milliseconds = as_number(agent.setting('ec2_metadata_timeout'), 0.0, below=MILLISECONDS_PER_DAY)
    return milliseconds / 1000 or DEFAULT.ec2_metadata_timeout


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
