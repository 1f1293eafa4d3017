"""The Agent has a hostname from a time when it could not ask AWS, and now it could."""

from ...expectations import Expectations
from ...facts import Agent, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ...rules import may_be_of_another_instance, why_no_instance_id
from ...text import quoted
from ..agent_remedies import restart_agent
from ..links import guide
from .agent_words import said_of_aws
from .aws_provider import Source
from .imds_for_the_agent import why_it_tells_nothing
from .resolution import Resolution, resolve
from .situation import situation_of
from .wrong_name import names_this_instance


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if 'aws' not in expected.hostname_providers:
        return NotApplicable('expected_hostname_provider does not ask for aws')
    if agent.hostname is None or not agent.provider:
        return Unknown("the Agent's hostname, or its provider, is not known")
    named = f'the Agent is named {quoted(agent.hostname)} by provider {agent.provider}'
    if agent.provider == 'aws' or names_this_instance(facts, agent.hostname):
        return Passed(named)
    if agent.provider in expected.hostname_providers:
        return Passed(f'{named}, which expected_hostname_provider accepts')
    return _by_the_model(facts, named, agent, resolve(situation_of(facts)))


def _by_the_model(facts: Facts, named: str, agent: Agent, now: Resolution) -> Verdict:
    unseen = why_it_tells_nothing(facts, agent)
    if unseen and now.aws_asked:
        return Unknown(f'{named}; {unseen}: it cannot be told what a restart would change')
    if not now.certain:
        return Unknown(f'{named}; {now.why}, it cannot be told what a restart would change')
    if now.provider != 'aws':
        return Passed(f'{named}, and a restart would {_another(agent, now)}: {now.why}')
    if now.source not in (Source.IMDSV1, Source.IMDSV2):
        return NotApplicable(f'{named}; IMDS has to be fixed first: {now.why}')
    if may_be_of_another_instance(facts):
        return Unknown(f'{named}; a restart may name it by another instance: {why_no_instance_id(facts)}')
    said = said_of_aws(agent)
    evidence = f'{named}, and after a restart it would be named by its instance id: {now.why}'
    return Failed(f'{evidence}. {said}' if said else evidence)


def _another(agent: Agent, now: Resolution) -> str:
    if now.provider == agent.provider:
        return 'not change the provider'
    return f'change the provider to {now.provider}, not to aws' if now.provider else 'leave it without a name'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy('Let the Agent resolve its hostname again', then=(restart_agent(facts),))


HOSTNAME_STALE = Diagnosis(
    id='hostname-stale',
    title='The Agent must be restarted to report its instance ID',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.WARNING,
    tests='Works out how the Agent would be named if it started now, and compares that with its hostname.',
    harm=(
        'An Agent that got no answer from IMDS when it started reports under another name until it is restarted, even '
        'long after IMDS works again.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
)
