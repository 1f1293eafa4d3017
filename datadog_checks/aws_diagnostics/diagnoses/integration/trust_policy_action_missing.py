"""The statement of the trust policy that is meant for Datadog does not allow sts:AssumeRole."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Choice, Remedy
from ...text import SHORT, one_line
from .identities import demands_external_id
from .role import says_when_stale, without_role
from .trust import ASSUME_ROLE, Reading, Sender, position_of, readings, sender
from .trust_remedies import (
    GUIDE_SECTION,
    add_statement,
    apply_it,
    change,
    closest,
    is_only_for_datadog,
    statements_of,
    with_element,
)

MOST_ACTIONS = 3


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    if (inapplicable := without_role(facts)) is not None:
        return inapplicable
    read = readings(facts, sender(facts, expected))
    if not read:
        return NotApplicable('no statement of the trust policy is meant for Datadog')
    best = read[0]
    evidence = f'{best.name} of the trust policy allows {_actions(best)}'
    return Passed(evidence) if best.action else Failed(f'{evidence}, which does not include {ASSUME_ROLE}')


def _actions(reading: Reading) -> str:
    allowed, besides = reading.statement.actions, reading.statement.not_actions
    named = [_shown(action) for action in (besides or allowed)[:MOST_ACTIONS]]
    more = len(besides or allowed) - MOST_ACTIONS
    words = ', '.join([*named, *([f'{more} more'] if more > 0 else [])]) or 'no action'
    return f'everything but {words}' if besides else words


def _shown(action: str) -> str:
    """In quotes where white space around it would not be seen."""
    return repr(one_line(action, SHORT)) if action != action.strip() else one_line(action, SHORT)


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    ways = (_allow(facts, expected),)
    return Remedy(f'Allow {ASSUME_ROLE} to Datadog', ways, apply_it(facts, expected, ways))


def _allow(facts: Facts, expected: Expectations) -> Choice:
    """In the statement that is there, unless that would admit others too, or Datadog without an external id."""
    meant = closest(facts, expected)
    if meant is None or meant.statement.not_actions or not _is_safe(meant, sender(facts, expected)):
        return add_statement(facts, expected)
    position = position_of(meant.statement, statements_of(facts))
    actions = (f"[Statement[{position}].Action, '{ASSUME_ROLE}'][]",)
    text = f'Add {ASSUME_ROLE} to the actions of statement {position + 1}'
    return change(facts, expected, text, with_element(position, 'Action', actions))


def _is_safe(meant: Reading, to: Sender) -> bool:
    return demands_external_id(meant.statement) is True and is_only_for_datadog(meant.statement, to)


TRUST_POLICY_ACTION_MISSING = Diagnosis(
    id='trust-policy-action-missing',
    title='The trust policy does not allow sts:AssumeRole',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Looks for sts:AssumeRole, or a wildcard that includes it, in the statement of the trust policy that is meant '
        'for Datadog. sts:AssumeRoleWithWebIdentity and sts:TagSession are different actions.'
    ),
    harm='Without sts:AssumeRole, Datadog cannot assume the role and collects nothing from this account.',
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
