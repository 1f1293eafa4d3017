"""The Agent's configuration sets a hostname that is not the instance id."""

from ...expectations import Expectations
from ...facts import Agent, AgentConfiguration, Facts, HostnameProvider, observed
from ...facts.values import AgentHostname
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ...rules import instance_id_of, is_default_hostname, why_no_instance_id
from ...text import verbatim
from ..agent_remedies import agent_setting, remove_setting
from ..applying import restart_with_settings
from ..links import guide
from .agent_words import why_refused
from .wrong_name import is_or_holds, keep_the_name, names_this_instance

FORCE_CANONICAL = 'hostname_force_config_as_canonical'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    name = agent.configuration.hostname
    if not name:
        return Passed("hostname is not set in the Agent's configuration")
    said = f'hostname is set to {verbatim(name)}'
    refused = why_refused(agent)
    if refused:
        return NotApplicable(f'{said}, which the Agent does not accept: {refused}')
    if _not_canonical(agent.configuration):
        return Failed(
            f'{said}, which looks like a default EC2 name: Datadog does not use it as the canonical hostname unless '
            f'{FORCE_CANONICAL} is true'
        )
    if HostnameProvider.CONFIGURATION in expected.hostname_providers or expected.hostname == name:
        return Passed(f'{said}, as the configuration of this check expects')
    return _against_the_instance_id(facts, said, name)


def _not_canonical(configuration: AgentConfiguration) -> bool:
    """Source: hostimpl of the Agent, which sends a configured default name as agent-hostname only when forced."""
    return is_default_hostname(configuration.hostname) and not configuration.hostname_force_config_as_canonical


def _against_the_instance_id(facts: Facts, said: str, name: str) -> Verdict:
    if names_this_instance(facts, name):
        return Passed(f'{said}, which {is_or_holds(name)} the instance id')
    id = instance_id_of(facts)
    return Failed(f'{said}, and the instance id is {id}') if id else Unknown(f'{said}, and {why_no_instance_id(facts)}')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    configuration = facts.agent.configuration if isinstance(facts.agent, Agent) else AgentConfiguration()
    keep, found = _keep(facts, expected, configuration), remove_setting(facts, 'hostname')
    use_the_id = 'et the Agent use the instance id'
    return Remedy(
        f'Keep the name and tell this check so, or l{use_the_id}' if keep else f'L{use_the_id}',
        (
            *keep,
            Choice(f'{found.text}; the host gets a new name in dashboards and monitors', found.commands),
        ),
        restart_with_settings(facts),
    )


def _keep(facts: Facts, expected: Expectations, configuration: AgentConfiguration) -> tuple[Choice, ...]:
    name = AgentHostname.of(configuration.hostname)
    kept = keep_the_name(facts, expected, provider=HostnameProvider.CONFIGURATION, hostname=name)
    if not kept or not _not_canonical(configuration):
        return kept
    force = agent_setting(facts, FORCE_CANONICAL, True)
    text = 'Keep the name: make it the canonical hostname in the Agent, and tell this check so in its conf.yaml'
    return (Choice(text, (force, *kept[0].commands), undo=kept[0].undo),)


HOSTNAME_CONFIGURED_BY_HAND = Diagnosis(
    id='hostname-configured-by-hand',
    title='The hostname is set by hand in the configuration of the Agent',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.WARNING,
    tests=(
        'Compares the setting hostname (DD_HOSTNAME) with the instance id, and checks that Datadog uses such a name as '
        'the canonical one.'
    ),
    harm=(
        'Under another name the host appears twice in Datadog, once from the Agent and once from the AWS integration. '
        'The duplicate disappears within a few hours and does not affect billing; but a name that is part of an image '
        'or a template is shared by all of its copies.'
    ),
    docs=guide('duplicated-hosts-when-installing-the-agent'),
    judge=judge,
    remedy=remedy,
    after=('hostname-not-unique', 'hostname-of-another-instance'),
)
