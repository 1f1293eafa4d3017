"""What answers at the address of IMDS does not support tokens."""

from ...expectations import Expectations
from ...facts import ContainerKind, Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy, Step
from ..agent_remedies import container_kind, restart_for_the_name
from ..applying import apply_settings
from ..around_imds import ways_around_the_hop_limit
from ..links import ec2_user_guide
from .blocking import find_credentials_proxy, firewall_rules
from .evidence import conversation, seen, severity_behind_v1, still_hidden
from .fault import Fault, fault_of
from .no_way import off_this_system
from .routes import is_local


def judge(facts: Facts, expected: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.NO_TOKENS:
            evidence = f'{conversation(imds)}: tokens are not supported here{still_hidden(facts)}{seen(facts)}'
            return Failed(evidence, severity_behind_v1(facts, expected))
        case Fault.NONE:
            return Passed(conversation(imds))
    return NotApplicable(f'no answer says whether tokens are supported: {conversation(imds)}')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    if is_local(facts):
        found = off_this_system(facts)
        return Remedy(found.summary, found.choices, (*found.then, *restart_for_the_name(facts)))
    around, in_pod = ways_around_the_hop_limit(facts), container_kind(facts) is ContainerKind.POD
    past = ', or go around it' if around else ''
    return Remedy(
        'Every EC2 instance supports IMDSv2: find what answers instead, and make it forward PUT /latest/api/token'
        f'{past}',
        around,
        (
            *apply_settings(facts),
            *((find_credentials_proxy('answers'),) if in_pod else ()),
            firewall_rules(facts),
            Step(
                'Where a credentials proxy or an emulator of IMDS answers, upgrade it to a release that forwards or '
                'grants IMDSv2 tokens, or exempt the Agent from it'
            ),
            *restart_for_the_name(facts),
        ),
    )


IMDSV2_NOT_SUPPORTED = Diagnosis(
    id='imdsv2-not-supported',
    title='The service at the IMDS address does not support IMDSv2',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Asks IMDS for a token: 404, 405 or 501 while metadata is served means that only IMDSv1 is supported, as by '
        'old proxies and emulators of IMDS.'
    ),
    harm=(
        'The Agent depends on IMDSv1, and loses the instance id, the instance tags and its hostname when IMDSv1 is '
        'disabled.'
    ),
    docs=ec2_user_guide('instance-metadata-v2-how-it-works.html'),
    judge=judge,
    remedy=remedy,
)
