"""Ready for IMDSv2, today: what the Agent would be named on the day when IMDSv1 is switched off."""

from ...expectations import Expectations
from ...facts import Agent, Facts, Imds, NetworkPath, observed
from ...facts.imds import is_status
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ..links import guide
from ..remedies import raise_hop_limit, restart_agent
from .agent_remedies import speak_imdsv2
from .aws_provider import ImdsMode, imds_mode
from .causes import IMDS_FAULTS
from .resolution import Resolution, resolve, without_imdsv1
from .situation import situation_of


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if 'aws' not in expected.hostname_providers:
        return NotApplicable('expected_hostname_provider does not ask for aws')
    situation = situation_of(facts)
    enforced = resolve(without_imdsv1(situation))
    if not enforced.certain:
        return Unknown(f'what the Agent would be named without IMDSv1 is not certain: {enforced.why}')
    if enforced.provider == 'aws':
        return Passed(f'without IMDSv1 the Agent is named by its instance id all the same: {enforced.why}')
    if not enforced.aws_asked:
        return NotApplicable(f'the name does not come from IMDS: {enforced.why}')
    return _would_be_lost(facts, expected, resolve(situation), enforced)


def _would_be_lost(facts: Facts, expected: Expectations, today: Resolution, enforced: Resolution) -> Verdict:
    imds = observed(facts.imds)
    then = f'without IMDSv1 the Agent is named by {enforced.provider or "nothing"} when it starts: {enforced.why}'
    severity = Status.CRITICAL if expected.require_imdsv2 else None
    if is_status(imds.tokenless, 401):
        return Failed(f'IMDSv1 is off already, and {then}{_now(facts)}', severity)
    if today.certain and today.provider != 'aws':
        return NotApplicable(f'there is nothing to lose, IMDS gives the Agent no name today either: {today.why}')
    return Failed(f'{then}{_now(facts)}', severity)


def _now(facts: Facts) -> str:
    agent = facts.agent
    return f'; today it is named {agent.hostname!r}' if isinstance(agent, Agent) and agent.hostname else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    """What stands in the way can be the Agent, the path of the token, or both."""
    agent = observed(facts.agent)
    speaks_v2 = agent.version is not None and imds_mode(agent.configuration, agent.version) is not ImdsMode.V1_ONLY
    in_the_agent = () if speaks_v2 else (*speak_imdsv2(facts), f'After that: {restart_agent(facts)}')
    on_the_path = raise_hop_limit(facts, expected).steps if _token_is_lost(facts) else ()
    last = 'Switch IMDSv1 off only when this diagnosis passes'
    return Remedy('Make the Agent ready before IMDSv2 is enforced', (*in_the_agent, *on_the_path, last))


def _token_is_lost(facts: Facts) -> bool:
    lost = isinstance(facts.path, NetworkPath) and facts.path.reply_lost
    return lost and isinstance(facts.imds, Imds) and not facts.imds.v2_works


HOSTNAME_LOST_WHEN_IMDSV2_ENFORCED = Diagnosis(
    id='hostname-lost-when-imdsv2-enforced',
    title='The Agent loses its host name when IMDSv2 is enforced',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.WARNING,
    tests=(
        'Plays through what the Agent would do on its next start if IMDSv1 were switched off: by its version and '
        'settings, by whether IMDSv2 answers here, and by what the firmware says.'
    ),
    harm=(
        'Passed means ready for IMDSv2. A host that is not ready keeps its name until its Agent is restarted, and '
        'then appears under another one.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=('agent-cannot-use-imdsv2', *IMDS_FAULTS),
    once_explained=(
        Step('An Agent that speaks only IMDSv1 (before 7.64.0, without ec2_prefer_imdsv2) must be upgraded as well'),
        Step('Turn IMDSv1 off only when this diagnosis passes'),
    ),
)
