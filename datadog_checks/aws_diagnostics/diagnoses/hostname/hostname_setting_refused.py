"""The hostname in the configuration is one that the Agent does not take, so it looks for another."""

import re

from ...expectations import Expectations
from ...facts import Agent, Facts, observed
from ...facts.values import HostName
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Verdict
from ...remedies import Choice, Remedy
from ...rules import why_shared, why_unusable
from ...text import quoted, reason, verbatim
from ..agent_remedies import remove_setting, set_in_agent
from ..applying import restart_with_settings
from ..links import AGENT_HOSTNAME
from .agent_words import refused_when_it_started, why_refused

OF_A_TEMPLATE = re.compile(r'[$`{}<>%()\[\]]')
"""Marks of a variable or a command that nothing has replaced: every host that has it would get the same name."""


def judge(facts: Facts, _: Expectations) -> Verdict:
    agent = observed(facts.agent)
    name, said = agent.configuration.hostname, refused_when_it_started(agent)
    if not name and said:  # a terminal need not see the setting
        return Failed(f'the Agent refuses the hostname that was set for it, and says: {reason(said)}{_instead(agent)}')
    if not name:
        return Passed("hostname is not set in the Agent's configuration")
    is_set = f'hostname is set to {verbatim(name)}'
    if agent.hostname == name:
        return Passed(f'{is_set}, and the Agent has that name')
    refused = why_refused(agent)
    if not refused:
        return Passed(f'{is_set}, a name that the Agent takes')
    return Failed(f'{is_set}, which the Agent refuses: {refused}{_instead(agent)}')


def _instead(agent: Agent) -> str:
    if not agent.hostname:
        return ''
    by = f' by provider {agent.provider}' if agent.provider else ''
    return f'; it is named {quoted(agent.hostname)}{by} instead'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    removing = remove_setting(facts, 'hostname')
    without = Choice(f'{removing.text}; the Agent then looks for a name as if it had never been set', removing.commands)
    return Remedy(
        'Set a hostname that the Agent takes (letters, digits, hyphens and dots), or none',
        (*_corrected(facts), without),
        restart_with_settings(facts),
    )


def _corrected(facts: Facts) -> tuple[Choice, ...]:
    """The name with hyphens for what is not allowed, where that makes one which only this host has."""
    name = facts.agent.configuration.hostname if isinstance(facts.agent, Agent) else ''
    if OF_A_TEMPLATE.search(name):
        return ()
    corrected = HostName.of('.'.join(re.sub('[^A-Za-z0-9]+', '-', label).strip('-') for label in name.split('.')))
    if corrected is None or why_unusable(corrected) or why_shared(corrected):
        return ()
    return (set_in_agent(facts, 'Set the name in a form that the Agent takes', 'hostname', corrected),)


HOSTNAME_SETTING_REFUSED = Diagnosis(
    id='hostname-setting-refused',
    title='The Agent refuses the hostname in its configuration',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.WARNING,
    tests=(
        'Compares the setting hostname (DD_HOSTNAME) with the names that the Agent takes (RFC 1123), and reads what '
        'the Agent says of it.'
    ),
    harm=(
        'The Agent only logs that it refuses the name, and reports under one that it finds elsewhere. Dashboards and '
        'monitors that use the configured name stay empty.'
    ),
    docs=AGENT_HOSTNAME,
    judge=judge,
    remedy=remedy,
)
