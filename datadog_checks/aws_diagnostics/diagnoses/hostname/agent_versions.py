"""What the version of the Agent decides: whether it speaks IMDSv2, and how to upgrade it."""

from ...facts import Agent, ContainerKind, Facts
from ...remedies import Choice, Command, Language, Step, Variable, shell, yaml
from ..agent_remedies import ECS, compose, container_kind, place_of_settings, set_in_agent, task_definition
from .aws_provider import PREFER_IMDSV2, TRANSITION


def speak_imdsv2(facts: Facts) -> tuple[Choice, ...]:
    """The ways that the guide names, for this Agent's version: the upgrade first, the setting second."""
    version = facts.agent.version if isinstance(facts.agent, Agent) else None
    prefer = set_in_agent(facts, 'Let the Agent ask IMDSv2 first', 'ec2_prefer_imdsv2', True)
    if version is not None and version >= TRANSITION:
        key = 'ec2_imdsv2_transition_payload_enabled'
        return set_in_agent(facts, 'Let the Agent use IMDSv2 again', key, True), prefer
    if version is not None and version < PREFER_IMDSV2:
        return upgrades(facts)
    return *upgrades(facts), prefer


def upgrades(facts: Facts, then: tuple[Command, ...] = ()) -> tuple[Choice, ...]:
    """The ways to upgrade the Agent to 7.64.0 or later; `then` are commands that need the newer version."""
    latest = 'Upgrade the Agent to 7.64.0 or later'
    back = Step('Go back to the image that ran before')
    match container_kind(facts):
        case ContainerKind.NONE:
            return _packages(facts, latest, then)
        case ContainerKind.POD:
            image = yaml({'agents': {'image': {'tag': '7.64.0'}}}, Language.HELM)
        case kind if kind in ECS:
            image = task_definition({'image': 'public.ecr.aws/datadog/agent:7'})
        case _:
            image = compose({'image': 'gcr.io/datadoghq/agent:7'})
    where = place_of_settings(container_kind(facts))
    return (Choice(f'{latest}, {where}', (image, *then), undo=back),)


def _packages(facts: Facts, latest: str, then: tuple[Command, ...]) -> tuple[Choice, ...]:
    version = version_text(facts.agent.version if isinstance(facts.agent, Agent) else None)
    former = version or Variable('AGENT_VERSION')
    back = 'Install the version that ran before' + ('' if version else ' (AGENT_VERSION, like 7.60.0)')
    apt = ('sudo', 'apt-get', 'install', '--allow-downgrades', ('datadog-agent=1:', former, '-1'))
    yum = ('sudo', 'yum', 'downgrade', ('datadog-agent-', former))
    update = shell('sudo', 'apt-get', 'update')
    upgrade = shell('sudo', 'apt-get', 'install', '--only-upgrade', 'datadog-agent')
    return (
        Choice(f'{latest}, on Debian or Ubuntu', (update, upgrade, *then), undo=Step(back, (shell(*apt),))),
        Choice(
            f'{latest}, on Amazon Linux or Red Hat',
            (shell('sudo', 'yum', 'update', 'datadog-agent'), *then),
            undo=Step(back, (shell(*yum),)),
        ),
    )


def version_text(version: tuple[int, int, int] | None) -> str:
    """'' where it is not known."""
    return '.'.join(str(part) for part in version) if version else ''
