"""What Datadog's API answers about metrics, from series that a test gives it.

From Datadog's documentation (docs.datadoghq.com/metrics/): the forms of a query; tags of a scope are ANDed; points are
first aggregated over time for each source, in bins that begin at multiples of the interval since the epoch, then over
sources; a gauge is averaged over time by default; a rate is stored as one for each second; `.as_count()` sums, and
multiplies a rate by its interval; `.as_rate()` of a count divides the sum by the interval, except where no aggregation
over time happens; a gauge of several sources is interpolated, up to five minutes after a sample, unless `.fill` or a
modifier says otherwise. Assumed: a count without modifier is summed over time; only bins with a value are in an answer,
and all bins with `.fill`; what is interpolated is the line between two samples, or the last one; a query without values
gives no series.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

AGGREGATIONS: Mapping[str, Any] = {'avg': mean, 'sum': sum, 'min': min, 'max': max, 'count': len}
FORM = re.compile(
    r'(?P<space>avg|sum|min|max):(?P<metric>[A-Za-z][A-Za-z0-9_.]*)\{(?P<scope>[^{}]*)\}'
    r'( +by +\{(?P<by>[^{}]*)\})?(?P<functions>(\.[a-z_]+\([^()]*\))*)'
)
INTERPOLATED = 300
"""Seconds."""
Bins = dict[int, float]


class NoQuery(Exception):
    """Datadog cannot parse it."""


@dataclass
class Stored:
    """One source of a metric: its points, as (seconds since the epoch, value)."""

    metric: str
    tags: Sequence[str]
    points: Sequence[tuple[int, float]]
    type: str = 'gauge'
    """Or 'count', or 'rate' with values for each second."""
    interval: int = 60

    def has(self, scope: str) -> bool:
        wanted = [tag.strip() for tag in re.split(r',| AND ', scope) if tag.strip() not in ('', '*')]
        return all(self._has(tag.removeprefix('!')) != tag.startswith('!') for tag in wanted)

    def _has(self, tag: str) -> bool:
        pattern = re.escape(tag).replace(r'\*', '.*')
        return any(re.fullmatch(pattern, own) for own in self.tags)

    def value_of(self, key: str) -> str | None:
        return next((tag for tag in self.tags if tag.partition(':')[0] == key), None)


@dataclass
class MetricStore:
    """What Datadog has; a test changes it."""

    stored: list[Stored] = field(default_factory=list)
    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of metrics that have more to say than their type."""
    dropped: dict[str, Sequence[str]] = field(default_factory=dict)
    """Tags that are ingested and not indexed."""
    queried: set[str] = field(default_factory=set)
    """Metrics that somebody queried."""
    monitors: list[dict[str, Any]] = field(default_factory=list)
    namespaces: Sequence[str] = ('AWS/EC2', 'AWS/ELB')
    preview: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Namespaces of metric_name_filter_preview, by configuration."""
    least_interval: int = 0
    """Seconds; Datadog takes no shorter one for this query."""
    unordered: bool = False

    def evaluated(
        self, text: str, start: int, end: int, interval: int
    ) -> tuple[list[int], dict[tuple[str, ...], Bins]]:
        """Times, and the values of each group. Raises NoQuery."""
        query = Query(text, max(interval, self.least_interval))
        sources = [s for s in self.stored if s.metric == query.metric and s.has(query.scope)]
        groups: dict[tuple[str, ...], list[Stored]] = {}
        for source in sources:
            tags = tuple(source.value_of(key) or f'{key}:N/A' for key in query.by)
            groups.setdefault(tags, []).append(source)
        self.queried.add(query.metric)
        found = {tags: query.aggregated(group, start, end) for tags, group in groups.items()}
        found = {tags: bins for tags, bins in found.items() if bins}
        times = sorted({time for bins in found.values() for time in bins})
        if 'fill' in query.functions and found:
            times = list(query.grid(start, end))
        return (times[::-1] if self.unordered else times), found


class Query:
    def __init__(self, text: str, interval: int) -> None:
        form = FORM.fullmatch(text.strip())
        if form is None:
            raise NoQuery(text)
        self.metric, self.scope, self.space = form['metric'], form['scope'], AGGREGATIONS[form['space']]
        self.by = [key.strip() for key in (form['by'] or '').split(',') if key.strip()]
        called = re.findall(r'\.([a-z_]+)\(([^()]*)\)', form['functions'])
        self.functions = {name: [a.strip() for a in arguments.split(',') if a.strip()] for name, arguments in called}
        rollup = self.functions.get('rollup', [])
        self.interval = max(interval, int(rollup[1])) if len(rollup) > 1 else interval
        self._time = rollup[0] if rollup else ''
        if set(self.functions) - {'fill', 'as_count', 'as_rate', 'rollup'} or self._time not in {'', *AGGREGATIONS}:
            raise NoQuery(text)

    def grid(self, start: int, end: int) -> range:
        return range(start - start % self.interval, end, self.interval)

    def aggregated(self, sources: Sequence[Stored], start: int, end: int) -> Bins:
        over_time = [self._over_time(source, start, end) for source in sources]
        if len(sources) > 1 and self._interpolates(sources[0]):
            over_time = [self._interpolated(bins, end) for bins in over_time]
        times = {time for bins in over_time for time in bins}
        found = {time: float(self.space([bins[time] for bins in over_time if time in bins])) for time in sorted(times)}
        filled = self.functions.get('fill', ['null'])[0]
        if filled in ('0', 'zero') and found:
            found = {time: found.get(time, 0.0) for time in self.grid(start, end)}
        return found

    def _over_time(self, source: Stored, start: int, end: int) -> Bins:
        binned: dict[int, list[float]] = {}
        counted = 'as_count' in self.functions and source.type == 'rate'
        for time, value in source.points:
            if start <= time < end:
                first = time - time % self.interval
                binned.setdefault(first, []).append(value * source.interval if counted else value)
        modified = source.type != 'gauge' and bool({'as_count', 'as_rate'} & self.functions.keys())
        summed = source.type == 'count' or (modified and 'as_count' in self.functions)
        aggregate = AGGREGATIONS[self._time or ('sum' if summed else 'avg')]
        divided = source.type == 'count' and 'as_rate' in self.functions and self.interval > source.interval
        return {time: aggregate(values) / (self.interval if divided else 1) for time, values in binned.items()}

    def _interpolates(self, source: Stored) -> bool:
        modified = source.type != 'gauge' and bool({'as_count', 'as_rate'} & self.functions.keys())
        return not modified and 'fill' not in self.functions

    def _interpolated(self, bins: Bins, end: int) -> Bins:
        found = dict(bins)
        for before, after in zip(sorted(bins), [*sorted(bins)[1:], None], strict=True):
            last = min(before + INTERPOLATED, end - 1) if after is None else after - 1
            for time in range(before + self.interval, last + 1, self.interval):
                if after is None or after - before > INTERPOLATED:
                    if time - before <= INTERPOLATED:
                        found[time] = bins[before]
                else:
                    share = (time - before) / (after - before)
                    found[time] = bins[before] + share * (bins[after] - bins[before])
        return found
