"""The Agent reports under another hostname than expected."""

from ...expectations import ANY_HOSTNAME, INSTANCE_ID, Expectations
from ...facts import Agent, Facts, HostnameProvider, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ...rules import instance_id_of, why_no_instance_id, why_unusable
from ...text import quoted
from ..agent_remedies import restart_agent, set_in_agent
from ..applying import restart_with_settings
from ..links import guide
from .wrong_name import (
    CAUSES_OF_A_WRONG_NAME,
    can_explain,
    is_or_holds,
    keep_the_name,
    names_this_instance,
    never_asks_aws,
)

NAMED_BY_ID = (HostnameProvider.AWS, HostnameProvider.HOSTNAME_FILE)


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if expected.hostname == ANY_HOSTNAME:
        return NotApplicable("expected_hostname is 'any'")
    agent = observed(facts.agent)
    if not agent.hostname:
        return Unknown("the Agent's hostname is not known" if agent.hostname is None else 'the Agent has no hostname')
    if expected.hostname == INSTANCE_ID:
        return _against_the_instance_id(facts, expected, agent, agent.hostname)
    if agent.hostname == expected.hostname:
        return Passed(f'the Agent is named {quoted(agent.hostname)}')
    return Failed(f'the Agent is named {quoted(agent.hostname)}, expected_hostname is {quoted(expected.hostname)}')


def _against_the_instance_id(facts: Facts, expected: Expectations, agent: Agent, name: str) -> Verdict:
    if names_this_instance(facts, name):
        return Passed(f'the Agent is named {quoted(name)}, which {is_or_holds(name)} the instance id')
    if agent.provider in expected.hostname_providers and agent.provider not in NAMED_BY_ID:
        return NotApplicable(
            f'the Agent is named {quoted(name)} by provider {agent.provider}, which '
            'expected_hostname_provider accepts and which does not give instance ids'
        )
    id = instance_id_of(facts)
    if id is None:
        return Unknown(f'the Agent is named {quoted(name)}, and {why_no_instance_id(facts)}')
    chosen = agent.provider == 'configuration' or never_asks_aws(facts)
    evidence = f'the Agent is named {quoted(name)}, the instance id is {id}'
    return Failed(evidence, Status.WARNING if chosen else None)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    keep = _keep(facts, expected)
    restart = restart_agent(facts)
    if expected.hostname == INSTANCE_ID or why_unusable(expected.hostname):
        again = 'Let the Agent resolve its hostname again'
        if not keep:
            return Remedy(again, then=(restart,))
        ways = (Choice(restart.text, restart.commands), *keep)
        return Remedy(f'{again}, or tell this check that the name is wanted', ways)
    name = set_in_agent(facts, 'Set the expected hostname', 'hostname', expected.hostname)
    return Remedy('Give the Agent the expected hostname', (name, *keep), restart_with_settings(facts))


def _keep(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """Not for a name that the Agent would refuse, such as localhost, which other machines have too."""
    name = facts.agent.hostname if isinstance(facts.agent, Agent) else None
    return keep_the_name(facts, expected, hostname=name) if name and not why_unusable(name) else ()


HOSTNAME_NOT_INSTANCE_ID = Diagnosis(
    id='hostname-not-instance-id',
    title='The Agent does not report under the expected hostname',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests='Compares the hostname under which the Agent reports with expected_hostname, by default the instance id.',
    harm=(
        'The AWS integration knows this host by its instance id. Under another name it can appear twice in Datadog, '
        'with the metrics on one host and the instance tags on the other.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=(*CAUSES_OF_A_WRONG_NAME, 'hostname-provider-mismatch'),
    can_explain=can_explain,
)
