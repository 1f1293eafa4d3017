"""A metric of the operator's list is missing in Datadog, and something is wrong.

No fault: a metric that AWS publishes only on events that did not happen, and one that comes later. What could not be
looked at is Unknown.
"""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Feature
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy
from ...text import clean, counted, listed
from ..links import guide
from .missing import Explained, why
from .missing.causes import Outcome
from .missing.remedies import remedy_of

MOST_NAMED = 2
LONGEST = 340
"""Characters, of all that are named together."""


def judge(facts: Facts, expected: Expectations) -> Verdict:
    found = explained(facts, expected)
    if not found:
        return NotApplicable('watched_metrics names no metric')
    wrong = _wrong(found)
    if wrong:
        return Failed(f'{len(wrong)} of {counted(len(found), "watched metric")} missing: {_named(wrong)}')
    unseen = [each.question.metric.in_datadog for each in found]
    reasons = [series.reason for series in unseen if isinstance(series, Unobserved)]
    if reasons:
        return Unknown(clean(reasons[0], LONGEST))
    open_ = [each for each in found if each.outcome is Outcome.UNKNOWN]
    if open_:
        return Unknown(_named(open_))
    there = sum(each.outcome is Outcome.PRESENT for each in found)
    others = [each for each in found if each.outcome is not Outcome.PRESENT]
    rest = f'; nothing is wrong with {_named(others)}' if others else ''
    return Passed(f'Datadog has {there} of {counted(len(found), "watched metric")}{rest}')


def explained(facts: Facts, expected: Expectations) -> tuple[Explained, ...]:
    """Of the watched metrics, in the order of the list. Raises MissingFact."""
    return tuple(why(facts, expected, metric) for metric in observed(facts.of_account.watched))


def _wrong(found: Sequence[Explained]) -> list[Explained]:
    """Certainly not in Datadog: where it was not asked, a fault need not be one of this metric."""
    asked = (each for each in found if not isinstance(each.question.metric.in_datadog, Unobserved))
    return [each for each in asked if each.outcome.is_fault]


def _named(found: Sequence[Explained]) -> str:
    entries = (f'{each.question.shown} ({each.cause}): {each.evidence}' for each in found)
    return listed(entries, MOST_NAMED, LONGEST // min(len(found), MOST_NAMED))


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    """Of the first one that is missing."""
    wrong = _wrong(explained(facts, expected))
    of_it = remedy_of(wrong[0]) if wrong else None
    return of_it or Remedy(
        'Apply the fix that `aws-diagnostics metrics why` prints for each metric',
        (Choice('If the metric is not supposed to exist, remove it from watched_metrics'),),
    )


METRIC_MISSING = Diagnosis(
    id='metric-missing',
    title='A watched metric is missing in Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        'Asks Datadog for values of each of `watched_metrics` in the last three hours. Where there are none, goes '
        "through the checklist of Datadog's guide in its order: name and tags, permissions of the role, region, "
        'configuration of the integration, whether CloudWatch has values, what has to be turned on in AWS, time, and '
        'policies of the organization.'
    ),
    harm='Monitors and dashboards that use the metric show nothing, and nobody is alerted.',
    docs=guide('missing-metrics'),
    judge=judge,
    remedy=remedy,
)
