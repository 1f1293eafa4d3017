"""Whether the Agent keeps its hostname on the day on which IMDSv1 is disabled."""

from ...expectations import Expectations
from ...facts import Agent, Facts, Imds, NetworkPath, observed
from ...facts.exchange import is_status
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ...text import lower_first, quoted
from ..applying import restart_with_settings
from ..host_remedies import (
    as_step,
    for_new_instances,
    hop_limit,
    needed_hop_limit,
    raise_on_this_instance,
)
from ..imds.imds_hop_limit_too_low import is_host_behind_a_gateway
from ..imds.imds_hop_limit_too_low import remedy as let_the_token_through
from ..imds.routes import past_the_gateway
from ..links import guide
from .agent_versions import speak_imdsv2
from .aws_provider import ImdsMode, imds_mode
from .resolution import Resolution, resolve, without_imdsv1
from .situation import situation_of
from .wrong_name import IMDS_FAULTS, can_explain_a_loss


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if 'aws' not in expected.hostname_providers:
        return NotApplicable('expected_hostname_provider does not ask for aws')
    situation = situation_of(facts)
    enforced = resolve(without_imdsv1(situation))
    if not enforced.certain:
        return Unknown(f'{enforced.why}, it cannot be told how the Agent would be named without IMDSv1')
    if enforced.provider == 'aws':
        return Passed(f'without IMDSv1 the Agent will still be named by its instance id: {enforced.why}')
    if not enforced.aws_asked:
        return NotApplicable(f'the name does not come from IMDS: {enforced.why}')
    return _would_be_lost(facts, expected, resolve(situation), enforced)


def _would_be_lost(facts: Facts, expected: Expectations, today: Resolution, enforced: Resolution) -> Verdict:
    imds = observed(facts.imds)
    named = f'be named by provider {enforced.provider}' if enforced.provider else 'have no name'
    then = f'the Agent will {named} at its next start: {enforced.why}'
    severity = Status.CRITICAL if expected.require_imdsv2 else None
    if is_status(imds.tokenless, 401):
        return Failed(f'IMDSv1 is already disabled, and without it {then}{_now(facts)}', severity)
    if today.certain and today.provider != 'aws':
        return NotApplicable(f'there is nothing to lose, as IMDS gives the Agent no name today either: {today.why}')
    return Failed(f'without IMDSv1 {then}{_now(facts)}', severity)


def _now(facts: Facts) -> str:
    agent = facts.agent
    return f'; today it is named {quoted(agent.hostname)}' if isinstance(agent, Agent) and agent.hostname else ''


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    """What has to change can be the Agent, the path of the token, or both."""
    summary = 'Prepare the Agent before IMDSv2 is enforced'
    last = Step('Disable IMDSv1 only when this diagnosis passes')
    choices = () if _speaks_v2(facts) else speak_imdsv2(facts)
    if not _token_is_lost(facts):
        return Remedy(summary, choices, (*(restart_with_settings(facts) if choices else ()), last))
    if not choices:
        path = let_the_token_through(facts, expected)
        return Remedy(summary, path.choices, (*path.then, last))
    first, *rest = _steps_for_the_token(facts, expected)
    return Remedy(summary, choices, (first, *restart_with_settings(facts), *rest, last))


def _steps_for_the_token(facts: Facts, expected: Expectations) -> tuple[Step, ...]:
    if is_host_behind_a_gateway(facts):
        own_route = past_the_gateway(facts).choices[-1]
        return (Step(f'As the token reply is lost, {lower_first(own_route.text)}', own_route.commands),)
    needed = needed_hop_limit(facts, expected)
    lost = f'As the token reply is lost, raise the hop limit to {needed}'
    raising = as_step(raise_on_this_instance(facts, lost, needed))
    return (raising, *for_new_instances(facts, hop_limit(needed)))


def _speaks_v2(facts: Facts) -> bool:
    agent = facts.agent
    if not isinstance(agent, Agent) or agent.version is None:
        return False
    return imds_mode(agent.configuration, agent.version) is not ImdsMode.V1_ONLY


def _token_is_lost(facts: Facts) -> bool:
    lost = isinstance(facts.path, NetworkPath) and facts.path.reply_lost
    return lost and isinstance(facts.imds, Imds) and not facts.imds.v2_works


HOSTNAME_LOST_WHEN_IMDSV2_ENFORCED = Diagnosis(
    id='hostname-lost-when-imdsv2-enforced',
    title='The Agent loses its hostname when IMDSv2 is enforced',
    scope=Scope.HOST,
    service_check='hostname_provider',
    severity=Status.WARNING,
    tests=(
        'Works out how the Agent would be named at its next start if IMDSv1 were disabled, from its version and '
        'settings, from whether IMDSv2 answers here, and from what the firmware says.'
    ),
    harm=(
        'A host that is not ready keeps its name until its Agent is restarted, and then appears under another one. If '
        'this passes, the host is ready for IMDSv2.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=('agent-cannot-use-imdsv2', *IMDS_FAULTS),
    can_explain=can_explain_a_loss,
    once_explained=(
        Step('If the Agent is older than 7.64.0, set ec2_prefer_imdsv2 to true or upgrade it too'),
        Step('Disable IMDSv1 only when this diagnosis passes'),
    ),
)
