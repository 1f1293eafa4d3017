"""The watched metrics on both sides, at one moment: in CloudWatch, in Datadog, and what else tells why one is late.

One cloudwatch:GetMetricData for each region, one query of Datadog for each metric. What one metric lacks costs the
others nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ..facts import Feature, Unobserved, observed
from ..facts.account import Caller
from ..facts.account.lag import NOTHING_WATCHED, AwsMonitor, Lag, MetricLag
from ..facts.metric_streams import MetricStream
from ..facts.metrics import SAMPLE_COUNT, Grouped, Monitors, Series, StatisticQuery, Watched
from ..facts.values import AccountId, RegionName
from ..rules.dimension_tags import ACCOUNT, as_tag, place_of, scope_of, tags_of
from ..rules.lag import DAY, HOUR, MINUTE, carrying, counts_events, is_daily, is_settled, sample_of
from .account_options import AccountOptions
from .account_run import AccountRun
from .aws.detailed_monitoring import detailed_by_instance
from .aws.metric_data import CloudWatchMetrics
from .aws.session import Session
from .aws_monitors import MOST_MONITORS, aws_monitors, with_streamed
from .datadog_metrics import DatadogMetrics
from .lag_samples import LagSamples
from .run import Deadline, or_why

WINDOW, DAYS = 3 * HOUR, 4 * DAY
"""That is asked for; the second one of metrics that are published daily."""
SHARE = 1 / 3
"""Of the time that is left in the run."""
StreamsOf = Callable[[RegionName], tuple[MetricStream, ...] | Unobserved]
NO_KEYS = 'Datadog was not asked: it needs both an API key and an application key'


@dataclass(frozen=True, slots=True)
class LagSources:
    """Of one run. `datadog` is None without keys for its API."""

    account_id: AccountId
    session: Session
    cloudwatch: CloudWatchMetrics
    datadog: DatadogMetrics | None
    monitors: Callable[[], Monitors | Unobserved]
    samples: LagSamples
    dimension_tags: Mapping[str, str]
    """As the operator has them: the key of a tag by the name of a dimension."""
    clock: Callable[[], float] = time.time


def lag_of_run(
    run: AccountRun,
    options: AccountOptions,
    session: Session | Unobserved,
    caller: Caller | Unobserved,
    samples: LagSamples,
) -> Lag | Unobserved:
    """Nothing is asked where nothing is watched. Never raises."""
    if not options.watched_metrics:
        return NOTHING_WATCHED

    def read() -> Lag:
        share = Deadline(run.deadline.remaining() * SHARE)
        keys = options.api_key and options.app_key
        sources = LagSources(
            observed(caller).account_id,
            observed(session),
            run.cloudwatch(observed(session)),
            run.metrics(share) if keys else None,
            lambda: run.monitors(share),
            samples,
            dict(options.dimension_tags),
        )
        return read_lag(sources, options.watched_metrics)

    return run.if_on((Feature.METRICS,), 'the delays of the watched metrics', read)


def read_lag(sources: LagSources, watched: Sequence[Watched]) -> Lag:
    """Never raises for what AWS or Datadog answer."""
    groups: dict[_Kind, list[Watched]] = {}
    for each in watched:
        groups.setdefault(_Kind(each.region, is_daily(each.name)), []).append(each)
    streams_of = cache(lambda region: or_why(lambda: sources.cloudwatch.streams(region)))
    found = [lag for kind, group in groups.items() for lag in _of_a_kind(kind, group, sources, streams_of)]
    sources.samples.save(sources.account_id, watched)
    detailed = detailed_by_instance(sources.session, watched)
    streams = [streams_of(region) for region in dict.fromkeys(each.region for each in watched)]
    monitors, complete = (None, True) if sources.datadog is None else _monitors(sources, streams)
    return Lag(tuple(replace(lag, detailed=detailed(lag.watched)) for lag in found), monitors, complete)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one request to CloudWatch asks for."""

    region: RegionName
    daily: bool

    @property
    def period(self) -> int:
        return DAY if self.daily else MINUTE

    def window(self, now: float) -> tuple[int, int]:
        """From the start of a period to the last whole minute."""
        end = int(now) // MINUTE * MINUTE
        return (end - (DAYS if self.daily else WINDOW)) // self.period * self.period, end


