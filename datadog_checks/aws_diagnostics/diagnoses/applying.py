"""How a change of the Agent's settings takes effect: a restart does not apply Helm values or a Compose file."""

from ..facts import ContainerKind, Facts
from ..remedies import Command, Step, Variable, Word, shell
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


def upgrade_release(*values_files: Word) -> Command:
    """Of the same chart, with every other value as it is, so that a check that was set by --set-file stays."""
    chart = ('datadog', '--repo', 'https://helm.datadoghq.com', '--version', Variable('CHART_VERSION'))
    values = (word for file in values_files for word in ('--values', file))
    release, namespace = Variable('RELEASE'), ('--namespace', Variable('NAMESPACE'))
    return shell('helm', 'upgrade', release, *chart, *namespace, '--reuse-values', *values)


LIST_RELEASES = shell('helm', 'list', '--all-namespaces')
APPLY_HELM_VALUES = Step(
    'Apply changed Helm values (the first command lists RELEASE, NAMESPACE, CHART_VERSION); with the Datadog Operator, '
    'change spec.override.nodeAgent of its DatadogAgent instead',
    (LIST_RELEASES, upgrade_release(Variable('VALUES_FILE'))),
)
