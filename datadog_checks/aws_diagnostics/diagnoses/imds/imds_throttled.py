"""IMDS asks its clients to retry later."""

from ...expectations import Expectations
from ...facts import ContainerKind, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy, Step
from ..agent_remedies import container_kind, restart_for_the_name
from ..links import ec2_user_guide
from .blocking import connected_processes, dropped_packets, on_the_host
from .evidence import conversation, seen
from .fault import Fault, fault_of


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.THROTTLED:
            return Failed(f'{conversation(imds)}: IMDS is reachable and asks clients to retry later{seen(facts)}')
        case Fault.UNREACHABLE:
            return NotApplicable(f'nothing answers: {conversation(imds)}')
    return Passed(conversation(imds))


def remedy(facts: Facts, _: Expectations) -> Remedy:
    pods = ', in every pod of the node' if container_kind(facts) is ContainerKind.POD else ''
    return Remedy(
        'Find clients that poll IMDS too often and make them cache',
        then=(
            Step(f'See which processes are connected to IMDS, {on_the_host(facts)}{pods}', connected_processes(facts)),
            *dropped_packets(facts),
            Step(
                'Make clients keep tokens for their lifetime (up to six hours) and credentials until they expire; '
                'cache DNS answers on the host'
            ),
            *restart_for_the_name(facts),
        ),
    )


IMDS_THROTTLED = Diagnosis(
    id='imds-throttled',
    title='The instance metadata service throttles its clients',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.WARNING,
    tests=(
        'Looks for 429 and 503 among the answers of IMDS, which limits requests and connections per instance and '
        'packets per network interface.'
    ),
    harm=(
        'An Agent that starts at such a moment may miss the instance id and tags, and then reports this host under '
        'another name until it is restarted.'
    ),
    docs=ec2_user_guide('instancedata-data-retrieval.html'),
    judge=judge,
    remedy=remedy,
)
