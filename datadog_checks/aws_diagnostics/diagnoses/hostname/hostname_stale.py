"""The Agent carries a name from a time when it could not ask AWS, and now it could."""

from ...expectations import Expectations
from ...facts import Agent, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import reason
from ..links import guide
from ..remedies import restart_agent
from .aws_provider import Source
from .names import own_instance_ids
from .resolution import Resolution, resolve
from .situation import situation_of


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if 'aws' not in expected.hostname_providers:
        return NotApplicable('expected_hostname_provider does not ask for aws')
    if agent.hostname is None or not agent.provider:
        return Unknown('the host name of the Agent, or where it comes from, is not known')
    named = f'the Agent is named {agent.hostname!r} by {agent.provider}'
    if agent.provider == 'aws' or agent.hostname in own_instance_ids(facts):
        return Passed(named)
    if agent.provider in expected.hostname_providers:
        return Passed(f'{named}, which expected_hostname_provider accepts')
    return _by_the_model(named, agent, resolve(situation_of(facts)))


def _by_the_model(named: str, agent: Agent, now: Resolution) -> Verdict:
    if not now.certain:
        return Unknown(f'{named}; what a restart would change is not certain: {now.why}')
    if now.provider != 'aws':
        return Passed(f'{named}, and a restart would change nothing: {now.why}')
    if now.source not in (Source.IMDSV1, Source.IMDSV2):
        return NotApplicable(f'{named}; IMDS is what has to be repaired first: {now.why}')
    said = agent.provider_errors.get('aws')
    then = f'. When it started: {reason(said)}' if said else ''
    return Failed(f'{named}, and would be named by its instance id if it started now: {now.why}{then}')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy('Restart the Agent: it looks for its name only when it starts', (restart_agent(facts),))


HOSTNAME_STALE = Diagnosis(
    id='hostname-stale',
    title='The Agent has to be restarted to be named by its instance id',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.WARNING,
    tests=('Plays through what the Agent would do if it started now.'),
    harm=(
        'The Agent looks for its name once, when it starts, and keeps it: where IMDS did not answer then, it '
        'reports under another name until it is restarted, long after IMDS was repaired.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
)
