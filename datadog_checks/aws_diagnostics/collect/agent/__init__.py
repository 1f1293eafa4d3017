"""The running Agent: its hostname and where that came from, its version, and the settings that decide both."""

from collections.abc import Mapping
from pathlib import Path

from ...facts import Agent, HostnameFile, HostnameProvider, Unobserved
from ...facts.agent import NO_HOSTNAME_FILE
from ...facts.values import AgentHostname, FilePath, InstanceId
from ...rules import why_unusable
from ..deadline import Deadline
from ..host.text_file import SMALL, read_text, reason
from .configuration import read_configuration, read_proxy_settings
from .interface import AgentInterface, DescribedAgent, EmbeddedAgent
from .provider import AgentReplies, Clues, ask, choose
from .settings import Version, parse_version

__all__ = ['AgentInterface', 'DescribedAgent', 'EmbeddedAgent', 'read_agent']

UNKNOWN_PROVIDER = 'the Agent names a hostname provider that this check does not know'
IN_A_CONTAINER = ('DOCKER_DD_AGENT', 'KUBERNETES_SERVICE_HOST')


def read_agent(
    interface: AgentInterface,
    deadline: Deadline,
    *,
    expvar_port: int | None,
    instance_id: InstanceId | None,
    os_hostname: str,
    imds_address: str,
    environ: Mapping[str, str],
) -> Agent:
    """Never raises for an Agent that does not answer: what is missing is None, and `note` says why.

    `instance_id` is the best-known one, `imds_address` the IP address of the IMDS endpoint.
    """
    answers = ask(interface, deadline, expvar_port, instance_id=instance_id, os_hostname=os_hostname)
    version = _version(interface, answers)
    configuration = read_configuration(interface, version, read_proxy_settings(interface, environ, imds_address))
    hostname = _hostname(interface, answers, configuration.hostname)
    file = read_hostname_file(configuration.hostname_file)
    in_a_container = any(environ.get(name) for name in IN_A_CONTAINER)
    clues = Clues(hostname or '', instance_id, os_hostname, configuration, file, in_a_container)
    origin = choose(interface.provider(), answers, clues)
    provider = HostnameProvider.of(origin.provider)
    return Agent(
        hostname=hostname,
        version=version,
        configuration=configuration,
        provider=provider,
        source=origin.source,
        provider_errors=dict(answers.expvar.errors) if answers.expvar else {},
        hostname_file=file,
        note=origin.note if provider or not origin.provider else UNKNOWN_PROVIDER,
    )


def _version(interface: AgentInterface, answers: AgentReplies) -> Version | None:
    return parse_version(interface.version() or (answers.inventory.version if answers.inventory else ''))


def _hostname(interface: AgentInterface, answers: AgentReplies, configured: str) -> AgentHostname | None:
    """Told, else from the API, else the configured one; None where none of them says."""
    told = interface.hostname()
    if told is None and answers.inventory is not None:
        return AgentHostname.of(answers.inventory.hostname)
    return AgentHostname.of(configured or None if told is None else told.strip())


def read_hostname_file(path: FilePath | None) -> HostnameFile | Unobserved:
    """Unobserved without a path. Content that is no hostname is not kept: the path may point at anything."""
    if not path:
        return NO_HOSTNAME_FILE
    try:
        text = read_text(Path(path), SMALL + 1)
    except (OSError, ValueError) as e:
        return HostnameFile(path, error=reason(e))
    name = text.strip()
    error = f'it is longer than {SMALL} bytes' if len(text) > SMALL else why_unusable(name)
    return HostnameFile(path, error=error) if error else HostnameFile(path, content=name)
