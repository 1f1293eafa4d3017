"""On a host, requests to IMDS leave through a gateway."""

from ...expectations import Expectations
from ...facts import Facts, Imds, NetworkPath, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ...text import reason
from ..agent_remedies import restart_for_the_name
from ..links import ec2_user_guide
from .blocking import address
from .evidence import conversation, gateways, seen
from .routes import past_the_gateway, taken


def judge(facts: Facts, _: Expectations) -> Verdict:
    """Rule: EC2 answers on the link of the instance itself. A packet to IMDS whose TTL is 1 is answered there."""
    host = observed(facts.host)
    if not host.container.has_the_host_network:
        return NotApplicable(f'a container may have gateways of its own ({host.container.evidence})')
    path = observed(facts.path)
    if path.gateways is None:
        return Unknown(f'the gateways were not counted: {reason(path.note)}')
    if path.gateways == 0:
        return Passed('no gateway lies between this host and IMDS')
    if not path.confirmed:
        return Unknown(f'{gateways(path)}, but {reason(path.note)}')
    return _behind(facts, path)


def _behind(facts: Facts, path: NetworkPath) -> Verdict:
    evidence = (
        f'requests to {address(facts)} leave this host through {gateways(path)}, and on EC2 none lies before IMDS: a '
        'route, such as that of a VPN, leads to another machine, or this is a container that shows no sign of being one'
        f'{taken(facts)}'
    )
    imds = facts.imds
    if isinstance(imds, Imds) and imds.v2_works:
        return Failed(f'{evidence}{seen(facts)}', Status.WARNING)
    answers = f' ({conversation(imds)})' if isinstance(imds, Imds) else ''
    return Failed(f'{evidence}{answers}{seen(facts)}')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    found = past_the_gateway(facts)
    unseen = Step('If this is a container or a virtual machine of its own, raise the hop limit instead')
    return Remedy(found.summary, found.choices, (*found.then, unseen, *restart_for_the_name(facts)))


IMDS_BEHIND_GATEWAY = Diagnosis(
    id='imds-behind-gateway',
    title='A gateway lies between this host and the instance metadata service',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests='Counts the IP gateways between this host and IMDS. Does not apply to a container with a network of its own.',
    harm=(
        'What answers may be the IMDS of another machine, with its hostname, tags and credentials. Even if it is the '
        'right one, it depends on the gateway and on the hop limit.'
    ),
    docs=ec2_user_guide('instancedata-data-retrieval.html'),
    judge=judge,
    remedy=remedy,
)
