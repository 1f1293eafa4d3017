"""Which provider gave the Agent its name, concluded from the name itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from ...facts import AgentConfiguration, HostnameFile, Unobserved
from ...facts.values import InstanceId


@dataclass(frozen=True, slots=True)
class Clues:
    hostname: str
    instance_id: str | None
    os_hostname: str
    """'' where it is not known."""
    configuration: AgentConfiguration
    hostname_file: HostnameFile | Unobserved
    containerized: bool
    """The Agent runs in a container, where the runtime or Kubernetes may name it."""


def infer_provider(clues: Clues) -> tuple[str | None, str]:
    """(the provider, why); None where the name fits no provider, or more than one.

    Follows the Agent's order: what is configured stops its search, whatever else the name equals.
    """
    if not clues.hostname:
        return None, 'there is no hostname to conclude from'
    configured = _configured(clues)
    if configured is not None:
        return configured
    candidates = list(_candidates(clues))
    match candidates:
        case []:
            return _by_elimination(clues)
        case [(provider, why)]:
            return provider, why
    return None, f'the hostname fits {" as well as ".join(provider for provider, _ in candidates)}'


def _configured(clues: Clues) -> tuple[str, str] | None:
    if clues.hostname == clues.configuration.hostname:
        return 'configuration', 'the hostname is the configured one'
    if isinstance(clues.hostname_file, HostnameFile) and clues.hostname == clues.hostname_file.content:
        return 'hostnameFile', 'the hostname is what hostname_file contains'
    return None


def _candidates(clues: Clues) -> Iterator[tuple[str, str]]:
    if clues.hostname == clues.instance_id:
        yield 'aws', 'the hostname is the instance id'
    elif clues.instance_id is None and InstanceId.of(clues.hostname):
        yield 'aws', 'the hostname looks like an instance id'
    if clues.configuration.hostname_fqdn and _same_host(clues.hostname, clues.os_hostname):
        yield 'fqdn', 'the hostname is the full name of this host, and hostname_fqdn is set'
    elif clues.hostname == clues.os_hostname:
        yield 'os', "the hostname is the operating system's"
        if clues.containerized:
            yield 'container', 'the container runtime or Kubernetes may have given the same name'


def _same_host(name: str, other: str) -> bool:
    return name.partition('.')[0].lower() == other.partition('.')[0].lower()


def _by_elimination(clues: Clues) -> tuple[str | None, str]:
    if clues.containerized and clues.os_hostname and not InstanceId.of(clues.hostname):
        return 'container', 'the hostname is not that of this container, so the runtime or Kubernetes gave it'
    return None, 'the hostname is none of the names that this host is known by'
