"""Nothing answers at the address of IMDS."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..agent_remedies import restart_for_the_name
from ..links import guide
from .evidence import conversation, seen
from .fault import Fault, fault_of, why_unclear
from .reaching import ways_to_reach
from .routes import taken


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.UNREACHABLE:
            return Failed(f'{conversation(imds)}{taken(facts)}{seen(facts)}')
        case Fault.UNCLEAR:
            return Unknown(f'{conversation(imds)}: {why_unclear(imds)}')
    return Passed(conversation(imds))


def remedy(facts: Facts, _: Expectations) -> Remedy:
    found = ways_to_reach(facts)
    return Remedy(found.summary, found.choices, (*found.then, *restart_for_the_name(facts)))


IMDS_UNREACHABLE = Diagnosis(
    id='imds-unreachable',
    title='The instance metadata service cannot be reached',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Connects to IMDS and sends requests that need no credentials. If nothing answers, says at which step it '
        'failed, and which router rejected the packets where one said so.'
    ),
    harm='Without IMDS the Agent loses the instance id, the instance tags and, at its next start, its hostname.',
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
)
