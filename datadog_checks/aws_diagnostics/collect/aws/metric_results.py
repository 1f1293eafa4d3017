"""What CloudWatch takes and gives for its metrics: periods, prices, and the shapes of its answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ...facts import Unobserved
from ...facts.metric_streams import Selected, StreamContents
from ...facts.metrics import Dimensions, Points, Series, StatisticQuery
from ...rules.metric_sources import LONGEST_KEPT, period_for
from ...text import clean
from ..foreign import finite

MOST_POINTS = 100_800
"""Of one call: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html"""
MOST_DIMENSIONS = 30
"""Of one metric: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html"""
LONGEST_DIMENSION = 1024
MOST_FILTERS = 1000
"""Of a metric stream, which may name as many metrics."""
A_DAY = 86400
NOT_COMPLETE: Mapping[str, str] = {
    'PartialData': 'CloudWatch gave only a part of the values (PartialData)',
    'InternalError': 'CloudWatch failed to read the metric (InternalError)',
    'Forbidden': 'CloudWatch does not let us read the metric (Forbidden)',
}


@dataclass(frozen=True, slots=True)
class Window:
    """The whole periods within [start, end): CloudWatch counts them from the epoch."""

    period: int
    start: int
    end: int

    def __post_init__(self) -> None:
        if self.period < 60 or self.period % 60:
            raise ValueError(f'period is {self.period}, allowed is a multiple of 60 (seconds)')

    @property
    def first(self) -> int:
        return -(-self.start // self.period) * self.period

    @property
    def last(self) -> int:
        """The end of the last period, which does not belong to it."""
        return self.end // self.period * self.period

    @property
    def points(self) -> int:
        return max(self.last - self.first, 0) // self.period

    def why_not(self, now: float) -> str:
        """CloudWatch gives nothing for what it has no more, and no error either."""
        age = now - self.first
        if self.points > MOST_POINTS:
            return f'more than {MOST_POINTS} values were asked for'
        if age >= LONGEST_KEPT:
            return f'CloudWatch keeps values for {LONGEST_KEPT // A_DAY} days only'
        least = period_for(age)
        if self.period % least:
            return f'CloudWatch has only values of {least} seconds of that time, not of {self.period}'
        return ''

    def arguments(self, queries: Sequence[StatisticQuery]) -> dict[str, object]:
        """Of GetMetricData."""
        return {
            'MetricDataQueries': [_query(number, query) for number, query in enumerate(queries)],
            'StartTime': datetime.fromtimestamp(self.first, UTC),
            'EndTime': datetime.fromtimestamp(self.last, UTC),
            'ScanBy': 'TimestampAscending',
        }


class Results:
    """Of all pages of one call."""

    def __init__(self) -> None:
        self._points: dict[str, dict[int, float]] = {}
        self._status: dict[str, str] = {}

    def add(self, results: Iterable[Mapping[str, Any]]) -> None:
        """The last page of a metric says whether it is complete: those before have a part of the values."""
        for result in results:
            name = str(result.get('Id'))
            self._status[name] = str(result.get('StatusCode', 'Complete'))
            points = self._points.setdefault(name, {})
            for time, value in zip(result.get('Timestamps', ()), result.get('Values', ()), strict=False):
                number = finite(value)
                if number is not None:
                    points[int(time.timestamp())] = number

    def series(self, number: int, window: Window) -> Series | Unobserved:
        status = self._status.get(_id(number))
        if status is None:
            return Unobserved('CloudWatch did not answer for the metric')
        if status != 'Complete':
            return Unobserved(NOT_COMPLETE.get(status, f'CloudWatch gave no complete answer ({clean(status)})'))
        found = sorted(self._points[_id(number)].items())
        points: Points = tuple(point for point in found if window.first <= point[0] < window.last)
        return Series(window.period, points)


def _id(number: int) -> str:
    return f'm{number}'


def _query(number: int, query: StatisticQuery) -> dict[str, object]:
    """Without a unit: a metric that has another one would look like a metric without values."""
    metric = {
        'Namespace': query.namespace,
        'MetricName': query.metric,
        'Dimensions': pairs_of(query.dimensions),
    }
    return {'Id': _id(number), 'MetricStat': {'Metric': metric, 'Period': query.period, 'Stat': query.statistic}}


def pairs_of(dimensions: Dimensions) -> list[dict[str, str]]:
    return [{'Name': name, 'Value': value} for name, value in dimensions.items()]


def dimensions_of(metric: Mapping[str, Any]) -> Dimensions | None:
    """None where they cannot be shown as they are."""
    found = {str(d.get('Name')): str(d.get('Value')) for d in metric.get('Dimensions', ())}
    texts = [*found, *found.values()]
    good = len(found) <= MOST_DIMENSIONS and all(t.isprintable() and len(t) <= LONGEST_DIMENSION for t in texts)
    return found if good else None


def contents_of(stream: Mapping[str, Any]) -> StreamContents:
    """Of the answer of GetMetricStream."""
    extra = stream.get('StatisticsConfigurations', ())
    return StreamContents(
        _selected(stream.get('IncludeFilters', ())),
        _selected(stream.get('ExcludeFilters', ())),
        tuple(
            (clean(metric['Namespace'], 255), clean(metric['MetricName'], 255), _names(entry['AdditionalStatistics']))
            for entry in extra[:MOST_FILTERS]
            for metric in entry['IncludeMetrics'][:MOST_FILTERS]
        ),
        stream.get('IncludeLinkedAccountsMetrics') is True,
    )


def _selected(filters: Sequence[Mapping[str, Any]]) -> tuple[Selected, ...]:
    return tuple(
        Selected(clean(str(entry.get('Namespace', '')), 255), _names(entry.get('MetricNames', ())))
        for entry in filters[:MOST_FILTERS]
    )


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(clean(name, 255) for name in names[:MOST_FILTERS])
