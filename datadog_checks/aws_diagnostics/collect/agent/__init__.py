"""The running Agent: its hostname and where that came from, its version, and the settings that decide both."""

from collections.abc import Mapping

from ...facts import Agent, HostnameProvider
from ...facts.values import AgentHostname, InstanceId
from ..deadline import Deadline
from .configuration import read_configuration
from .hostname_file import read_hostname_file
from .inference import Clues
from .interface import AgentInterface, DescribedAgent, EmbeddedAgent
from .provider import AgentReplies, ask, choose
from .proxy import read_proxy_settings
from .version import Version, parse_version

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
