"""IMDSv1 is disabled, or has to be, and this Agent speaks nothing else."""

from ...expectations import Expectations, ImdsV1
from ...facts import Agent, AgentConfiguration, Facts, Imds, observed
from ...facts.exchange import is_status
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ...rules import Version, at_least
from ..applying import restart_with_settings
from ..links import guide
from .agent_versions import speak_imdsv2, version_text
from .agent_words import asked_for_a_token, doubt_of
from .aws_provider import PREFER_IMDSV2, TRANSITION, ImdsMode, aws_metadata_enabled, imds_mode
from .resolution import ERAS

READINESS = 'hostname-lost-when-imdsv2-enforced says what happens when it is disabled'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    modes = {imds_mode(agent.configuration, version) for version in ((agent.version,) if agent.version else ERAS)}
    if ImdsMode.V1_ONLY not in modes:
        return Passed(f'{_agent(agent)} speaks {" or ".join(sorted(modes))}')
    if len(modes) > 1:
        return Unknown("the Agent's version is not known, and its settings do not decide it")
    if asked_for_a_token(agent):
        return Unknown(f'{doubt_of(agent)}, it cannot be told which versions of IMDS it speaks')
    if not aws_metadata_enabled(agent.configuration):
        return NotApplicable('cloud_provider_metadata does not contain aws, so the Agent does not ask IMDS')
    return _speaks_only_v1(facts, expected, agent)


def _speaks_only_v1(facts: Facts, expected: Expectations, agent: Agent) -> Verdict:
    evidence = f'{_agent(agent)} speaks only IMDSv1 ({_settings(agent)})'
    if isinstance(facts.imds, Imds) and is_status(facts.imds.tokenless, 401):
        return Failed(f'{evidence}, and IMDSv1 is disabled (401 without a token)', _severity(agent, expected))
    if expected.require_imdsv2:
        return Failed(f'{evidence}, and require_imdsv2 is set')
    if expected.imdsv1 is ImdsV1.DISABLED:
        return Failed(f'{evidence}, and the option imdsv1 says that it must be disabled', Status.WARNING)
    imds = observed(facts.imds)
    if imds.v1_works:
        return Passed(f'{evidence}, which answers; {READINESS}')
    return _where_v1_is_not_known(imds, evidence)


def _where_v1_is_not_known(imds: Imds, evidence: str) -> Verdict:
    if imds.answers and imds.v1_works is None:
        return Unknown(f'{evidence}; whether IMDSv1 is enabled was not asked (imdsv1_probe_interval)')
    return NotApplicable(f'{evidence}, but IMDS does not answer properly in any version')


def _severity(agent: Agent, expected: Expectations) -> Status | None:
    """A name that does not depend on IMDS stays; only tags and aliases are lost."""
    independent = agent.provider != 'aws' and agent.provider in expected.hostname_providers
    return Status.WARNING if independent and not expected.require_imdsv2 else None


def _agent(agent: Agent) -> str:
    version = version_text(agent.version)
    return f'the Agent {version}' if version else 'the Agent, whose version is not known,'


def _settings(agent: Agent) -> str:
    version, settings = agent.version or ERAS[-1], agent.configuration
    if not at_least(version, PREFER_IMDSV2):
        return 'no setting of this version changes that'
    return ', '.join(f'{key} is {str(value).lower()}' for key, value in _decisive(settings, version))


def _decisive(settings: AgentConfiguration, version: Version) -> tuple[tuple[str, bool | None], ...]:
    prefer = ('ec2_prefer_imdsv2', settings.ec2_prefer_imdsv2 is True)
    transition = ('ec2_imdsv2_transition_payload_enabled', settings.ec2_imdsv2_transition_payload_enabled)
    return (transition, prefer) if at_least(version, TRANSITION) else (prefer,)


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy('Let the Agent use IMDSv2', speak_imdsv2(facts), restart_with_settings(facts))


AGENT_CANNOT_USE_IMDSV2 = Diagnosis(
    id='agent-cannot-use-imdsv2',
    title='The Agent can only use IMDSv1, which is (or must be) disabled',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.CRITICAL,
    tests=(
        'Compares the version and settings of the Agent with what IMDS answers. Before 7.64.0 the Agent uses only '
        'IMDSv1 unless ec2_prefer_imdsv2 is true; from 7.64.0 it asks IMDSv2 first, unless '
        'ec2_imdsv2_transition_payload_enabled is false.'
    ),
    harm=(
        'An Agent that speaks only IMDSv1 loses the instance id, the instance tags and its hostname at its next start '
        'after IMDSv1 is disabled.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
)
