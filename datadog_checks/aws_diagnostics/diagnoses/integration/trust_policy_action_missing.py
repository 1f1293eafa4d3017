"""The statement that is meant for Datadog does not allow sts:AssumeRole."""

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Verdict
from ...remedies import Remedy
from ..imds.evidence import shown
from .staleness import says_when_stale
from .trust import ASSUME_ROLE, Reading, nothing_to_trust, readings, sender
from .trust_remedies import GUIDE_SECTION, correct_the_trust_policy

MOST_ACTIONS = 3


@says_when_stale
def judge(facts: Facts, expected: Expectations) -> Verdict:
    inapplicable = nothing_to_trust(facts)
    if inapplicable:
        return inapplicable
    read = readings(facts, sender(facts, expected))
    if not read:
        return NotApplicable('no statement of the trust policy is meant for Datadog')
    closest = read[0]
    evidence = f'{closest.name} of the trust policy allows {_actions(closest)}'
    return Passed(evidence) if closest.action else Failed(f'{evidence}, which does not include {ASSUME_ROLE}')


def _actions(reading: Reading) -> str:
    allowed, besides = reading.statement.actions, reading.statement.not_actions
    named = [shown(action) for action in (besides or allowed)[:MOST_ACTIONS]]
    more = len(besides or allowed) - MOST_ACTIONS
    words = ', '.join([*named, *([f'{more} more'] if more > 0 else [])]) or 'no action'
    return f'everything but {words}' if besides else words


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return Remedy(f'Allow {ASSUME_ROLE} to Datadog', correct_the_trust_policy(facts, expected))


TRUST_POLICY_ACTION_MISSING = Diagnosis(
    id='trust-policy-action-missing',
    title='The trust policy does not allow sts:AssumeRole',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.CRITICAL,
    tests=(
        'Looks for sts:AssumeRole, or a wildcard that includes it, among the actions of the statement that is '
        'meant for Datadog. sts:AssumeRoleWithWebIdentity and sts:TagSession are other actions.'
    ),
    harm='Without sts:AssumeRole Datadog cannot assume the role, and nothing is collected from this account.',
    docs=GUIDE_SECTION,
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing',),
)
