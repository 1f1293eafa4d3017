"""Fixes in the Agent: its settings and its restart, each in the form that fits the place where it runs."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from ..expectations import Expectations
from ..facts import Agent, AgentConfiguration, ContainerKind, Facts, Host, HostnameProvider, Unobserved
from ..facts.host import ECS
from ..facts.values import AgentHostname
from ..remedies import Choice, Command, Language, Step, Value, Variable, Word, json_part, script, shell, yaml
from ..rules import instance_id_of
from . import places
from .places import operating_system
from .which_instance import region

Setting: TypeAlias = bool | int | str | tuple[str, ...]

REMOVE_AGAIN = Step('Remove it again, and restart the Agent')
SET_BACK = Step('Set it back to what it was, or remove it, and restart the Agent')


def container_kind(facts: Facts) -> ContainerKind:
    """NONE where the host could not be inspected: remedies are then for an Agent on a plain host."""
    return facts.host.container.kind if isinstance(facts.host, Host) else ContainerKind.NONE


def in_host_network(facts: Facts) -> bool:
    """On the host itself, or in a container that has no network of its own."""
    return isinstance(facts.host, Unobserved) or facts.host.container.has_the_host_network


# Settings


def place_of_settings(kind: ContainerKind) -> str:
    """To complete a sentence: where the settings of an Agent of this kind are written."""
    match kind:
        case ContainerKind.NONE:
            return 'in datadog.yaml'
        case ContainerKind.POD:
            return 'in the Helm values'
        case kind if kind in ECS:
            return 'in a new revision of the task definition'
        case ContainerKind.DOCKER:
            return 'in the Compose file'
    return 'in your container runtime, like this in Compose'


def set_in_agent(facts: Facts, text: str, key: str, value: Setting, effect: str = '') -> Choice:
    """`text` says what for: 'Let the Agent prefer IMDSv2'; `effect` is what else that changes, as a clause."""
    where = f'{place_of_settings(container_kind(facts))}{f" ({effect})" if effect else ""}'
    return Choice(f'{text}, {where}', (agent_setting(facts, key, value),), undo=SET_BACK)


def agent_setting(facts: Facts, key: str, value: Setting) -> Command:
    """One key of the Agent's configuration; a list is YAML in datadog.yaml and separated by spaces elsewhere."""
    variable = f'DD_{key.upper()}'
    match container_kind(facts):
        case ContainerKind.NONE:
            return yaml({key: value})
        case ContainerKind.POD:
            return yaml({'datadog': {'env': [{'name': variable, 'value': _as_text(value)}]}}, Language.HELM)
        case kind if kind in ECS:
            return task_definition({'environment': [{'name': variable, 'value': _as_text(value)}]})
    return compose({'environment': {variable: _as_text(value)}})


def compose(service: Mapping[str, Value]) -> Command:
    """A part of a Compose file, whose service is called as in Datadog's documentation."""
    return yaml({'services': {'datadog-agent': service}})


def task_definition(container: Mapping[str, Value], task: Mapping[str, Value] = MappingProxyType({})) -> Command:
    """A part of an ECS task definition: of the Agent's container, and of the task itself."""
    return json_part({**task, 'containerDefinitions': [{'name': 'datadog-agent', **container}]})


def _as_text(value: Setting) -> str:
    if isinstance(value, tuple):
        return ' '.join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def setting_of_the_name(facts: Facts) -> str:
    """The one that gave the Agent its name; '' where none did. Agents before 7.37 call a file `configuration` too."""
    agent = facts.agent
    match agent.provider if isinstance(agent, Agent) else None:
        case HostnameProvider.HOSTNAME_FILE:
            return 'hostname_file'
        case HostnameProvider.CONFIGURATION:
            configured = agent.configuration if isinstance(agent, Agent) else AgentConfiguration()
            return 'hostname_file' if configured.hostname_file and not configured.hostname else 'hostname'
    return ''


