"""The Agent is told not to ask AWS for metadata."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import guide
from ..remedies import restart_agent
from .agent_remedies import list_setting
from .aws_provider import aws_metadata_enabled


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    enabled = agent.configuration.cloud_provider_metadata
    evidence = f'cloud_provider_metadata is [{", ".join(enabled)}]'
    if aws_metadata_enabled(agent.configuration):
        return Passed(evidence)
    if 'aws' not in expected.hostname_providers:
        return NotApplicable(f'{evidence}, and expected_hostname_provider does not ask for aws')
    if agent.provider in expected.hostname_providers:
        named = f'the Agent has its name from {agent.provider} all the same'
        return Failed(f'{evidence}, without aws; {named}, but no EC2 metadata', Status.WARNING)
    return Failed(f'{evidence}, without aws, so the Agent does not ask IMDS')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    others = observed(facts.agent).configuration.cloud_provider_metadata
    return Remedy(
        'Let the Agent ask AWS for metadata',
        (list_setting(facts, 'cloud_provider_metadata', 'aws', *others), restart_agent(facts)),
    )


AWS_METADATA_DISABLED = Diagnosis(
    id='aws-metadata-disabled',
    title='The Agent is configured not to ask AWS for metadata',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.CRITICAL,
    tests=('Looks for aws in cloud_provider_metadata.'),
    harm=(
        'Without it the Agent never asks IMDS: it has neither the instance id nor the tags of the instance, and '
        'its host name comes from the firmware at best (Nitro, Agent 7.64.0 and later).'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
)
