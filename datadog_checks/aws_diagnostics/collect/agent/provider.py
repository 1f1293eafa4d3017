"""The Agent's hostname provider, from the best source that answers.

expvar comes first: it needs no credentials, and tells why other providers failed. The API is asked where expvar does
not answer, where something else is missing that only the API tells, and where expvar contradicts the hostname: in
builds soon after pull request 30539 of DataDog/datadog-agent, the second, IMDSv1-only resolution
overwrote the variable.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ...facts import AgentConfiguration, HostnameFile, HostnameSource, Unobserved
from ...facts.values import InstanceId
from ..run import Deadline, RequestFailed
from .interface import AgentInterface
from .settings import as_port, as_text
from .sources import EXPVAR_PORT, HostnameVariables, Inventory, ask_expvar, ask_inventory


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
        return None, 'the hostname is not known'
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
    return None, 'the hostname matches no known name of this host'


UNRESOLVED = 'the Agent names no provider: its hostname is not resolved yet, or it runs on Fargate'


@dataclass(frozen=True, slots=True)
class AgentReplies:
    """What the running Agent said; None where it could not be asked, with the reasons in `silence`."""

    expvar: HostnameVariables | None
    inventory: Inventory | None
    silence: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """All that was asked has answered, and names a provider: this Agent will not answer otherwise."""
        asked = self.inventory or self.expvar
        return asked is not None and asked.provider != '' and not self.silence


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the hostname comes from, and how that is known: see the fields of `Agent` with the same names."""

    provider: str | None
    source: HostnameSource
    note: str = ''


def ask(
    agent: AgentInterface, deadline: Deadline, port: int | None, *, instance_id: str | None, os_hostname: str
) -> AgentReplies:
    """`port` is the operator's choice for expvar; None takes the Agent's setting."""
    silence: list[str] = []
    expvar: HostnameVariables | None = None
    try:
        expvar = ask_expvar(port or _expvar_port(agent), deadline)
    except RequestFailed as e:
        silence.append(f'expvar: {e}')
    told = agent.hostname() is not None and agent.version() != ''
    if expvar and told and not contradicts(expvar, agent.hostname(), instance_id, os_hostname):
        return AgentReplies(expvar, None)
    try:
        return AgentReplies(expvar, ask_inventory(agent, deadline), tuple(silence))
    except RequestFailed as e:
        return AgentReplies(expvar, None, (*silence, f'API: {e}'))


def _expvar_port(agent: AgentInterface) -> int:
    """Raises RequestFailed for 0, with which the Agent listens on any port: another program may have the usual one."""
    port = agent.setting('expvar_port')
    if as_text(port, '') == '0':
        raise RequestFailed('expvar_port is 0, so its port is not known')
    return as_port(port, EXPVAR_PORT)


def contradicts(expvar: HostnameVariables, hostname: str | None, instance_id: str | None, os_hostname: str) -> bool:
    """The provider is said to be the operating system, and the name is the instance id, which is not its name."""
    if not hostname or not os_hostname:
        return False
    return expvar.provider == 'os' and hostname == instance_id != os_hostname


def choose(given: str | None, answers: AgentReplies, clues: Clues) -> Origin:
    """The provider and its source, by the order told above."""
    why_not_better = '; '.join(answers.silence)
    expvar, inventory = answers.expvar, answers.inventory
    if given:
        return Origin(given, HostnameSource.GIVEN)
    if expvar is not None and contradicts(expvar, clues.hostname, clues.instance_id, clues.os_hostname):
        doubt = 'expvar says os, but the hostname is the instance id'
        if inventory is not None and inventory.provider:
            return Origin(inventory.provider, HostnameSource.IPC, doubt)
        return Origin('os', HostnameSource.EXPVAR, '; '.join([doubt, *answers.silence]))
    if expvar is not None:
        notes = answers.silence if expvar.provider else (UNRESOLVED, *answers.silence)
        return Origin(expvar.provider or None, HostnameSource.EXPVAR, '; '.join(notes))
    if inventory is not None:
        note = why_not_better if inventory.provider else f'{why_not_better}; {UNRESOLVED}'
        return Origin(inventory.provider or None, HostnameSource.IPC, note)
    provider, why = infer_provider(clues)
    return Origin(provider, HostnameSource.INFERRED, f'{why_not_better}; {why}')
