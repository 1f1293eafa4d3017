"""The Agent is configured to read its hostname from a file, and cannot."""

from ...expectations import Expectations
from ...facts import (
    Agent,
    ContainerKind,
    Facts,
    HostnameFile,
    HostnameProvider,
    HostnameSource,
    OperatingSystem,
    Unobserved,
    observed,
)
from ...facts.values import FilePath
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Choice, Remedy, Variable, shell
from ...rules import is_default_hostname, is_of_an_image, why_shared
from ...text import clean, lower_first, quoted, reason
from ..agent_remedies import container_kind, in_agent, remove_setting
from ..applying import restart_with_settings
from ..around_imds import CLOUD_INIT_FILE, name_from_cloud_init
from ..links import guide
from ..places import operating_system, user_of_the_agent
from .agent_words import why_refused

LONGEST_PATH = 120
OF_THE_FILE = "'hostname_file' configuration/environment"
"""The key in the Agent's errors."""
NOT_SET = 'configuration is not enabled'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    path = agent.configuration.hostname_file
    if path is None:
        file = agent.hostname_file
        return NotApplicable(clean(file.reason) if isinstance(file, Unobserved) else 'hostname_file is not set')
    if agent.configuration.hostname and not why_refused(agent):
        return NotApplicable('hostname is set too, so the Agent does not read hostname_file')
    return _judge_file(agent, path, observed(agent.hostname_file), expected)


def _judge_file(agent: Agent, path: FilePath, file: HostnameFile, expected: Expectations) -> Verdict:
    named = f'hostname_file {quoted(path, LONGEST_PATH)}'
    fault = file.error or ('' if file.content else 'it is empty')
    said = _refusal(agent)
    if not fault and not said:
        return _judge_name(f'{named} holds {quoted(file.content)}', file.content)
    evidence = f'{named} gives no name: {clean(fault)}' if fault else f'{named} gave the Agent no name: {reason(said)}'
    if agent.provider is HostnameProvider.HOSTNAME_FILE and agent.source is not HostnameSource.INFERRED:
        from_it = 'the Agent has its hostname from it, so it is gone since, or cannot be seen from here'
        return Failed(f'{evidence}; {from_it}', Status.WARNING)
    if agent.provider in expected.hostname_providers:
        return Failed(f'{evidence}; the Agent has its hostname from {agent.provider}', Status.WARNING)
    return Failed(evidence)


def _refusal(agent: Agent) -> str:
    """In the words of the Agent, whose user may not read what this check reads; '' where the file gave it its name."""
    said = agent.provider_errors.get(OF_THE_FILE, '')
    named = agent.provider in (HostnameProvider.HOSTNAME_FILE, HostnameProvider.CONFIGURATION)
    return '' if named or NOT_SET in said else said


def _judge_name(held: str, name: str) -> Verdict:
    """Source of the second rule: `warnIfNotCanonicalHostname` of the Agent, which the setting
    hostname_force_config_as_canonical silences but which only a name in `hostname` can escape.
    """
    shared = why_shared(name)
    if shared:
        severity = Status.WARNING if is_of_an_image(name) else None
        return Failed(f'{held}, which is no name of its own: {shared}', severity)
    if is_default_hostname(name):
        return Failed(
            f'{held}, which looks like a default EC2 name: Datadog does not use it as the canonical hostname',
            Status.WARNING,
        )
    return Passed(held)


def remedy(facts: Facts, _: Expectations) -> Remedy:
    without = remove_setting(facts, 'hostname_file')
    return Remedy(
        'Give the Agent a file that holds only its hostname, or let it ask IMDS',
        (_repair(facts), Choice(f'Let the Agent ask IMDS: {lower_first(without.text)}', without.commands)),
        restart_with_settings(facts),
    )


def _repair(facts: Facts) -> Choice:
    path = facts.agent.configuration.hostname_file if isinstance(facts.agent, Agent) else None
    see = in_agent(facts, 'cat', path or Variable('HOSTNAME_FILE'))
    if container_kind(facts) is not ContainerKind.NONE:
        mount = name_from_cloud_init(facts)
        seen = '; the first two commands show the file as the Agent sees it now' if see else ''
        return Choice(f'{mount.text}{seen}', (*see, *mount.commands), mount.exposes, mount.undo)
    if path == CLOUD_INIT_FILE and operating_system(facts) is OperatingSystem.LINUX:
        return Choice(
            'Find out why cloud-init did not write the file, which the first command shows as the Agent sees it',
            (*see, shell('cloud-init', 'status', '--long')),
        )
    shown = '; the command shows it as the Agent sees it' if see else ''
    file = facts.agent.hostname_file if isinstance(facts.agent, Agent) else None
    if isinstance(file, HostnameFile) and is_default_hostname(file.content):
        return Choice(f'Write another name into the file, none that begins with ip- or domu{shown}', see)
    return Choice(
        f'Make the file readable for {user_of_the_agent(operating_system(facts))}, and leave only the hostname in it '
        f'(letters, digits, hyphens and dots){shown}',
        see,
    )


HOSTNAME_FILE_UNUSABLE = Diagnosis(
    id='hostname-file-unusable',
    title='The Agent gets no valid hostname from hostname_file',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests='Reads the file that hostname_file (DD_HOSTNAME_FILE) names, as the Agent does.',
    harm=(
        'Where it is missing, unreadable or holds no valid name, the Agent tries its other providers, and the host '
        'appears in Datadog under a name that nobody chose.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
    after=('hostname-not-unique',),
)
