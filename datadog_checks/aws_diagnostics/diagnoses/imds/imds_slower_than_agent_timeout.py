"""IMDS answers this check, but more slowly than the Agent waits."""

from math import ceil

from ...expectations import Expectations
from ...facts import Agent, AgentConfiguration, Answer, Facts, Imds, NoAnswer, Outcome, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step
from ...rules import at_least
from ...text import DAY
from ..agent_remedies import restart_agent, set_in_agent
from ..applying import restart_with_settings
from ..links import guide
from .blocking import connected_processes, dropped_packets
from .evidence import conversation, seen
from .fault import why_unclear

TIMEOUT_IS_A_SETTING = 23
"""Before, every request was allowed 100 ms: pull request 6139 of DataDog/datadog-agent."""
LONGEST_WAIT = 60_000
"""Milliseconds."""


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    configuration = observed(facts.agent).configuration
    if any(isinstance(e, NoAnswer) and e.outcome is Outcome.INCOMPLETE for e in (imds.token, imds.metadata)):
        return _unfinished(facts, imds, configuration)
    slowest = _slowest(imds, configuration)
    if slowest is None:
        return NotApplicable(f"none of the Agent's requests would be answered: {conversation(imds)}")
    what, seconds = slowest
    patience = configuration.ec2_metadata_timeout
    evidence = f'the {what} took {_milliseconds(seconds)}; the Agent waits {_milliseconds(patience)} for each request'
    return Failed(f'{evidence}{seen(facts)}') if seconds > patience else Passed(evidence)


def _unfinished(facts: Facts, imds: Imds, configuration: AgentConfiguration) -> Verdict:
    """An answer that begins and is not complete in our time is not complete in the Agent's either."""
    patience = _milliseconds(configuration.ec2_metadata_timeout)
    evidence = f'{conversation(imds)}; the Agent waits {patience} for each request'
    return Failed(f'{evidence}{seen(facts)}') if imds.steady else Unknown(f'{evidence}; {why_unclear(imds)}')


def _slowest(imds: Imds, configuration: AgentConfiguration) -> tuple[str, float] | None:
    """The slower of the requests that this Agent makes; one that only speaks IMDSv1 asks for no token."""
    speaks_v2 = configuration.ec2_prefer_imdsv2 or configuration.ec2_imdsv2_transition_payload_enabled
    asked = [('token PUT', imds.token)] if speaks_v2 else []
    asked.append(('metadata GET', imds.metadata))
    taken = [
        (what, answer.connect_seconds + answer.first_byte_seconds)
        for what, answer in asked
        if isinstance(answer, Answer)
    ]
    return max(taken, key=lambda request: request[1], default=None)


def _milliseconds(seconds: float) -> str:
    return f'{min(seconds, DAY) * 1000:.0f} ms'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    slowest = _slowest_observed(facts)
    if slowest is None:
        return Remedy('Find what delays IMDS', then=(*dropped_packets(facts), restart_agent(facts)))
    enough = _enough_milliseconds(slowest)
    version = facts.agent.version if isinstance(facts.agent, Agent) else None
    if version is not None and not at_least(version, TIMEOUT_IS_A_SETTING):
        newer = Choice('Upgrade the Agent to 7.23.0 or later, which can be told to wait longer (ec2_metadata_timeout)')
        ways = (_find_what_delays(facts), newer)
        return Remedy('Find what delays IMDS, or upgrade the Agent', ways, (restart_agent(facts),))
    longer = set_in_agent(
        facts,
        f'Let the Agent wait {enough} ms',
        'ec2_metadata_timeout',
        enough,
        'twice what was measured; where IMDS is silent, the Agent starts that much later',
    )
    return Remedy(
        f'Find what delays IMDS, or let the Agent wait {enough} ms',
        (_find_what_delays(facts), longer),
        restart_with_settings(facts),
    )


def _find_what_delays(facts: Facts) -> Choice:
    for dropped in dropped_packets(facts):
        return Choice(f'{dropped.text}, and find what sends them', dropped.commands)
    return Choice('See which processes are connected to IMDS', connected_processes(facts))


def _slowest_observed(facts: Facts) -> float | None:
    if not isinstance(facts.imds, Imds) or not isinstance(facts.agent, Agent):
        return None
    slowest = _slowest(facts.imds, facts.agent.configuration)
    return slowest[1] if slowest else None


def _enough_milliseconds(seconds: float) -> int:
    """Twice what was measured, in full tenths of a second, and no more than a minute."""
    return min(ceil(round(20 * seconds, 6)) * 100, LONGEST_WAIT)


IMDS_SLOWER_THAN_AGENT_TIMEOUT = Diagnosis(
    id='imds-slower-than-agent-timeout',
    title='The instance metadata service answers too slowly for the Agent',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.WARNING,
    tests=(
        'Measures how long IMDS takes to accept a connection and start its answer, and compares that with '
        'ec2_metadata_timeout, the time that the Agent allows each request, without a retry.'
    ),
    harm=('Past this timeout the Agent acts as if there were no IMDS, although other programs can use it.'),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=('imds-throttled', 'imds-intercepted'),
    once_explained=(Step('Check that IMDS then answers within the timeout of the Agent'),),
)
