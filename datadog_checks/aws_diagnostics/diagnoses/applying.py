"""How a change of the Agent's settings takes effect: a restart does not apply Helm values or a Compose file."""

from ..facts import ContainerKind, Facts
from ..remedies import Command, Step, Variable, shell
from .agent_remedies import container_kind, restart_agent


def restart_with_settings(facts: Facts) -> tuple[Step, ...]:
    return (*apply_settings(facts), restart_agent(facts))


def apply_settings(facts: Facts) -> tuple[Step, ...]:
    """Before a restart; nothing where the restart itself reads the settings."""
    match container_kind(facts):
        case ContainerKind.POD:
            return (APPLY_HELM_VALUES,)
        case ContainerKind.DOCKER:
            text = 'Apply a changed Compose file (run this in its directory)'
            return (Step(text, (shell('docker', 'compose', 'up', '--detach'),)),)
    return ()


def _upgrade() -> Command:
    """Of the same chart, with every other value as it is, so that a check that was set by --set-file stays."""
    chart = ('datadog', '--repo', 'https://helm.datadoghq.com', '--version', Variable('CHART_VERSION'))
    values = ('--reuse-values', '--values', Variable('VALUES_FILE'))
    return shell('helm', 'upgrade', Variable('RELEASE'), *chart, '--namespace', Variable('NAMESPACE'), *values)


APPLY_HELM_VALUES = Step(
    'Apply changed Helm values (the first command lists RELEASE, NAMESPACE, CHART_VERSION); with the Datadog Operator, '
    'change spec.override.nodeAgent of its DatadogAgent instead',
    (shell('helm', 'list', '--all-namespaces'), _upgrade()),
)
