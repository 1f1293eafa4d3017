"""What the version of the Agent decides: whether it speaks IMDSv2, and how to upgrade it."""

from dataclasses import replace

from ...facts import Agent, AgentConfiguration, ContainerKind, Facts, OperatingSystem
from ...facts.host import ECS
from ...remedies import Choice, Command, Language, Step, Variable, shell, yaml
from ...rules import Version, at_least
from ...text import lower_first
from ..agent_remedies import compose, container_kind, place_of_settings, set_in_agent, task_definition
from ..places import operating_system, powershell
from .aws_provider import PREFER_IMDSV2, TRANSITION

MSI = 'https://windows-agent.datadoghq.com/datadog-agent-7-latest.amd64.msi'
OLDER_MSI = 'https://s3.amazonaws.com/ddagent-windows-stable/ddagent-cli'


def speak_imdsv2(facts: Facts) -> tuple[Choice, ...]:
    """The ways that the guide names, for this Agent's version: a setting changes less than an upgrade."""
    version = facts.agent.version if isinstance(facts.agent, Agent) else None
    since = 'Agent 7.22.0 and later' if version is None else ''
    prefer = set_in_agent(facts, 'Let the Agent ask IMDSv2 first', 'ec2_prefer_imdsv2', True, since)
    if version is not None and at_least(version, TRANSITION):
        key = 'ec2_imdsv2_transition_payload_enabled'
        return set_in_agent(facts, 'Let the Agent use IMDSv2 again', key, True), prefer
    if version is not None and not at_least(version, PREFER_IMDSV2):
        return upgrades(facts)
    return prefer, *upgrades(facts)


def prefer_instance_id(facts: Facts, effect: str = '') -> tuple[Choice, ...]:
    """Whatever other name the Agent found; by an upgrade where its version does not know the setting."""
    key = 'ec2_prioritize_instance_id_as_hostname'
    prefer = set_in_agent(facts, 'Let the Agent use the instance id', key, True, effect)
    configuration = facts.agent.configuration if isinstance(facts.agent, Agent) else AgentConfiguration()
    return upgrades(facts, prefer) if configuration.ec2_prioritize_instance_id_as_hostname is None else (prefer,)


def upgrades(facts: Facts, then: Choice | None = None, least: int = TRANSITION) -> tuple[Choice, ...]:
    """The ways to upgrade to a minor version of Agent 7 or later; `then` is a setting that only the newer one has."""
    upgrade = f'Upgrade the Agent to 7.{least}.0 or later'
    kind = container_kind(facts)
    if kind is ContainerKind.NONE:
        found = _on_system(facts, upgrade)
    else:
        back = Step('Go back to the image that ran before')
        found = (Choice(f'{upgrade}, {place_of_settings(kind)}', (_image(kind),), undo=back),)
    if then is None:
        return found
    return tuple(
        replace(way, text=f'{way.text}, and then {lower_first(then.text)}', commands=(*way.commands, *then.commands))
        for way in found
    )


def _image(kind: ContainerKind) -> Command:
    match kind:
        case ContainerKind.POD:
            return yaml({'agents': {'image': {'tag': '7'}}}, Language.HELM)
        case kind if kind in ECS:
            return task_definition({'image': 'public.ecr.aws/datadog/agent:7'})
    return compose({'image': 'gcr.io/datadoghq/agent:7'})


def _on_system(facts: Facts, text: str) -> tuple[Choice, ...]:
    """Of an Agent in no container. Source: agent/supported_platforms in Datadog's documentation."""
    version = version_text(facts.agent.version if isinstance(facts.agent, Agent) else None)
    match operating_system(facts):
        case OperatingSystem.WINDOWS:
            back = (_install(f'{OLDER_MSI}-{version}.msi'),) if version else ()
            undo = Step('Remove the new version, and install the one that ran before', back)
            return (Choice(f'{text}, on Windows, as an administrator', (_install(MSI),), undo=undo),)
        case OperatingSystem.MACOS:
            script = 'run the install script that Datadog shows for this operating system'
            return (Choice(f'{text}, on macOS: {script}', undo=Step('Install the version that ran before')),)
    return _packages(facts, text)


def _install(url: str) -> Command:
    """`url` is ours, with nothing but a version in it."""
    return powershell(f"Start-Process -Wait msiexec -ArgumentList '/qn /i {url}'")


def _packages(facts: Facts, text: str) -> tuple[Choice, ...]:
    version = version_text(facts.agent.version if isinstance(facts.agent, Agent) else None)
    former = version or Variable('AGENT_VERSION')
    back = 'Install the version that ran before' + ('' if version else ' (AGENT_VERSION, like 7.60.0)')
    apt = ('sudo', 'apt-get', 'install', '--allow-downgrades', ('datadog-agent=1:', former, '-1'))
    yum = ('sudo', 'yum', 'downgrade', ('datadog-agent-', former))
    update = shell('sudo', 'apt-get', 'update')
    upgrade = shell('sudo', 'apt-get', 'install', '--only-upgrade', 'datadog-agent')
    return (
        Choice(f'{text}, on Debian or Ubuntu', (update, upgrade), undo=Step(back, (shell(*apt),))),
        Choice(
            f'{text}, on Amazon Linux or Red Hat',
            (shell('sudo', 'yum', 'update', 'datadog-agent'),),
            undo=Step(back, (shell(*yum),)),
        ),
    )


def version_text(version: Version | None) -> str:
    """'' where it is not known."""
    return '.'.join(str(part) for part in version) if version else ''
