"""A watched metric was counted twice: by a metric stream and by polling.

When a stream starts, both deliver for some minutes, until Datadog stops polling what the stream carries. Claimed only
where one part of the time has twice CloudWatch's sum, another part exactly it, and a stream carries the metric. Twice
the sum all the time, or now and then, has other causes, like a scope with two sets of dimensions.
"""

from typing import NamedTuple

from ...expectations import Expectations
from ...facts import Facts
from ...facts.account import Feature
from ...facts.account.lag import MetricLag
from ...facts.observed import Unobserved
from ...findings import Diagnosis, NotApplicable, Scope, Status, Verdict
from ...remedies import Remedy, Step, Variable, shell
from ...rules.lag import STREAMED, counts_events
from ...text import clock, counted, listed
from .lags import Outcomes, again, known_lags, named, watched_lags, why_not

ID = 'metric-collected-twice'
LEAST_DOUBLED, LEAST_EQUAL = 5, 5
"""Minutes with values that are no accident."""
TOLERANCE = 0.01
STRAY = 5
"""For each so many doubled minutes, one may have another value: both ends of an overlap are within a minute."""
SETTLED_AFTER = 900
"""Seconds, until the values of CloudWatch do not change any more."""
NOT_COMPARABLE = NotApplicable(
    'no metric that counts events is in watched_metrics: only these show that they are doubled'
)


class Compared(NamedTuple):
    """Starts of the minutes in which CloudWatch has a sum above zero, by what Datadog has for it."""

    equal: tuple[int, ...]
    doubled: tuple[int, ...]
    other: tuple[int, ...]
    absent: int
    """Such minutes for which Datadog has nothing, between others."""

    @property
    def between(self) -> int:
        """Equal minutes between the first and the last doubled one: an overlap has none."""
        return sum(self.doubled[0] < start < self.doubled[-1] for start in self.equal) if self.doubled else 0


def judge(facts: Facts, expected: Expectations) -> Verdict:
    lags = [lag for lag in watched_lags(facts) if counts_events(lag.watched.name)]
    if not lags:
        return NOT_COMPARABLE
    return Outcomes.of(lags, _add).verdict()


def _add(outcomes: Outcomes, lag: MetricLag) -> None:
    metric, carried = named(lag.watched), lag.carried_by
    if isinstance(carried, tuple) and not carried:
        outcomes.right.append(f'{metric}: no running metric stream carries it')
        return
    missing = why_not(carried, lag.cloudwatch, lag.datadog)
    found = _compared(lag)
    if missing or found is None:
        outcomes.open.append(f'{metric}: {missing}')
    elif found.absent > (len(found.equal) + len(found.doubled) + len(found.other)) // STRAY:
        outcomes.open.append(f"{metric}: Datadog's values are of longer intervals, or have gaps")
    elif not found.equal and not found.doubled:
        outcomes.quiet.append(f'{metric}: no recent values to compare')
    elif len(found.doubled) < LEAST_DOUBLED:
        outcomes.right.append(f"{metric}: Datadog's values are not twice CloudWatch's")
    elif len(found.equal) < LEAST_EQUAL or len(found.other) > len(found.doubled) // STRAY:
        outcomes.open.append(
            f"{metric}: {counted(len(found.doubled), 'minute')} with twice CloudWatch's sum, "
            f'{counted(len(found.equal), "minute")} with it, {len(found.other)} with another value, which has other '
            'causes'
        )
    elif found.between > len(found.doubled) // STRAY:
        outcomes.open.append(
            f"{metric}: {counted(len(found.doubled), 'minute')} with twice CloudWatch's sum, and {found.between} with "
            'exactly it between them, which has other causes'
        )
    else:
        outcomes.wrong.append(_told(metric, found, lag))


def _told(metric: str, found: Compared, lag: MetricLag) -> str:
    first, last = clock(found.doubled[0]), clock(found.doubled[-1])
    streams = listed(lag.carried_by) if isinstance(lag.carried_by, tuple) else ''
    return (
        f"{metric}: twice CloudWatch's sum in {counted(len(found.doubled), 'minute')} from {first} to {last} UTC, and "
        f'exactly it in {counted(len(found.equal), "other minute")}; the metric stream {streams} carries it too'
    )


def _compared(lag: MetricLag) -> Compared | None:
    """None where a side is not known or its intervals are not the same."""
    ours, theirs = lag.cloudwatch, lag.datadog
    if isinstance(ours, Unobserved) or isinstance(theirs, Unobserved):
        return None
    in_datadog, until = dict(theirs.points), (ours.newest or 0) - SETTLED_AFTER
    settled = [(start, value) for start, value in ours.points if value > 0 and start <= until]
    both = [(start, value, in_datadog[start]) for start, value in settled if start in in_datadog]
    return Compared(
        tuple(start for start, one, other in both if _is(other, one)),
        tuple(start for start, one, other in both if _is(other, 2 * one)),
        tuple(start for start, one, other in both if not _is(other, one) and not _is(other, 2 * one)),
        sum(start not in in_datadog for start, _ in settled if both and both[0][0] < start < both[-1][0]),
    )


def _is(value: float, wanted: float) -> bool:
    return abs(value - wanted) <= TOLERANCE * wanted


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    region = next((lag.watched.region for lag in known_lags(facts)), None) or Variable('AWS_REGION')
    return Remedy(
        'Change nothing while a stream has just started: Datadog stops polling what it carries by itself',
        then=(
            Step('Ignore the doubled minutes in graphs and monitors: they are not corrected later'),
            Step(
                'See which metric streams run, since when, and that only one of them ends at Datadog',
                (shell('aws', 'cloudwatch', 'list-metric-streams', '--region', region),),
            ),
            again(expected, 'Run the check again in an hour; if new values are still doubled, ask Datadog Support'),
        ),
    )


METRIC_COLLECTED_TWICE = Diagnosis(
    id=ID,
    title='A watched metric was counted twice, by a metric stream and by polling',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        "Compares Datadog's values of `watched_metrics` that count events with CloudWatch's sums, minute by minute, "
        'where a running metric stream carries them. Twice the sum in one part of the last three hours, and exactly it '
        'in another, is an overlap of stream and polling; anything else is UNKNOWN.'
    ),
    harm='Sums are doubled in these minutes. The overlap ends by itself; a change of the configuration can prolong it.',
    docs=STREAMED.source,
    judge=judge,
    remedy=remedy,
)
