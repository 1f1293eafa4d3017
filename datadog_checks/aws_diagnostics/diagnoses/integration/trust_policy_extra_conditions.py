"""A condition of the trust policy other than the external id refuses Datadog."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Condition, Feature
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ...text import SHORT, one_line
from .assume_role_request import reason_of
from .role import says_when_stale, without_role
from .trust import Reading, position_of, readings, sender
from .trust_remedies import (
    GUIDE_SECTION,
    add_statement,
    apply_it,
    closest,
    is_only_for_datadog,
    replace_statement,
    statements_of,
)

MOST_CONDITIONS = 1
MOST_VALUES = 2
MOST_KEYS = 3
LONGEST_VALUE = 60


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    read = readings(facts, sender(facts, expected))
    if not read:
        return NotApplicable('no statement of the trust policy is meant for Datadog')
    best = read[0]
    if best.refusing:
        reasons = '; '.join(_refusal(c) for c in best.refusing[:MOST_CONDITIONS])
        return Failed(f'{best.name} of the trust policy refuses Datadog: {reasons}{_more(best.refusing)}')
    if best.undecided:
        words = ', '.join(map(condition_words, best.undecided[:MOST_CONDITIONS]))
        return Unknown(f'not known whether Datadog meets {words}{_more(best.undecided)} in {best.name}')
    return Passed(f'{best.name} of the trust policy has {_others(best)}')


def _refusal(condition: Condition) -> str:
    return f'{condition_words(condition)}, but {reason_of(condition.key)}'


def condition_words(condition: Condition) -> str:
    """Like "IpAddress aws:SourceIp '203.0.113.0/24'"."""
    values = [f"'{one_line(value, LONGEST_VALUE)}'" for value in condition.values[:MOST_VALUES]]
    more = [f'{len(condition.values) - MOST_VALUES} more'] if len(condition.values) > MOST_VALUES else []
    return (
        f'{one_line(condition.operator, SHORT)} {one_line(condition.key, SHORT)} {", ".join([*values, *more])}'.strip()
    )


def _more(conditions: tuple[Condition, ...]) -> str:
    count = len(conditions) - MOST_CONDITIONS
    return f' and {count} more' if count > 0 else ''


def _others(reading: Reading) -> str:
    keys = sorted({c.key for c in reading.statement.conditions if c.key.lower() != 'sts:externalid'})
    if not keys:
        return 'no condition but the external id' if reading.statement.conditions else 'no condition'
    return f'no condition that refuses Datadog ({one_line(", ".join(keys), 120)})'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    add, meant = add_statement(facts, expected), closest(facts, expected)
    if meant is None:
        summary = 'Admit Datadog by its external ID only, without other conditions'
        return Remedy(summary, (add,), apply_it(facts, expected, (add,)))
    keys = ', '.join(sorted({one_line(c.key, SHORT) for c in meant.refusing})[:MOST_KEYS])
    summary = f'Admit Datadog by its external ID only, without other conditions ({keys})'
    if not is_only_for_datadog(meant.statement, sender(facts, expected)):
        return Remedy(summary, (add,), apply_it(facts, expected, (add,)))
    replace = replace_statement(facts, expected, position_of(meant.statement, statements_of(facts)))
    return Remedy(summary, (add, replace), apply_it(facts, expected, (add, replace)))


TRUST_POLICY_EXTRA_CONDITIONS = Diagnosis(
    id='trust-policy-extra-conditions',
    title='A condition of the trust policy refuses Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        "Compares the other conditions of the trust policy, by AWS's rules, with what is known of Datadog's request: "
        "it comes directly from Datadog's own account and organization, over IPv4 and TLS, without MFA and session "
        'tags, and not through your VPC. Conditions on values known only to Datadog are UNKNOWN.'
    ),
    harm='A condition that the request does not meet refuses it: Datadog cannot assume the role.',
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
