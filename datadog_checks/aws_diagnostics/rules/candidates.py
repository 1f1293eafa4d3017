"""What each documented difference between CloudWatch and Datadog predicts that Datadog shows."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise

from ..facts.both_sides import BothSides, Scope
from ..facts.metrics import AVERAGE, MAXIMUM, MINIMUM, SAMPLE_COUNT, SUM, PerSecond, Points
from ..text import counted
from .agreement import LEAST_POINTS, Values, agree

FIVE_MINUTES = 300
MOST_SHIFTED = 15
"""Minutes, in both directions. What is later than a poll and its queue is not a shift."""
SOME = 20
"""Values that are looked at before all are."""
AGGREGATORS: Mapping[str, Callable[[Sequence[float]], float]] = {
    'avg': lambda values: sum(values) / len(values),
    'max': max,
    'min': min,
    'sum': sum,
}
OF_STATISTIC = {AVERAGE: 'avg', MAXIMUM: 'max', MINIMUM: 'min', SUM: 'sum', SAMPLE_COUNT: 'sum'}
"""Datadog's aggregator that means the same over several series; a percentile has none, max is its bound."""


class Kind(StrEnum):
    PLAIN = 'plain'
    FIVE_MINUTES = 'five minutes'
    COARSE = 'coarse'
    DIMENSIONS = 'dimensions'
    SCOPE = 'scope'
    DOUBLED = 'doubled'


COST = {Kind.PLAIN: 0, Kind.FIVE_MINUTES: 1, Kind.COARSE: 2, Kind.DIMENSIONS: 4, Kind.SCOPE: 5, Kind.DOUBLED: 6}
OTHER_FACTOR, OTHER_STATISTIC, SHIFT = 1, 2, 10
"""How much more each has to be than what is expected. Of two that explain the values alike the simpler one counts."""
OF_SEVERAL = 5
"""Beside OTHER_STATISTIC, where the scope has several series: that they were combined is seen, and a sum over the two
zones of a load balancer is also the sum over the reports of its two nodes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    kind: Kind
    predicted: Values
    """What Datadog would show, at Datadog's times."""
    reference: Values
    """The value of CloudWatch that belongs to it, at the same times."""
    observed: Values
    """What Datadog shows."""
    statistic: str
    factor: float | None
    """CloudWatch's value is so many times the observed one; None where that differs from point to point."""
    cost: int
    words: str
    """What is claimed, as 'Datadog is Sum / 60'."""
    shift: int = 0
    """Minutes that Datadog is later."""
    aggregator: str = ''
    """Of a query that shows CloudWatch's value, where it is another one."""
    tags: tuple[str, ...] = ()
    """That such a query needs beside the scope: '!key:*' for one that must be absent, '-key:value' to leave one out."""

    @property
    def claim(self) -> tuple[object, ...]:
        """Candidates with the same claim differ in the statistic only, or in how it is explained."""
        return (self.kind, None if self.kind is Kind.DIMENSIONS else self.factor, self.shift)


def combined(scopes: Sequence[Scope], aggregator: str, period: int = 60) -> Values:
    """As Datadog combines several series, at the starts of the intervals that its times are in."""
    values: dict[int, list[float]] = {}
    for scope in scopes:
        for time, value in scope.points:
            values.setdefault(time - time % period, []).append(value)
    return {time: AGGREGATORS[aggregator](each) for time, each in values.items()}


def expected(sides: BothSides) -> Values:
    """CloudWatch's values of the statistic that is expected, else of the first that there is."""
    if sides.statistic:
        return dict(sides.cloudwatch.get(sides.statistic, ()) or sides.coarse.get(sides.statistic, ()))
    return next((dict(points) for points in sides.cloudwatch.values() if points), {})


def of_one_series(sides: BothSides, observed: Values) -> Iterator[Candidate]:
    """Those that compare the series of the asked dimensions with what Datadog shows, minute by minute."""
    on_grid = sides.period == 60 and _phase(expected(sides)) is not None
    if not on_grid:
        yield from _plain(sides, observed)
    of_five = _phase(observed) is not None or _repeating(observed)
    if sides.period == 60 and (on_grid or (of_five and not sides.coarse)):
        yield from _five_minutes(sides, sides.cloudwatch, observed, Kind.FIVE_MINUTES)
    if sides.coarse:
        yield from _five_minutes(sides, sides.coarse, observed, Kind.COARSE)


