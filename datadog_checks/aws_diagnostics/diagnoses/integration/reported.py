"""What Datadog reports, held against what this check sees: a Passed that it contradicts becomes Unknown, with both."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from ...expectations import Expectations
from ...facts import Facts, MissingFact, Unobserved, observed
from ...facts.account import ReportedError, Role
from ...findings import Diagnosis, Failed, Passed, Unknown, Verdict
from ...rules.datadog_role import ERRORS_STAY
from ...rules.policy_language import covers
from ...text import LONGEST_NAME, ago, clean, listed
from .permissions import requirement
from .trust import ASSUME_ROLE

Against = Callable[[Facts], Sequence[ReportedError]]
RECENT = ERRORS_STAY
ROLE_SIDE = (
    'trust-policy-wrong-principal',
    'trust-policy-action-missing',
    'trust-policy-explicit-deny',
    'trust-policy-external-id',
    'trust-policy-extra-conditions',
    'integration-role-unused',
)
"""Together they say that Datadog can assume the role."""
PERMISSIONS = ('integration-permissions-denied', 'integration-permissions-missing')
"""Together they say that the role may do what Datadog requires."""
EXPLAINING = ('integration-not-registered', 'integration-role-missing', 'permissions-boundary-present')


def recent(facts: Facts) -> tuple[ReportedError, ...]:
    """Those of the last hours that were seen after the last known change of the role. Raises MissingFact."""
    changed = changed_at(facts)
    errors = observed(facts.of_account.errors)
    return tuple(e for e in errors if e.age is not None and e.age <= RECENT and facts.observed_at - e.age > changed)


def changed_at(facts: Facts) -> float:
    """0 where that is not known."""
    role = facts.of_account.role
    return max(role.created_at, role.changed_at or 0.0) if isinstance(role, Role) else 0.0


def described(errors: Sequence[ReportedError]) -> str:
    """Like 'cloudwatch:ListMetrics in every region (14 minutes ago), sts:AssumeRole in eu-west-1 (2 hours ago)'."""
    return listed(map(_described, errors), longest=LONGEST_NAME)


def _described(error: ReportedError) -> str:
    where = 'in every region' if error.every_region else f'in {listed(error.regions)}' if error.regions else ''
    when = f'({ago(error.age)})' if error.age is not None else ''
    return ' '.join(filter(None, (clean(error.action) or f"'{clean(error.text)}'", where, when)))


def refuses_the_role(error: ReportedError) -> bool:
    """In some regions only, it contradicts nothing: the organization, a condition on the region or no opt-in may do
    that."""
    return error.action == ASSUME_ROLE and not error.regions


def heeding(diagnoses: Sequence[Diagnosis]) -> tuple[Diagnosis, ...]:
    """The same, but what Datadog's errors contradict is Unknown, unless one of its group or a cause fails."""
    groups = ((ROLE_SIDE, _against_the_role), (PERMISSIONS, _against_the_permissions))
    changed = {}
    for ids, against in groups:
        explaining = [d for d in diagnoses if d.id in (*ids, *EXPLAINING)]
        for d in diagnoses:
            if d.id in ids:
                changed[d.id] = replace(d, judge=partial(_judge, d, explaining, against))
    return tuple(changed.get(d.id, d) for d in diagnoses)


def _judge(
    diagnosis: Diagnosis, explaining: Sequence[Diagnosis], against: Against, facts: Facts, expected: Expectations
) -> Verdict:
    verdict = diagnosis.judge(facts, expected)
    if not isinstance(verdict, Passed) or isinstance(facts.of_account.errors, Unobserved):
        return verdict
    contrary = against(facts)
    if not contrary or any(_fails(d, facts, expected) for d in explaining):
        return verdict
    return Unknown(f'{verdict.evidence}; but Datadog reports {described(contrary)}')


def _fails(diagnosis: Diagnosis, facts: Facts, expected: Expectations) -> bool:
    try:
        return isinstance(diagnosis.judge(facts, expected), Failed)
    except MissingFact:
        return False


def _against_the_role(facts: Facts) -> list[ReportedError]:
    return [error for error in recent(facts) if refuses_the_role(error)]


def _against_the_permissions(facts: Facts) -> list[ReportedError]:
    """Errors about what the list requires: of anything else this check has said nothing."""
    try:
        required = requirement(facts.of_account).actions
    except MissingFact:
        return []
    others = (error for error in recent(facts) if error.action and error.action != ASSUME_ROLE)
    return [error for error in others if _is_required(error.action, required)]


def _is_required(action: str, required: Iterable[str]) -> bool:
    return any(covers(entry, action) for entry in required)
