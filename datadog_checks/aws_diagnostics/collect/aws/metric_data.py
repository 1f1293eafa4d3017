"""CloudWatch's metrics: which sets of dimensions there are, their values, and what metric streams carry.

AWS charges $0.01 for 1,000 metrics requested by cloudwatch:GetMetricData, never within a free tier.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...facts import Unobserved
from ...facts.metric_streams import MetricStream, StreamContents
from ...facts.metrics import Dimensions, DimensionSets, Series, StatisticQuery
from ...facts.values import MetricNamespace, RegionName
from ...text import clean
from ..run import CallBudget
from .denials import CallFailed
from .metric_results import MOST_POINTS, Results, Window, contents_of, dimensions_of, pairs_of
from .session import Session

MOST_QUERIES = 500
"""Of one call."""
MOST_PAGES = 20
"""Of one list."""
MOST_STREAMS = 50
RECENTLY = 'PT3H'
"""The only value that cloudwatch:ListMetrics takes."""


class CloudWatchMetrics:
    """With the session and the budget of one run. Raises CallFailed."""

    def __init__(self, session: Session, budget: CallBudget, now: Callable[[], float] = time.time) -> None:
        self._session = session
        self._budget = budget
        self._now = now
        self._streams: dict[RegionName, tuple[MetricStream, ...]] = {}
        self.metrics_requested = 0
        """By GetMetricData so far, and again for each page: what it costs at most."""

    def dimension_sets(
        self,
        namespace: MetricNamespace,
        metric: str,
        region: RegionName,
        dimensions: Dimensions | None = None,
        *,
        recently: bool = False,
    ) -> DimensionSets:
        """Those that have all of `dimensions`, and maybe more; with `recently`, only those with values in the last
        three hours. A set without values for two weeks is not listed, and a new one may be missing for 15 minutes."""
        asked: dict[str, object] = {'Namespace': namespace, 'MetricName': metric}
        if dimensions:
            asked['Dimensions'] = pairs_of(dimensions)
        if recently:
            asked['RecentlyActive'] = RECENTLY
        found, complete = self._pages('list_metrics', 'cloudwatch:ListMetrics', region, 'Metrics', asked)
        sets = [dimensions_of(entry) for entry in found]
        distinct = {frozenset(s.items()): s for s in sets if s is not None}
        return DimensionSets(tuple(distinct.values()), complete and None not in sets)

    def series(
        self, queries: Sequence[StatisticQuery], region: RegionName, start: int, end: int
    ) -> tuple[Series | Unobserved, ...]:
        """Of each query the whole periods within [start, end), in seconds since the epoch; Unobserved where CloudWatch
        does not give all of them, or no longer keeps them. A period without a value is a gap.

        Raises ValueError for a period that is no multiple of 60.
        """
        found: list[Series | Unobserved] = [Unobserved('not asked')] * len(queries)
        for period in sorted({query.period for query in queries}):
            window = Window(period, start, end)
            same = [number for number, query in enumerate(queries) if query.period == period]
            for chosen in _parts(same, window):
                answers = self._of_one_period([queries[number] for number in chosen], region, window)
                for number, answer in zip(chosen, answers, strict=True):
                    found[number] = answer
        return tuple(found)

    def streams(self, region: RegionName) -> tuple[MetricStream, ...]:
        """What a stream carries is asked only of those that run, one call each, for at most MOST_STREAMS of them; and
        of each region once."""
        if region not in self._streams:
            entries, _ = self._pages('list_metric_streams', 'cloudwatch:ListMetricStreams', region, 'Entries', {})
            self._streams[region] = tuple(self._stream(entry, region) for entry in entries[:MOST_STREAMS])
        return self._streams[region]

    def _stream(self, entry: Mapping[str, Any], region: RegionName) -> MetricStream:
        name, running = str(entry.get('Name', '')), entry.get('State') == 'running'
        contents: StreamContents | Unobserved = Unobserved('the stream does not run')
        if running:
            try:
                answer = self._ask('get_metric_stream', 'cloudwatch:GetMetricStream', region, {'Name': name})
                contents = contents_of(answer)
            except CallFailed as e:
                contents = Unobserved(str(e))
        return MetricStream(clean(name, 255), running, clean(str(entry.get('OutputFormat', ''))), contents)

    def _of_one_period(
        self, queries: Sequence[StatisticQuery], region: RegionName, window: Window
    ) -> list[Series | Unobserved]:
        why_not = window.why_not(self._now())
        if why_not:
            return [Unobserved(why_not)] * len(queries)
        if not window.points:
            return [Series(window.period, ())] * len(queries)
        results = Results()
        asked = window.arguments(queries)
        for _ in range(MOST_PAGES):
            self.metrics_requested += len(queries)
            answer = self._ask('get_metric_data', 'cloudwatch:GetMetricData', region, asked)
            results.add(answer.get('MetricDataResults', ()))
            if not answer.get('NextToken'):
                return [results.series(number, window) for number in range(len(queries))]
            asked = {**asked, 'NextToken': answer['NextToken']}
        return [Unobserved(f'CloudWatch gave more than {MOST_PAGES} pages')] * len(queries)

    def _pages(
        self, operation: str, action: str, region: RegionName, key: str, asked: Mapping[str, object]
    ) -> tuple[list[Mapping[str, Any]], bool]:
        """All entries, and whether there are no more."""
        found: list[Mapping[str, Any]] = []
        for _ in range(MOST_PAGES):
            answer = self._ask(operation, action, region, asked)
            found += answer.get(key, ())
            if not answer.get('NextToken'):
                return found, True
            asked = {**asked, 'NextToken': answer['NextToken']}
        return found, False

    def _ask(self, operation: str, action: str, region: str, arguments: Mapping[str, object]) -> Mapping[str, Any]:
        if self._budget.left < 1:
            raise CallFailed('this run has made all the calls that it may make to AWS')
        return self._session.ask(action, 'cloudwatch', operation, region, **arguments)


def _parts(numbers: Sequence[int], window: Window) -> Iterator[Sequence[int]]:
    """As many as one call takes."""
    size = max(min(MOST_QUERIES, MOST_POINTS // max(window.points, 1)), 1)
    return (numbers[first : first + size] for first in range(0, len(numbers), size))