def remove_setting(facts: Facts, key: str) -> Step:
    """For a setting with which the Agent was configured; the commands show where."""
    variable = f'DD_{key.upper()}'
    match container_kind(facts):
        case ContainerKind.NONE:
            find = places.find_setting(operating_system(facts), key, variable)
            return Step(f'Remove {key} from datadog.yaml, and {variable} from the environment of the Agent', find)
        case ContainerKind.POD:
            return Step(
                f'Remove {variable} from datadog.env and agents.containers.agent.env in the Helm values '
                '(the first command lists every RELEASE and its NAMESPACE); leave an empty list as []',
                _helm_values_with(variable),
            )
        case kind if kind in ECS:
            return Step(f"Remove {variable} from the Agent's container, in a new revision of the task definition")
    return Step(f"Remove {variable} from the environment of the Agent's container")


def _helm_values_with(variable: str) -> tuple[Command, ...]:
    return (
        shell('helm', 'list', '--all-namespaces'),
        script(
            f'helm get values <release> --namespace <namespace> | grep -A 1 {variable}',
            release=Variable('RELEASE'),
            namespace=Variable('NAMESPACE'),
        ),
    )


# This check


def accept(
    expected: Expectations, *, provider: HostnameProvider | None = None, hostname: AgentHostname | None = None
) -> Choice:
    """Tell this check that a name is wanted as it is."""
    options: dict[str, Value] = {}
    if provider is not None:
        options['expected_hostname_provider'] = list(dict.fromkeys((*expected.hostname_providers, provider)))
    if hostname:
        options['expected_hostname'] = hostname
    return Choice(
        'Keep the name, and tell this check so in its conf.yaml (takes a restart; changes nothing in Datadog)',
        (yaml({'instances': [options]}),),
        undo=Step('Remove the options again'),
    )


# Restart


def restart_agent(facts: Facts) -> Step:
    """In the way in which the Agent was started."""
    text = 'Restart the Agent; it resolves its hostname only at startup'
    match container_kind(facts):
        case ContainerKind.NONE:
            return Step(text, places.restart(operating_system(facts)))
        case ContainerKind.POD:
            known = 'the first command lists every NAMESPACE and DAEMONSET; a Helm upgrade restarts it too'
            return Step(f'{text} ({known})', places.restart_pods())
        case ContainerKind.ECS_MANAGED:
            return Step(f'{text} (a new revision of the daemon task definition does it: AWS then replaces instances)')
        case kind if kind in ECS:
            known = 'the first three commands find CLUSTER, SERVICE and TASK_FAMILY, of which the newest revision runs'
            return Step(f'{text} ({known})', places.new_deployment(region(facts)))
        case ContainerKind.DOCKER:
            known = 'the first command lists every AGENT_CONTAINER'
            return Step(f'{text} ({known})', places.restart_container())
    return Step(f'{text} (with the tool that runs its container)')


def restart_for_the_name(facts: Facts) -> tuple[Step, ...]:
    """The restart that a repaired IMDS needs before the Agent takes its name from it; none where it has that name."""
    agent, id = facts.agent, instance_id_of(facts)
    named = isinstance(agent, Agent) and id is not None and agent.hostname == str(id)
    return () if named else (restart_agent(facts),)


def agent_status(facts: Facts) -> tuple[Command, ...]:
    if container_kind(facts) is ContainerKind.NONE:
        return places.agent_status(operating_system(facts))
    return in_agent(facts, 'agent', 'status')


def in_agent(facts: Facts, *words: Word) -> tuple[Command, ...]:
    """POSIX commands that run another one where the Agent runs; nothing where that cannot be, as on Windows."""
    match container_kind(facts):
        case ContainerKind.NONE:
            return places.as_the_agent(operating_system(facts), *words)
        case ContainerKind.POD:
            where = ('--namespace', Variable('NAMESPACE'), Variable('AGENT_POD'), '-c', 'agent', '--')
            return shell('kubectl', 'get', 'pods', '--all-namespaces'), shell('kubectl', 'exec', *where, *words)
        case ContainerKind.OTHER | ContainerKind.FARGATE | ContainerKind.SIDECAR | ContainerKind.ECS_MANAGED:
            return ()
    return shell('docker', 'ps'), shell('docker', 'exec', Variable('AGENT_CONTAINER'), *words)