def _of_a_kind(
    kind: _Kind, watched: Sequence[Watched], sources: LagSources, streams_of: StreamsOf
) -> Iterator[MetricLag]:
    """Both sides are asked for the same time."""
    start, end = kind.window(sources.clock())
    of_cloudwatch = [each for each in watched if each.name.metric]
    queries = [_statistic(each, kind) for each in of_cloudwatch]
    answer = or_why(lambda: sources.cloudwatch.series(queries, kind.region, start, end))
    streams = streams_of(kind.region)
    for each in watched:
        series: Series | Unobserved = Unobserved(f'{each.name.datadog} is not from CloudWatch')
        if each.name.metric:
            series = answer if isinstance(answer, Unobserved) else answer[of_cloudwatch.index(each)]
        carried = streams if isinstance(streams, Unobserved) else carrying(streams, each.name)
        yield _measured(MetricLag(each, series, Unobserved('not asked'), carried_by=carried), (start, end), sources)


def _statistic(watched: Watched, kind: _Kind) -> StatisticQuery:
    name = watched.name
    return StatisticQuery(name.namespace, name.metric, watched.dimensions, name.statistic or SAMPLE_COUNT, kind.period)


def _measured(lag: MetricLag, window: tuple[int, int], sources: LagSources) -> MetricLag:
    """Whether anybody queried the metric is asked first, as our own query counts."""
    datadog, account_id = sources.datadog, sources.account_id
    if datadog is None:
        return replace(lag, datadog=Unobserved(NO_KEYS))
    at = int(sources.clock())
    before = sources.samples.of(account_id, lag.watched, at)
    queried = None if before else or_why(lambda: datadog.queried(lag.watched.name.datadog))
    query = query_of(lag.watched, account_id, sources.dimension_tags)
    series = or_why(lambda: _only(datadog.series(query, *window, HOUR if is_daily(lag.watched.name) else MINUTE)))
    lag = replace(lag, datadog=series, samples=before)
    if isinstance(series, Unobserved) or isinstance(lag.cloudwatch, Unobserved):
        return lag
    now = sample_of(lag.cloudwatch, series, at, settled=is_settled(before, at, queried is True))
    return lag if now is None else replace(lag, now=now, samples=sources.samples.add(account_id, lag.watched, now))


def query_of(watched: Watched, account_id: AccountId, dimension_tags: Mapping[str, str] | None = None) -> str:
    """All series of the scope as one, without a point that no source has: interpolation would hide five minutes."""
    name = watched.name
    places = (as_tag(ACCOUNT, account_id), *place_of(name.namespace, watched.region))
    of_dimensions = tags_of(name.namespace, watched.dimensions, dimension_tags)
    scope = scope_of(dict.fromkeys([*places, *of_dimensions, *watched.tags]))
    aggregator, modifier = ('sum', 'as_count()') if counts_events(name) else ('avg', 'fill(null)')
    return f'{aggregator}:{name.datadog}{{{scope}}}.{modifier}'


def _only(grouped: Sequence[Grouped]) -> Series:
    """Without `by` there is one series, or none where there is no value."""
    return grouped[0].series if grouped else Series(MINUTE, ())


def _monitors(
    sources: LagSources, streams: Iterable[tuple[MetricStream, ...] | Unobserved]
) -> tuple[tuple[AwsMonitor, ...] | Unobserved, bool]:
    listed = sources.monitors()
    if isinstance(listed, Unobserved):
        return listed, False
    known = [each for of_region in streams if not isinstance(of_region, Unobserved) for each in of_region]
    found = tuple(with_streamed(each, known) for each in aws_monitors(listed.monitors, sources.account_id))
    return found[:MOST_MONITORS], listed.complete and len(found) <= MOST_MONITORS
