"""Samples of CloudWatch, from which a test's server computes what GetMetricData and ListMetrics answer.

From AWS's documentation: a call takes 500 queries; a period begins at a multiple of its length since the epoch and its
time is its start; StartTime is inclusive and rounded down to the minute, EndTime exclusive; a page has a part of the
values of each metric, PartialData until its last one. Assumed: how a percentile lies between two samples (on a line).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Any


class Refused(Exception):
    """ValidationError, with its message."""


@dataclass
class Sampled:
    """One metric with its dimensions."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    samples: Mapping[int, Sequence[float]]
    """What was reported in the minute that begins then, in seconds since the epoch."""
    region: str = 'us-east-1'

    def is_asked(self, region: str, metric: Mapping[str, Any]) -> bool:
        pairs = {d['Name']: d['Value'] for d in metric.get('Dimensions', ())}
        named = (metric['Namespace'], metric['MetricName'])
        return region == self.region and named == (self.namespace, self.metric) and pairs == self.dimensions

    def is_listed(self, region: str, asked: Mapping[str, Any]) -> bool:
        named = asked.get('Namespace', self.namespace), asked.get('MetricName', self.metric)
        fits = all(
            d['Name'] in self.dimensions and d.get('Value', self.dimensions[d['Name']]) == self.dimensions[d['Name']]
            for d in asked.get('Dimensions', ())
        )
        return region == self.region and named == (self.namespace, self.metric) and fits

    @property
    def entry(self) -> dict[str, Any]:
        pairs = [{'Name': name, 'Value': value} for name, value in self.dimensions.items()]
        return {'Namespace': self.namespace, 'MetricName': self.metric, 'Dimensions': pairs}


@dataclass
class MetricData:
    """What it answers with; a test changes it."""

    sampled: list[Sampled] = field(default_factory=list)
    points_of_a_page: int = 100_800
    """Of each metric."""
    metrics_of_a_page: int = 500
    partial: set[str] = field(default_factory=set)
    """Metrics that stay PartialData."""
    failing: set[str] = field(default_factory=set)
    """Metrics with InternalError."""

    def listed(self, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        first = int(asked.get('NextToken', 0))
        found = [s.entry for s in self.sampled if s.is_listed(region, asked)]
        last = first + self.metrics_of_a_page
        return {'Metrics': found[first:last], **({'NextToken': str(last)} if last < len(found) else {})}

    def data(self, region: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Refused."""
        queries = asked['MetricDataQueries']
        if len(queries) > 500:
            raise Refused('The collection MetricDataQueries must not have a size greater than 500.')
        first = int(asked.get('NextToken', 0))
        last = first + self.points_of_a_page
        found = [self._values(region, query, asked) for query in queries]
        more = any(len(points) > last for points in found)
        results = [self._result(q, points, first, last) for q, points in zip(queries, found, strict=True)]
        return {'MetricDataResults': results, 'Messages': [], **({'NextToken': str(last)} if more else {})}

    def _result(self, query: Any, points: list[tuple[int, float]], first: int, last: int) -> dict[str, Any]:
        name, page = query['MetricStat']['Metric']['MetricName'], points[first:last]
        status = 'PartialData' if len(points) > last or name in self.partial else 'Complete'
        if name in self.failing:
            status, page = 'InternalError', []
        return {
            'Id': query['Id'],
            'Label': name,
            'Timestamps': [time for time, _ in page],
            'Values': [value for _, value in page],
            'StatusCode': status,
        }

    def _values(self, region: str, query: Any, asked: Mapping[str, Any]) -> list[tuple[int, float]]:
        stat = query['MetricStat']
        if stat['Period'] % 60:
            raise Refused('The parameter Period must be a multiple of 60.')
        found = [s for s in self.sampled if s.is_asked(region, stat['Metric'])]
        start, end = floor(asked['StartTime'] / 60) * 60, asked['EndTime']
        points = list(_periods(found[0].samples, stat, start, end)) if found else []
        return points if asked.get('ScanBy') == 'TimestampAscending' else points[::-1]


def _periods(
    samples: Mapping[int, Sequence[float]], stat: Mapping[str, Any], start: float, end: float
) -> Iterator[tuple[int, float]]:
    binned: dict[int, list[float]] = {}
    for time, values in samples.items():
        binned.setdefault(time - time % stat['Period'], []).extend(values)
    for time in sorted(binned):
        if start <= time < end and binned[time]:
            yield time, statistic(stat['Stat'], sorted(binned[time]))


def statistic(name: str, values: Sequence[float]) -> float:
    """Of sorted values. Raises Refused."""
    simple = {
        'Sum': sum(values),
        'Average': sum(values) / len(values),
        'Minimum': values[0],
        'Maximum': values[-1],
        'SampleCount': len(values),
    }
    percentile = re.fullmatch(r'p(\d{1,2}(\.\d{1,10})?|100)', name)
    if name in simple:
        return float(simple[name])
    if percentile is None:
        raise Refused(f'The value {name} for parameter Stat is not supported.')
    place = float(percentile[1]) / 100 * (len(values) - 1)
    below = floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])
