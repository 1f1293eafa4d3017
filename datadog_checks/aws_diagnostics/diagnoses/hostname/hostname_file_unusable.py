"""The Agent is told to read its name from a file, and cannot."""

import shlex

from ...expectations import Expectations
from ...facts import ContainerKind, Facts, HostnameFile, observed, why_unusable
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import guide
from ..remedies import CLOUD_INIT_FILE, container_kind, restart_agent
from .agent_remedies import remove_setting


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    path = agent.configuration.hostname_file
    if not path:
        return NotApplicable('hostname_file is not set')
    if agent.configuration.hostname and not why_unusable(agent.configuration.hostname):
        return NotApplicable('hostname is set too, so the Agent does not read hostname_file')
    file: HostnameFile = observed(agent.hostname_file)
    fault = file.error or ('' if file.content else 'it is empty')
    if not fault:
        return Passed(f'hostname_file {path!r} holds {file.content!r}')
    evidence = f'hostname_file {path!r} gives no name: {fault}'
    if agent.provider in expected.hostname_providers:
        return Failed(f'{evidence}; the Agent has its name from {agent.provider} all the same', Status.WARNING)
    return Failed(evidence)


def remedy(facts: Facts, _: Expectations) -> Remedy:
    path = shlex.quote(observed(facts.agent).configuration.hostname_file)
    return Remedy(
        'Give the Agent a file that holds one name, or let it ask IMDS',
        (*_repair(facts, path), f'Or let the Agent ask IMDS. {_without_the_file(facts)}', restart_agent(facts)),
    )


def _repair(facts: Facts, path: str) -> tuple[str, ...]:
    match container_kind(facts):
        case ContainerKind.NONE:
            return (f'See what the Agent sees: sudo -u dd-agent cat {path}', _content(path))
        case ContainerKind.POD:
            return (
                f'See what the Agent sees: kubectl exec AGENT_POD -c agent -- cat {path}',
                f'The Helm value providers.eks.ec2.useHostnameFromFile mounts {CLOUD_INIT_FILE} of the node. '
                'Bottlerocket has no such file: there, write /sys/devices/virtual/dmi/id/board_asset_tag to a file of '
                'the node when it boots, and mount that one',
            )
    return (
        f'See what the Agent sees: docker exec AGENT_CONTAINER cat {path}',
        f'Mount {CLOUD_INIT_FILE} of the host read-only at {path}',
    )


def _content(path: str) -> str:
    if path == CLOUD_INIT_FILE:
        return 'cloud-init writes this file: cloud-init status --long tells whether it ran'
    return 'Make the file readable for dd-agent, with nothing in it but the name: letters, digits, hyphens and dots'


def _without_the_file(facts: Facts) -> str:
    if container_kind(facts) is ContainerKind.POD:
        return 'Helm: providers.eks.ec2.useHostnameFromFile: false, and no DD_HOSTNAME_FILE in datadog.env'
    return remove_setting(facts, 'hostname_file')


HOSTNAME_FILE_UNUSABLE = Diagnosis(
    id='hostname-file-unusable',
    title='The file that should hold the host name gives none',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests=('Reads the file that hostname_file (DD_HOSTNAME_FILE) names, as the Agent does.'),
    harm=(
        'Where it is missing, unreadable or holds no valid name, the Agent goes on to its other ways of finding '
        'one, and the host appears in Datadog under a name that nobody chose.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
)
