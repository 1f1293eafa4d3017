"""Datadog itself says that something failed when it collected from this account."""

from collections.abc import Iterable, Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Feature, ReportedError
from ...facts.values import RegionName
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy, Step
from ...rules.policy_language import service_of
from ...rules.regions import needs_opt_in
from ...text import ago, counted, listed
from ..account_remedies import own_command, run_again
from ..links import guide
from .datadog_tables import CORE
from .permissions import compare
from .region_conditions import Refusal, refusals
from .reported import PERMISSIONS, RECENT, ROLE_SIDE, changed_at, described, recent, refuses_the_role
from .trust import ASSUME_ROLE

HOURS = int(RECENT / 3600)
MOST_REGIONS, MOST_STATEMENTS = 12, 1


def judge(facts: Facts, expected: Expectations) -> Verdict:
    errors = observed(facts.of_account.errors)
    if not errors:
        return Passed('Datadog reports no error for this account')
    undated = [error for error in errors if error.age is None]
    fresh = recent(facts)
    if fresh:
        what = f'Datadog reports {counted(len(fresh), "error")}: {described(fresh)}'
        refusing = refusals(facts, expected, _some_regions(fresh))
        return Failed('; '.join((what, *map(str, refusing[:MOST_STATEMENTS]))), _severity(fresh))
    if undated:
        return Unknown(f'Datadog reports {described(undated)}, and not when that was seen')
    last = min(error.age for error in errors if error.age is not None)
    if last > RECENT:
        return Passed(f'Datadog saw the last of {counted(len(errors), "error")} {ago(last)}: {described(errors)}')
    since = ago(facts.observed_at - changed_at(facts))
    return Unknown(f'Datadog reports {described(errors)}; the role changed since, {since}: look whether it comes again')


def _severity(errors: Iterable[ReportedError]) -> Status | None:
    """Critical where Datadog loses all metrics, all hosts or all tags."""
    lost = (e for e in errors if e.every_region and (e.action == ASSUME_ROLE or service_of(e.action) in CORE))
    return Status.CRITICAL if any(lost) else None


def can_explain(facts: Facts, cause: str) -> bool:
    """A role that cannot be assumed explains that error alone, and a missing permission only those about it."""
    errors = () if isinstance(facts.of_account.errors, Unobserved) else recent(facts)
    actions = {error.action for error in errors if error.action} - {ASSUME_ROLE}
    if cause == 'integration-permissions-missing':
        policies = facts.of_account.policies
        return isinstance(policies, tuple) and any(not entry.is_held for entry in compare(actions, policies))
    return bool(actions) if cause in BY_PERMISSIONS else any(map(refuses_the_role, errors))


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    errors = facts.of_account.errors
    seen = () if isinstance(errors, Unobserved) else errors
    steps = (
        *_assume_role(seen, facts, expected),
        *_denied_calls(seen, expected),
        run_again(expected),
    )
    return Remedy('Find what refuses the calls that Datadog names', then=steps)


def _some_regions(errors: Iterable[ReportedError]) -> list[RegionName]:
    """In which the role cannot be assumed, where that is not all."""
    refused = (error for error in errors if error.action == ASSUME_ROLE and not error.every_region)
    return sorted({region for error in refused for region in error.regions})


def _assume_role(errors: Sequence[ReportedError], facts: Facts, expected: Expectations) -> tuple[Step, ...]:
    regions = _some_regions(errors)
    if regions:
        refusing = refusals(facts, expected, regions)
        explained = {region for refusal in refusing for region in refusal.regions}
        return (
            *map(_admit, refusing),
            *_without_explanation([region for region in regions if region not in explained]),
        )
    if not any(error.action == ASSUME_ROLE for error in errors):
        return ()
    text = (
        'sts:AssumeRole is refused: compare the role name and the external ID on the AWS integration page in Datadog '
    )
    return (Step(f"{text}with the role's, and ask for resource control policies of the organization"),)


def _admit(refusal: Refusal) -> Step:
    regions = listed(refusal.regions, MOST_REGIONS)
    have = f'Have {refusal.name} of the trust policy no longer refuse {regions} ({refusal.words})'
    return Step(f'{have}, or exclude them in Datadog')


def _without_explanation(regions: Sequence[RegionName]) -> tuple[Step, ...]:
    if not regions:
        return ()
    later = listed((region for region in regions if needs_opt_in(region)), MOST_REGIONS)
    enable = f'; if the account has not enabled {later}, enable it' if later else ''
    text = 'sts:AssumeRole is refused in some regions only: exclude them in Datadog, or have the organization allow'
    return (Step(f'{text} them ({listed(regions, MOST_REGIONS)}){enable}'),)


def _denied_calls(errors: tuple[ReportedError, ...], expected: Expectations) -> tuple[Step, ...]:
    if errors and all(error.action == ASSUME_ROLE for error in errors):
        return ()
    return (
        Step('See which required permissions the role lacks', (own_command(expected, 'permissions', '--diff'),)),
        Step(
            'See which calls of the role CloudTrail recorded as denied, and by which kind of policy',
            (own_command(expected, 'permissions', '--denied-since', '24h'),),
        ),
    )


BY_PERMISSIONS = (*PERMISSIONS, 'permissions-boundary-present')

DATADOG_REPORTS_ERRORS = Diagnosis(
    id='datadog-reports-errors',
    title='Datadog reports errors for this account',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.WARNING,
    tests=(
        'Reads the errors that Datadog keeps for the account: which action was refused, in which regions, and when '
        f'that was last seen. Counts those of the last {HOURS} hours that are younger than the last known change of '
        'the role. A passing diagnosis that such an error contradicts becomes UNKNOWN, unless another one explains '
        'the error.'
    ),
    harm='What Datadog could not read is missing in Datadog. The errors are from its own list.',
    docs=guide('iam-permission-errors'),
    judge=judge,
    remedy=remedy,
    after=('integration-role-missing', *ROLE_SIDE[:-1], *BY_PERMISSIONS),
    can_explain=can_explain,
)
