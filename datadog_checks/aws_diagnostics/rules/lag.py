"""How old values are, how old they usually are, and when that is late.

The poll of Datadog is a saw-tooth: one sample is anything between two and twelve minutes. And a metric that nobody
queries is polled once an hour; asking for it ends that, so the first samples say nothing about the next ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..facts.account.lag import LagSample, MetricLag
from ..facts.metric_streams import MetricStream
from ..facts.metrics import SUM, MetricName, MetricType, PerSecond, Points, Series
from ..facts.observed import Unobserved
from .metric_sources import LATE, OPENTELEMETRY, Published, published

MINUTE, HOUR, DAY = 60, 3600, 86400
FIVE_MINUTES = 300
LEAST_SAMPLES = 3
"""Fewer are not judged."""
LEAST_APART = 240
"""Seconds between two samples: the runs of one poll would all see the same tooth."""
MOST_SAMPLES = 24
OLDEST_SAMPLE = 7 * DAY
SETTLES_AFTER = 2 * HOUR
"""From the first query on: one hourly poll may still be due, and the next one may take its time."""
LEAST_REGULAR = 12
"""Values in a row, until a metric counts as one that has a value in every interval."""

GUIDES = 'https://docs.datadoghq.com/integrations/guide/'


class Expected(NamedTuple):
    """The delay of a kind of source, from the end of an interval until Datadog has its value."""

    kind: str
    usual: str
    late_after: int
    """Seconds. More than what is usual, so that a busy minute of a crawler is no fault."""
    source: str


ONE_MINUTE = Expected('one-minute values', '10 to 12 minutes', 20 * MINUTE, f'{GUIDES}cloud-metric-delay/')
EVERY_FIVE_MINUTES = Expected('five-minute values', '15 to 25 minutes', 30 * MINUTE, f'{GUIDES}cloud-metric-delay/')
DAILY = Expected(
    'daily values',
    'a day',
    2 * DAY,
    'https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html',
)
SEVERAL_HOURS = Expected(
    'values that are published every few hours',
    'several hours',
    DAY,
    'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html',
)
STREAMED = Expected(
    'values that a metric stream carries',
    '2 to 3 minutes',
    20 * MINUTE,
    f'{GUIDES}aws-cloudwatch-metric-streams-with-kinesis-data-firehose/',
)
"""Late only where polling would be late too: whether a stream ends at Datadog is not known."""
SLOWER: Mapping[str, int] = {'AWS/CloudFront': 15 * MINUTE, 'AWS/SQS': 15 * MINUTE}
"""Namespaces whose values CloudWatch has that much later than others; of a queue, the first ones."""


def expected_of(lag: MetricLag) -> Expected:
    name = lag.watched.name
    if is_daily(name):
        return DAILY if published(name.namespace, name.metric) is Published.DAILY else SEVERAL_HOURS
    if lag.carried_by and not isinstance(lag.carried_by, Unobserved):
        return STREAMED
    usual = EVERY_FIVE_MINUTES if _cadence_of(lag) >= FIVE_MINUTES else ONE_MINUTE
    slower = SLOWER.get(name.namespace, 0)
    return usual._replace(late_after=usual.late_after + slower) if slower else usual


def is_daily(name: MetricName) -> bool:
    """Published so seldom that hours say nothing."""
    return published(name.namespace, name.metric) in LATE


def _cadence_of(lag: MetricLag) -> int:
    return MINUTE if isinstance(lag.cloudwatch, Unobserved) else cadence(lag.cloudwatch)


def cadence(series: Series) -> int:
    """Seconds between the values that the source publishes: its own interval where nothing says otherwise.

    CloudWatch has the values of basic monitoring as one in five minutes, whatever period is asked for.
    """
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(series.points)]
    five = sum(gap == FIVE_MINUTES for gap in gaps) >= LEAST_SAMPLES and not any(gap % FIVE_MINUTES for gap in gaps)
    return max(series.interval, FIVE_MINUTES) if five else series.interval


def is_regular(series: Series) -> bool:
    """Whether it has had a value in every interval."""
    apart = cadence(series)
    points = series.points[-LEAST_REGULAR:]
    return len(points) == LEAST_REGULAR and all(b - a == apart for (a, _), (b, _) in pairwise(points))


def complete(series: Series, at: int) -> Points:
    """Without the interval that is not over: its value is there from the first second, and still changes."""
    apart = cadence(series)
    return tuple(point for point in series.points if point[0] + apart <= at)


def sample_of(cloudwatch: Series, datadog: Series, at: int, *, settled: bool) -> LagSample | None:
    """None where one side has no value: that is a metric without recent data, and not a late one."""
    known, apart = complete(cloudwatch, at), cadence(cloudwatch)
    if not known or datadog.newest is None:
        return None
    # Of a coarser interval than CloudWatch's, any part may be the newest: the last one is taken.
    newest = datadog.newest + max(min(datadog.interval, FIVE_MINUTES) - apart, 0)
    missing = [start for start, _ in known if start > newest]
    return LagSample(
        at,
        cloudwatch=at - known[-1][0] - apart,
        datadog=max(at - newest - apart, 0),
        waiting=at - missing[0] - apart if missing else 0,
        settled=settled,
    )


def is_settled(before: Sequence[LagSample], at: int, queried: bool | None) -> bool:
    """Whether Datadog polls the metric as one that is used. `queried`: whether somebody did before this check; it
    counts only for the first sample."""
    if not before:
        return queried is True
    return any(sample.settled for sample in before) or at - before[0].at >= SETTLES_AFTER


def with_sample(before: Sequence[LagSample], new: LagSample) -> tuple[LagSample, ...]:
    """The newest few of both; a sample of the same few minutes as the last one is left out."""
    recent = [sample for sample in before if 0 < new.at - sample.at <= OLDEST_SAMPLE]
    if recent and new.at - recent[-1].at < LEAST_APART:
        return tuple(recent)
    return (*recent, new)[-MOST_SAMPLES:]


class Spread(NamedTuple):
    """Seconds."""

    least: int
    median: int
    most: int


def spread(values: Iterable[int]) -> Spread:
    """Of at least one value; of an even number, the median is the lower one of the two in the middle."""
    ordered = sorted(values)
    return Spread(ordered[0], ordered[(len(ordered) - 1) // 2], ordered[-1])


def settled_samples(lag: MetricLag) -> tuple[LagSample, ...]:
    return tuple(sample for sample in lag.samples if sample.settled)


def moving(samples: Sequence[LagSample]) -> list[LagSample]:
    """Those in which CloudWatch has a newer value than in the one before: what stands still has stopped."""
    return [b for a, b in pairwise(samples) if b.newest_end > a.newest_end]


def carrying(streams: Iterable[MetricStream], name: MetricName) -> tuple[str, ...] | Unobserved:
    """The names of those that run, in the format that Datadog takes, and carry the metric."""
    running = [stream for stream in streams if stream.running and stream.output_format == OPENTELEMETRY]
    for stream in running:
        if isinstance(stream.contents, Unobserved):
            return stream.contents
    return tuple(stream.name for stream in running if stream.carries(name.namespace, name.metric))


def counts_events(name: MetricName) -> bool:
    """Whether Datadog's value of an interval, taken as a count, is CloudWatch's sum of it."""
    return (
        name.statistic == SUM
        and name.type in (MetricType.COUNT, MetricType.RATE)
        and name.per_second in (PerSecond.YES, PerSecond.NO)
    )
