"""What both sides are asked, so that they answer about the same: minutes, period, statistic, scope and modifiers.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html (periods and how long
they are kept), https://docs.datadoghq.com/dashboards/functions/rollup/ (which interval Datadog takes for which window),
https://docs.datadoghq.com/metrics/custom_metrics/type_modifiers/ and
https://docs.datadoghq.com/metrics/guide/interpolation-the-fill-modifier-explained/ (`.fill(null)`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..facts.both_sides import BothSides, Scope
from ..facts.metrics import (
    AVERAGE,
    MAXIMUM,
    STATISTICS,
    SUM,
    Dimensions,
    MetricName,
    MetricType,
    NameSource,
    PerSecond,
    StatisticQuery,
)
from ..facts.values import RegionName
from ..text import listed
from .candidates import OF_STATISTIC, Candidate
from .dimension_tags import ACCOUNT, REGION, TAG_KEYS, scope_of, tag_key
from .metric_sources import LONGEST_KEPT, period_for

SETTLED = 900
"""Seconds after which values of CloudWatch no longer grow and Datadog has polled them twice."""
LONGEST_WINDOW = 4 * 3600
"""Seconds for which Datadog still gives bins of a minute: it draws about 300."""
LONGEST = 7 * 86400
MOST_KEYS = 10
"""By which one query groups."""
CLASSIC, APPLICATION = 'aws.elb.', 'aws.applicationelb.'
HEALTHY = 'HealthyHostCount'
HOST_COUNTS = frozenset({HEALTHY, 'UnHealthyHostCount'})


@dataclass(frozen=True, slots=True)
class Question:
    name: MetricName
    dimensions: Dimensions
    region: RegionName
    tags: tuple[str, ...]
    """All of Datadog's scope: what the dimensions and the region become, and what the person adds."""
    start: int
    end: int
    period: int
    statistic: str
    """That is expected; '' where neither the name nor the person says."""
    aggregator: str
    """Of Datadog, over several series."""

    @property
    def statistics(self) -> tuple[str, ...]:
        """The expected one first."""
        return tuple(dict.fromkeys((*((self.statistic,) if self.statistic else ()), *STATISTICS)))

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        length = max(LONGEST_WINDOW, 240 * self.period)
        starts = range(self.start, self.end, length)
        return tuple((start, min(start + length, self.end)) for start in starts)

    def keys(self, sets: Iterable[Dimensions]) -> tuple[str, ...]:
        """Tags that tell series of the scope apart, if there are several."""
        names = [*TAG_KEYS.get(self.name.namespace, {}), *(name for dimensions in sets for name in dimensions)]
        keys = dict.fromkeys(tag_key(self.name.namespace, name) for name in names)
        asked = {tag.partition(':')[0] for tag in self.tags}
        return tuple(key for key in (ACCOUNT, REGION, *keys) if key not in asked)[:MOST_KEYS]

    def cloudwatch(
        self, statistics: Iterable[str], dimensions: Dimensions | None = None, period: int = 0
    ) -> tuple[StatisticQuery, ...]:
        chosen = self.dimensions if dimensions is None else dimensions
        return tuple(
            StatisticQuery(self.name.namespace, self.name.metric, chosen, statistic, period or self.period)
            for statistic in statistics
        )

    def datadog(self, type_: MetricType, keys: Iterable[str] = (), without: str = '') -> str:
        """The query, with everything stated that Datadog would choose by itself otherwise."""
        return self._query(type_, self.aggregator, [tag for tag in self.tags if tag != without], tuple(keys))

    def that_agrees(self, type_: MetricType, candidate: Candidate) -> str:
        """The query that shows CloudWatch's values, where a candidate explains what Datadog shows."""
        left_out = {tag[1:] for tag in candidate.tags if tag.startswith('-')}
        more = [tag for tag in candidate.tags if not tag.startswith('-')]
        tags = [tag for tag in (*self.tags, *more) if tag not in left_out]
        factor = candidate.factor or 1
        as_count = type_ is MetricType.RATE and factor == self.period
        query = self._query(MetricType.COUNT if as_count else type_, candidate.aggregator or self.aggregator, tags)
        return query if factor == 1 or as_count else f'{factor:g} * {query}'

    def _query(self, type_: MetricType, aggregator: str, tags: Iterable[str], keys: tuple[str, ...] = ()) -> str:
        by = f' by {{{",".join(keys)}}}' if keys else ''
        scope = f'{aggregator}:{self.name.datadog}{{{scope_of(tags)}}}{by}'
        if type_ is MetricType.COUNT:  # and a rate that is to be multiplied by its interval, as the modifier does
            return f'{scope}.as_count().rollup(sum, {self.period}).fill(null)'
        rollup = 'avg' if type_ is MetricType.RATE else OF_STATISTIC.get(self.statistic, 'avg')
        return f'{scope}.rollup({rollup}, {self.period}).fill(null)'


