"""IMDS asks its clients to come again later."""

from ...expectations import Expectations
from ...facts import ContainerKind, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from ..remedies import container_kind, restart_for_the_name
from .evidence import conversation, seen
from .fault import Fault, fault_of
from .reaching import address, where


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.THROTTLED:
            return Failed(f'{conversation(imds)}: IMDS is reached and asks to come again later{seen(facts)}')
        case Fault.UNREACHABLE:
            return NotApplicable(f'nothing answers: {conversation(imds)}')
    return Passed(conversation(imds))


def remedy(facts: Facts, _: Expectations) -> Remedy:
    here = where(facts)
    pods = '; on Kubernetes, clients are in every pod of the node'
    return Remedy(
        'Find who asks IMDS too often, and let them keep what they were told',
        (
            f'{here}, see who is connected: sudo ss --tcp --processes dst {address(facts)}'
            f'{pods if container_kind(facts) is ContainerKind.POD else ""}',
            f'{here}, see whether packets to link-local addresses are dropped: IMDS, DNS and NTP share 1024 packets '
            'per second for each network interface: ethtool -S eth0 | grep linklocal_allowance_exceeded',
            'Keep tokens for their lifetime (up to six hours) and credentials until they expire, instead of asking '
            'each time; cache DNS answers on the host',
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
        'Looks for 429 and 503 among the answers of IMDS, which limits requests and connections for each instance '
        'and packets for each network interface.'
    ),
    harm=(
        'An Agent that starts in such a moment may miss the instance id and its tags, and reports this host under '
        'another name until it is restarted.'
    ),
    docs=ec2_user_guide('instancedata-data-retrieval.html'),
    judge=judge,
    remedy=remedy,
)