def shifted(sides: BothSides, observed: Values) -> Iterator[Candidate]:
    times = sorted(observed)
    if sum(observed[a] != observed[b] for a, b in pairwise(times)) < LEAST_POINTS:
        return  # nothing that happens shows when it happens
    for plain in _plain(sides, observed):
        for minutes in range(-MOST_SHIFTED, MOST_SHIFTED + 1):
            if minutes and minutes * 60 % sides.period == 0 and _promising(plain, minutes * 60):
                yield _later(plain, minutes)


def _promising(plain: Candidate, by: int) -> bool:
    """Whether half of some values agree: of hundreds of shifts nearly all end here, before anything is copied."""
    some = sorted(plain.observed)[:: max(1, len(plain.observed) // SOME)]
    both = [(plain.predicted[t - by], plain.observed[t]) for t in some if t - by in plain.predicted]
    return bool(both) and 2 * sum(agree(p, o) for p, o in both) >= len(both)


def _later(plain: Candidate, minutes: int) -> Candidate:
    by = minutes * 60
    return replace(
        plain,
        predicted={t + by: v for t, v in plain.predicted.items()},
        reference={t + by: v for t, v in plain.reference.items()},
        shift=minutes,
        cost=plain.cost + SHIFT,
        words=f'{plain.words}, {counted(abs(minutes), "minute")} {"later" if minutes > 0 else "earlier"}',
    )


def _plain(sides: BothSides, observed: Values) -> Iterator[Candidate]:
    for statistic, points in sides.cloudwatch.items():
        for factor in dict.fromkeys((1, 60, sides.period)):
            yield scaled(sides, Kind.PLAIN, statistic, factor, dict(points), observed)


def scaled(sides: BothSides, kind: Kind, statistic: str, factor: int, reference: Values, observed: Values) -> Candidate:
    """That Datadog shows one statistic divided by a factor."""
    usual = 60 if sides.per_second is PerSecond.YES else 1
    cost = COST[kind] + OTHER_FACTOR * (factor != usual)
    if sides.statistic and statistic != sides.statistic:
        cost += OTHER_STATISTIC + OF_SEVERAL * (len(sides.datadog) > 1)
    predicted = {time: value / factor for time, value in reference.items()}
    divided = f' / {factor}' if factor != 1 else ''
    return Candidate(kind, predicted, reference, observed, statistic, factor, cost, f'Datadog is {statistic}{divided}')


def _five_minutes(
    sides: BothSides, cloudwatch: Mapping[str, Points], observed: Values, kind: Kind
) -> Iterator[Candidate]:
    """Datadog has a value of five minutes once, or repeats it in each minute."""
    counts = dict(cloudwatch.get(SAMPLE_COUNT, ()))
    for statistic, points in cloudwatch.items():
        phase = _phase(dict(points)) or 0
        held = _of_five_minutes(statistic, dict(points), counts, phase)
        reference = {t: held[b] for t in observed if (b := t - (t - phase) % FIVE_MINUTES) in held}
        for factor in (1, 60, FIVE_MINUTES, 5):
            found = scaled(sides, kind, statistic, factor, reference, observed)
            yield replace(found, words=f'{found.words} of five minutes')


def _of_five_minutes(statistic: str, points: Values, counts: Values, phase: int) -> Values:
    """As CloudWatch computes a Period of 300 s from the minutes."""
    bins: dict[int, float] = {}
    for start, group in groupby(sorted(points), key=lambda t: t - (t - phase) % FIVE_MINUTES):
        times = list(group)
        values = [points[t] for t in times]
        if statistic == AVERAGE:
            weights = [counts.get(t, 1.0) for t in times]
            total = sum(weights)
            bins[start] = sum(v * w for v, w in zip(values, weights, strict=True)) / total if total else 0.0
        elif statistic in OF_STATISTIC:
            bins[start] = AGGREGATORS[OF_STATISTIC[statistic]](values)
        elif len(values) == 1:  # a percentile of five minutes is none of its minutes'
            bins[start] = values[0]
    return bins


def _phase(values: Values) -> int | None:
    """Where in five minutes nearly all values are; None where they are not in the same minute of each."""
    if len(values) < 3:
        return None
    phase, count = Counter(time % FIVE_MINUTES for time in values).most_common(1)[0]
    return phase if count >= 0.9 * len(values) else None


def _repeating(values: Values) -> bool:
    """Whether four of five values are the one before."""
    times = sorted(values)
    same = sum(values[a] == values[b] for a, b in pairwise(times))
    return same >= 0.7 * len(times)