def period_at(start: int, now: float) -> int:
    """The shortest that CloudWatch still keeps for that time; 0 where it keeps none."""
    return period_for(now - start) if now - start < LONGEST_KEPT else 0


def aggregator_of(statistic: str) -> str:
    """What means the same over several series; the highest for a percentile, which has no such thing."""
    return OF_STATISTIC.get(statistic, 'max' if statistic else 'sum')


def without_common(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Each with the tags only by which it differs from the others, and without those that it does not have."""
    kept = [
        replace(s, tags=tuple(tag for tag in s.tags if not tag.lower().endswith(':n/a'))) for s in scopes if s.points
    ]
    common = set.intersection(*(set(scope.tags) for scope in kept)) if kept else set()
    return tuple(replace(s, tags=tuple(tag for tag in s.tags if tag not in common)) for s in kept)


def notes(question: Question, sides: BothSides) -> Iterator[str]:
    """What a person should know of these values beside the verdict."""
    several = len(sides.datadog)
    if several > 1:
        shown = f'the scope has {several} series, which {sides.aggregator} combines'
        yield f'{shown}: avg, min and max in Datadog are over series, in CloudWatch over the samples of one'
    if question.name.namespace == 'AWS/ApplicationELB' and question.name.datadog.startswith(CLASSIC):
        new = question.name.datadog.replace(CLASSIC, APPLICATION, 1)
        yield f'this old name of a metric of application load balancers is not divided by 60: take {new}'
    yield from _of_samples(question, sides)
    if question.name.unit == 'byte' and question.name.per_second is PerSecond.NO and sides.statistic == AVERAGE:
        yield 'the values are bytes in each report, not bytes per second as the Agent counts them'
    if sides.interval > question.period:
        yield f'Datadog gave a time in every {sides.interval} s, where {question.period} s were asked for'
    if question.name.source is NameSource.GUESSED:
        yield f"the name {question.name.datadog} is guessed from CloudWatch's: no table has it"
    if question.name.per_second in DOCUMENTED:
        yield DOCUMENTED[question.name.per_second]
    if sides.streams is not None:
        running = f'of the metric streams that run now {listed(sides.streams)} carry it'
        yield running if sides.streams else 'no metric stream that runs now carries it'
    healthy = dict(sides.cloudwatch.get(MAXIMUM, ()))
    if any(healthy.get(t) == 0 and v for t, v in sides.routed):
        yield 'no host is healthy in minutes in which requests are routed: the load balancer fails open, to all targets'


def _of_samples(question: Question, sides: BothSides) -> Iterator[str]:
    average, most = dict(sides.cloudwatch.get(AVERAGE, ())), dict(sides.cloudwatch.get(MAXIMUM, ()))
    if len(average) >= 3 and set(average.values()) == set(most.values()) == {1.0}:
        yield 'Average, Minimum and Maximum are 1 in each period, as each sample is 1: only Sum counts'
    if question.name.metric in HOST_COUNTS and any(average[t] != most.get(t) for t in average):
        yield (
            'the nodes of the load balancer see different counts: Average is over their reports and no count of hosts, '
            'Maximum and Minimum are'
        )


def legacy(name: MetricName, dimensions: Dimensions, table: Iterable[MetricName]) -> MetricName | None:
    """What an application load balancer has in CloudWatch, for a name of classic ones that Datadog once gave it too.

    https://docs.datadoghq.com/integrations/guide/aws-application-load-balancer-metric-namespace-change/
    """
    if name.namespace != 'AWS/ELB' or not dimensions.get('LoadBalancer', '').startswith('app/'):
        return None
    current = name.datadog.replace(CLASSIC, APPLICATION, 1)
    new = next((n for n in table if n.datadog == current), None)
    return None if new is None else replace(new, datadog=name.datadog, type=name.type, per_second=PerSecond.NO)


DOCUMENTED = {
    PerSecond.YES: 'documented: Datadog divides the sum of a minute by 60',
    PerSecond.NATIVE: "documented: CloudWatch's value is already one for each second, so nothing is divided",
}
TRAFFIC = {
    'AWS/ELB': 'RequestCount',
    'AWS/ApplicationELB': 'UnhealthyRoutingRequestCount',
    'AWS/NetworkELB': 'UnhealthyRoutingFlowCount',
}


def traffic(question: Question) -> tuple[StatisticQuery, ...]:
    """What shows that requests are routed where no host is healthy."""
    metric = TRAFFIC.get(question.name.namespace, '')
    if question.name.metric != HEALTHY or not metric:
        return ()
    return (StatisticQuery(question.name.namespace, metric, question.dimensions, SUM, question.period),)
