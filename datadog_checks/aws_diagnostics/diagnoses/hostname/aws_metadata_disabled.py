"""The Agent is told not to ask AWS for metadata."""

from ...expectations import Expectations
from ...facts import Agent, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ...text import listed
from ..agent_remedies import set_in_agent
from ..applying import restart_with_settings
from ..links import guide
from .agent_words import asked_imds
from .aws_provider import aws_metadata_enabled

MOST_PROVIDERS = 6


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    enabled = agent.configuration.cloud_provider_metadata
    evidence = f'cloud_provider_metadata is [{listed(enabled, MOST_PROVIDERS)}]'
    if aws_metadata_enabled(agent.configuration):
        return Passed(evidence)
    if 'aws' not in expected.hostname_providers:
        return NotApplicable(f'{evidence}, and expected_hostname_provider does not ask for aws')
    if agent.provider in expected.hostname_providers:
        named = f'the Agent has its hostname from {agent.provider}'
        return Failed(f'{evidence}, without aws; {named}, but gets no EC2 metadata', Status.WARNING)
    if asked_imds(agent):
        return Failed(f'{evidence}, without aws; the Agent asked IMDS when it started, and will not at its next start')
    return Failed(f'{evidence}, without aws, so the Agent does not ask IMDS')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    others = facts.agent.configuration.cloud_provider_metadata if isinstance(facts.agent, Agent) else ()
    add = set_in_agent(
        facts, 'Add aws to the providers that the Agent asks', 'cloud_provider_metadata', ('aws', *others)
    )
    return Remedy('Let the Agent ask AWS for metadata', (add,), restart_with_settings(facts))


AWS_METADATA_DISABLED = Diagnosis(
    id='aws-metadata-disabled',
    title='The Agent is configured not to ask AWS for metadata',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.CRITICAL,
    tests="Looks for aws in the Agent's setting cloud_provider_metadata.",
    harm=(
        'Without it the Agent never asks IMDS: it gets neither the instance id nor the instance tags, and takes its '
        'hostname from the firmware at best (Nitro, Agent 7.64.0 and later).'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
)
