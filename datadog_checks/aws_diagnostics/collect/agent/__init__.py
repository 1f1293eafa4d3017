"""The running Agent: its hostname and where that came from, its version, and the settings that decide both."""

from collections.abc import Mapping
from pathlib import Path

from ...facts import Agent, AgentConfiguration, Container, Ecs, HostnameFile, HostnameProvider, Unobserved
from ...facts.agent import NO_HOSTNAME_FILE
from ...facts.values import AgentHostname, FilePath, InstanceId
from ...rules import Version, why_unusable
from ..foreign import SMALL, read_text, reason
from ..run import Deadline
from ..schedule import Kept
from .configuration import read_configuration, read_proxy_settings
from .features import read_ecs, read_sidecar
from .interface import AgentInterface, DescribedAgent, EmbeddedAgent
from .provider import AgentReplies, Clues, ask, choose
from .settings import parse_version

__all__ = ['AgentInterface', 'AgentReader', 'DescribedAgent', 'EmbeddedAgent']

UNKNOWN_PROVIDER = 'the Agent names a hostname provider that this check does not know'
IN_A_CONTAINER = ('DOCKER_DD_AGENT', 'KUBERNETES_SERVICE_HOST')


SETTLED_SECONDS = 3600.0
"""Settings change with a restart of the Agent, and asking for all of them costs more than the rest of a run. The name
and its provider too: an Agent looks for them when it starts, and keeps them (pkg/util/hostname/providers.go)."""


class AgentReader:
    """Keep one for as long as the check instance lives.

    `expvar_port` is the operator's choice, None takes the Agent's setting; `imds_address` is the IP address of the
    IMDS endpoint; `root` is where the file system starts.
    """

    def __init__(
        self,
        interface: AgentInterface,
        *,
        expvar_port: int | None,
        imds_address: str,
        environ: Mapping[str, str],
        root: Path = Path('/'),
    ) -> None:
        self._interface = interface
        self._expvar_port = expvar_port
        self._imds_address = imds_address
        self._environ = environ
        self._root = root
        self._replies = Kept[AgentReplies](SETTLED_SECONDS)
        self._settings = Kept[tuple[AgentConfiguration, Ecs]](SETTLED_SECONDS)

    def read(self, deadline: Deadline, now: float, *, instance_id: InstanceId | None, os_hostname: str) -> Agent:
        """Never raises for an Agent that does not answer: what is missing is None, and `note` says why.

        `instance_id` is the best-known one; `now` is in seconds since the epoch.
        """
        agent = self._interface
        answers = self._replies.get(
            now,
            (agent.hostname(), agent.version(), instance_id, os_hostname),
            lambda: ask(agent, deadline, self._expvar_port, instance_id=instance_id, os_hostname=os_hostname),
            lambda replies: replies.settled,
        )
        version = _version(agent, answers)
        configuration, ecs = self._settings.get(now, version, lambda: self._read_settings(version))
        hostname = _hostname(agent, answers, configuration.hostname)
        file = read_hostname_file(configuration.hostname_file)
        in_a_container = any(self._environ.get(name) for name in IN_A_CONTAINER)
        clues = Clues(hostname or '', instance_id, os_hostname, configuration, file, in_a_container)
        origin = choose(agent.provider(), answers, clues)
        provider = HostnameProvider.of(origin.provider)
        return Agent(
            hostname=hostname,
            version=version,
            configuration=configuration,
            provider=provider,
            source=origin.source,
            provider_errors=dict(answers.expvar.errors) if answers.expvar else {},
            hostname_file=file,
            ecs=ecs,
            of_this_user=agent.of_this_user(),
            note=origin.note if provider or not origin.provider else UNKNOWN_PROVIDER,
        )

    def sidecar(self) -> Container | None:
        """What makes the Agent a sidecar, other than the marks of the container that it runs in."""
        return read_sidecar(self._interface, self._environ)

    def _read_settings(self, version: Version | None) -> tuple[AgentConfiguration, Ecs]:
        proxy = read_proxy_settings(self._interface, self._environ, self._imds_address)
        configuration = read_configuration(self._interface, version, proxy)
        return configuration, read_ecs(self._interface, self._environ, self._root)


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
