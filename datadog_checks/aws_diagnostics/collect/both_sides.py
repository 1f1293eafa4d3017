"""Reads one metric from CloudWatch and from Datadog over the same minutes: first what is asked for, and only where that
does not agree, what could explain it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ..facts import Unobserved
from ..facts.both_sides import BothSides, OtherSet, Read, Scope
from ..facts.metrics import Dimensions, DimensionSets, MetricType, Points, Series, StatisticQuery
from ..rules.metric_question import Question, traffic, without_common
from ..rules.reconciling import AGREE, Verdict, reconcile
from .aws.metric_data import CloudWatchMetrics
from .datadog_metrics import DatadogMetrics
from .run import NotCollected, RequestFailed

MOST_WIDER = 6
"""Tags that are left out of the scope, one at a time."""
COARSE = 300
LEAST_OF_A_MINUTE = 0.5
"""Of the minutes; with fewer values five minutes are asked for too."""
EXPLAINED = AGREE - {Verdict.OTHER_DIMENSIONS, Verdict.OTHER_SCOPE, Verdict.DOUBLED}
"""Verdicts that the series of the asked dimensions alone can give."""
OnStep = Callable[[str], None]
"""Called before each request, with what is asked."""


class BothSidesReader:
    def __init__(
        self,
        cloudwatch: CloudWatchMetrics,
        datadog: DatadogMetrics,
        question: Question,
        on_step: OnStep = lambda _: None,
    ) -> None:
        self._cloudwatch = cloudwatch
        self._datadog = datadog
        self._question = question
        self._on_step = on_step
        self._unread: list[str] = []
        self._interval = 0
        self._asked_datadog = False

    def note(self, unread: str) -> None:
        self._unread.append(unread)

    def listed(self, dimensions: Dimensions) -> DimensionSets:
        """The sets of dimensions of the metric that hold these and maybe more. Raises CallFailed."""
        self._on_step('CloudWatch: the sets of dimensions')
        name = self._question.name
        return self._cloudwatch.dimension_sets(name.namespace, name.metric, self._question.region, dimensions)

    def read(self, others: Sequence[Dimensions]) -> Read:
        """Never raises: what could not be asked is in `unread`."""
        type_ = self._type()
        keys = self._question.keys(others)
        sides = self._asked(type_, keys)
        verdict = reconcile(sides).verdict
        if any(sides.cloudwatch.values()) and verdict not in EXPLAINED:
            sides = self._with_sets(sides, others)
            if verdict is Verdict.DOUBLED:
                sides = replace(sides, streams=self._streams())
            sides = sides if verdict in AGREE else self._with_wider_scopes(sides, type_)
        unread = tuple(dict.fromkeys(self._unread))
        return Read(replace(sides, unread=unread), type_, self._question.datadog(type_), self._asked_datadog)

    def _type(self) -> MetricType:
        """What Datadog has on record, else the table."""
        self._on_step('Datadog: the type of the metric')
        try:
            found = self._datadog.metadata(self._question.name.datadog)
        except RequestFailed as e:
            self._unread.append(_of_datadog(e))
            found = None
        return found.type if found and found.type is not MetricType.UNKNOWN else self._question.name.type

    def _asked(self, type_: MetricType, keys: tuple[str, ...]) -> BothSides:
        q = self._question
        queries = (*q.cloudwatch(q.statistics), *traffic(q))
        found = dict(zip((*q.statistics, ''), self._values(queries, 'the statistics'), strict=False))
        routed = found.pop('', ())
        failed = self._unread and not any(found.values())
        datadog = () if failed else without_common(self._scopes(q.datadog(type_, keys)))
        given = (q.statistic, q.name.per_second, q.period, q.aggregator, q.dimensions)
        sides = BothSides(*given, found, datadog, routed=routed, interval=self._interval)
        if q.period < COARSE and self._has_holes(sides):
            coarse = self._values(q.cloudwatch(q.statistics, period=COARSE), 'the statistics of five minutes')
            sides = replace(sides, coarse={n: points for n, points in zip(q.statistics, coarse, strict=True) if points})
        return sides

    def _has_holes(self, sides: BothSides) -> bool:
        minutes = (self._question.end - self._question.start) / self._question.period
        return max(map(len, sides.cloudwatch.values()), default=0) < LEAST_OF_A_MINUTE * minutes

    def _with_sets(self, sides: BothSides, others: Sequence[Dimensions]) -> BothSides:
        q = self._question
        statistic = q.statistic or next((n for n, points in sides.cloudwatch.items() if points), q.statistics[0])
        queries = [query for dimensions in others for query in q.cloudwatch([statistic], dimensions)]
        values = self._values(queries, 'the other sets of dimensions')
        return replace(sides, sets=tuple(OtherSet(d, p) for d, p in zip(others, values, strict=False) if p))

    def _streams(self) -> tuple[str, ...] | None:
        """Those that carry the metric; one whose contents cannot be read is none of them."""
        self._on_step('CloudWatch: metric streams')
        name = self._question.name
        try:
            found = self._cloudwatch.streams(self._question.region)
        except NotCollected as e:
            self._unread.append(f'CloudWatch: {e}')
            return None
        return tuple(stream.name for stream in found if stream.carries(name.namespace, name.metric))

    def _with_wider_scopes(self, sides: BothSides, type_: MetricType) -> BothSides:
        q, wider = self._question, list[Scope]()
        for tag in q.tags[:MOST_WIDER]:
            wider += [
                replace(scope, tags=(tag,)) for scope in self._scopes(q.datadog(type_, without=tag)) if scope.points
            ]
        return replace(sides, wider=tuple(wider))

    def _values(self, queries: Sequence[StatisticQuery], what: str) -> list[Points]:
        """() for what could not be read."""
        if not queries:
            return []
        self._on_step(f'CloudWatch: {what}')
        try:
            found = self._cloudwatch.series(queries, self._question.region, self._question.start, self._question.end)
        except NotCollected as e:
            self._unread.append(f'CloudWatch: {e}')
            return [()] * len(queries)
        reasons = dict.fromkeys(each.reason for each in found if isinstance(each, Unobserved))
        self._unread += [f'CloudWatch: {reason}' for reason in reasons]
        return [each.points if isinstance(each, Series) else () for each in found]

    def _scopes(self, query: str) -> list[Scope]:
        """Window by window, so that Datadog has no reason for longer bins."""
        found: dict[tuple[str, ...], Points] = {}
        self._asked_datadog = True
        try:
            for start, end in self._question.windows:
                self._on_step('Datadog: the values')
                for grouped in self._datadog.series(query, start, end, self._question.period):
                    self._interval = max(self._interval, grouped.series.interval)
                    found[grouped.tags] = (*found.get(grouped.tags, ()), *grouped.series.points)
        except RequestFailed as e:
            self._unread.append(_of_datadog(e))
        return [Scope(tags, points) for tags, points in found.items()]


def _of_datadog(failed: RequestFailed) -> str:
    reason = f'{failed}'
    return reason if reason.startswith('Datadog ') else f'Datadog: {reason}'
