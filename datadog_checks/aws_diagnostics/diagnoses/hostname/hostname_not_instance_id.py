"""The Agent reports under another name than it should."""

from ...expectations import ANY_HOSTNAME, INSTANCE_ID, Expectations
from ...facts import Agent, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from ..remedies import agent_setting, restart_agent
from .agent_remedies import accept
from .asking_aws import never_asks_aws
from .causes import CAUSES_OF_A_WRONG_NAME
from .names import own_instance_ids

NAMED_BY_ID = ('aws', 'hostnameFile')


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if expected.hostname == ANY_HOSTNAME:
        return NotApplicable("expected_hostname is 'any'")
    agent = observed(facts.agent)
    if not agent.hostname:
        return Unknown('the host name of the Agent is not known' if agent.hostname is None else 'the Agent has no name')
    if expected.hostname == INSTANCE_ID:
        return _against_the_instance_id(facts, expected, agent, agent.hostname)
    if agent.hostname == expected.hostname:
        return Passed(f'the Agent is named {agent.hostname!r}')
    return Failed(f'the Agent is named {agent.hostname!r}, expected_hostname is {expected.hostname!r}')


def _against_the_instance_id(facts: Facts, expected: Expectations, agent: Agent, name: str) -> Verdict:
    ids = own_instance_ids(facts)
    if name in ids:
        return Passed(f'the Agent is named {name!r}, which is the instance id')
    if agent.provider in expected.hostname_providers and agent.provider not in NAMED_BY_ID:
        return NotApplicable(
            f'the Agent is named {name!r} by {agent.provider}, which expected_hostname_provider accepts and which does '
            'not give instance ids'
        )
    if not ids:
        return Unknown(f'the Agent is named {name!r}, and the instance id is not known')
    chosen = agent.provider == 'configuration' or never_asks_aws(facts)
    evidence = f'the Agent is named {name!r}, the instance id is {facts.instance_id}'
    return Failed(evidence, Status.WARNING if chosen else None)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    name = observed(facts.agent).hostname or ''
    keep = f'To keep the name. {accept(hostname=name)}'
    if expected.hostname != INSTANCE_ID:
        setting = agent_setting(facts, 'hostname', expected.hostname)
        return Remedy('Give the Agent the expected name', (setting, restart_agent(facts), keep))
    return Remedy(
        'Restart the Agent, which looks for its name only when it starts, or tell this check that the name is wanted',
        (restart_agent(facts), keep),
    )


HOSTNAME_NOT_INSTANCE_ID = Diagnosis(
    id='hostname-not-instance-id',
    title='The Agent does not report under the expected host name',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests=(
        'Compares the name under which the Agent reports with expected_hostname: the instance id, unless told '
        'otherwise.'
    ),
    harm=(
        'The AWS integration knows this host by its instance id; under another name it can appear twice in '
        'Datadog, with the metrics on one host and the tags of the instance on the other.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=(*CAUSES_OF_A_WRONG_NAME, 'hostname-provider-mismatch'),
)
