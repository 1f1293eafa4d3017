"""What answers as IMDS knows no tokens."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from ..remedies import restart_for_the_name
from .evidence import conversation, seen
from .fault import Fault, fault_of
from .reaching import firewall_rules
from .version_one import severity_behind_v1, still_hidden


def judge(facts: Facts, expected: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.NO_TOKENS:
            evidence = f'{conversation(imds)}: tokens are not known here{still_hidden(facts)}{seen(facts)}'
            return Failed(evidence, severity_behind_v1(facts, expected))
        case Fault.NONE:
            return Passed(conversation(imds))
    return NotApplicable(f'no answer tells whether tokens are known: {conversation(imds)}')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy(
        'Every EC2 instance knows IMDSv2, so find what answers in its place and let PUT /latest/api/token pass it',
        (
            firewall_rules(facts),
            'Where a credentials proxy or an emulator of IMDS answers, upgrade it to one that forwards or grants '
            'IMDSv2 tokens, or exempt the Agent from it',
            *restart_for_the_name(facts),
        ),
    )


IMDSV2_NOT_SUPPORTED = Diagnosis(
    id='imdsv2-not-supported',
    title='IMDSv2 is not supported by what answers here',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Asks IMDS for a token: 404, 405 or 501 while metadata is served says that only IMDSv1 is known, as old '
        'proxies and emulators of IMDS do.'
    ),
    harm=(
        'The Agent then depends on IMDSv1, and loses the instance id, its tags and its host name when IMDSv1 is '
        'switched off.'
    ),
    docs=ec2_user_guide('instance-metadata-v2-how-it-works.html'),
    judge=judge,
    remedy=remedy,
)
