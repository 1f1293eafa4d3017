"""A condition of the trust policy, besides the external id, refuses Datadog."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, Feature
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from .assume_role_request import reason_of
from .staleness import says_when_stale
from .trust import Reading, nothing_to_trust, readings, sender
from .trust_remedies import GUIDE_SECTION, correct_the_trust_policy

MOST_CONDITIONS = 1
MOST_VALUES = 2
LONGEST_VALUE = 60


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    inapplicable = nothing_to_trust(facts)
    if inapplicable:
        return inapplicable
    read = readings(facts, sender(facts, expected))
    if not read:
        return NotApplicable('no statement of the trust policy is meant for Datadog')
    closest = read[0]
    if closest.refusing:
        reasons = '; '.join(_refusal(c) for c in closest.refusing[:MOST_CONDITIONS])
        return Failed(f'{closest.name} of the trust policy refuses Datadog: {reasons}{_more(closest.refusing)}')
    if closest.undecided:
        words = ', '.join(map(condition_words, closest.undecided[:MOST_CONDITIONS]))
        return Unknown(f'whether Datadog meets {words}{_more(closest.undecided)} of {closest.name} is not known')
    return Passed(f'{closest.name} of the trust policy has {_others(closest)}')


def _refusal(condition: Condition) -> str:
    return f'{condition_words(condition)}, but {reason_of(condition.key)}'


def condition_words(condition: Condition) -> str:
    """Like "IpAddress aws:SourceIp '203.0.113.0/24'"."""
    values = [f"'{shown(value, LONGEST_VALUE)}'" for value in condition.values[:MOST_VALUES]]
    more = [f'{len(condition.values) - MOST_VALUES} more'] if len(condition.values) > MOST_VALUES else []
    return f'{shown(condition.operator)} {shown(condition.key)} {", ".join([*values, *more])}'.strip()


def _more(conditions: tuple[Condition, ...]) -> str:
    count = len(conditions) - MOST_CONDITIONS
    return f' and {count} more' if count > 0 else ''


def _others(reading: Reading) -> str:
    keys = sorted({c.key for c in reading.statement.conditions if c.key.lower() != 'sts:externalid'})
    if not keys:
        return 'no condition but the external id' if reading.statement.conditions else 'no condition'
    return f'no condition that refuses Datadog ({shown(", ".join(keys), 120)})'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    closest = readings(facts, sender(facts, expected))[0]
    keys = ', '.join(sorted({shown(c.key) for c in closest.refusing}))
    return Remedy(
        f'Take {keys} out of the trust policy; the external id is what keeps others out',
        correct_the_trust_policy(facts, expected),
    )


TRUST_POLICY_EXTRA_CONDITIONS = Diagnosis(
    id='trust-policy-extra-conditions',
    title='A condition of the trust policy refuses Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Compares every other condition of the trust policy with what is known of the request of Datadog: it comes'
        ' from an account, an organization, addresses and regions of its own, without MFA, and not through your '
        'VPC.'
    ),
    harm=('A condition on any of these refuses it, and Datadog is not authorized to perform sts:AssumeRole.'),
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
