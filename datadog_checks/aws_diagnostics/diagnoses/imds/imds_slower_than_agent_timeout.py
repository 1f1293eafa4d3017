"""IMDS answers us, and too late for the Agent, which waits less."""

from math import ceil

from ...expectations import Expectations
from ...facts import AgentConfiguration, Answer, Facts, Imds, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy, Step
from ..links import guide
from ..remedies import agent_setting, restart_agent
from .evidence import conversation, seen
from .reaching import where


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    configuration = observed(facts.agent).configuration
    slowest = _slowest(imds, configuration)
    if slowest is None:
        return NotApplicable(f'nothing that the Agent asks for was answered: {conversation(imds)}')
    what, seconds = slowest
    patience = configuration.ec2_metadata_timeout
    evidence = f'the {what} took {_milliseconds(seconds)}, the Agent waits {_milliseconds(patience)} for each request'
    return Failed(f'{evidence}{seen(facts)}') if seconds > patience else Passed(evidence)


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
    return f'{seconds * 1000:.0f} ms'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    enough = _enough_milliseconds(facts)
    return Remedy(
        f'Find what delays IMDS, or let the Agent wait {enough} ms for it',
        (
            f'{where(facts)}, see whether packets to link-local addresses are dropped: IMDS, DNS and NTP share 1024 '
            'packets per second for each network interface: ethtool -S eth0 | grep linklocal_allowance_exceeded',
            'Let the Agent wait for twice what was measured (delays its start by as much where IMDS does not answer). '
            f'{agent_setting(facts, "ec2_metadata_timeout", str(enough))}',
            restart_agent(facts),
        ),
    )


def _enough_milliseconds(facts: Facts) -> int:
    """Twice what was measured, in full tenths of a second."""
    slowest = _slowest(observed(facts.imds), observed(facts.agent).configuration)
    return ceil(round(20 * slowest[1], 6)) * 100 if slowest else 0


IMDS_SLOWER_THAN_AGENT_TIMEOUT = Diagnosis(
    id='imds-slower-than-agent-timeout',
    title='The instance metadata service answers too late for the Agent',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.WARNING,
    tests=(
        'Measures how long IMDS takes to accept a connection and to begin its answer, and compares that with '
        'ec2_metadata_timeout, which the Agent grants each request without a second try.'
    ),
    harm=(
        'When it is exceeded, the Agent behaves as if there were no IMDS, although other programs use it without '
        'trouble.'
    ),
    docs=guide('ec2-hostname-with-imds'),
    judge=judge,
    remedy=remedy,
    after=('imds-throttled', 'imds-intercepted'),
    once_explained=(Step('Check that IMDS answers within the timeout of the Agent'),),
)
