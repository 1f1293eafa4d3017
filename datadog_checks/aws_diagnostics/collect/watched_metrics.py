"""What both sides have of a metric that somebody misses: a handful of requests to Datadog and, where it does not have
the metric, about a dozen calls to AWS. What several metrics need is asked for once."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

from ..facts import Feature, MissingFact, Unobserved, observed
from ..facts.account import Caller, Integration, WatchedMetric
from ..facts.metrics import (
    SAMPLE_COUNT,
    Dimensions,
    DimensionSets,
    MetricName,
    Previewed,
    Series,
    StatisticQuery,
    Watched,
)
from ..rules.dimension_tags import ACCOUNT, as_tag, narrowed, place_of, scope_in_datadog, scope_of
from ..rules.metric_names import alike, corrected
from ..rules.metric_sources import patience_of, window_of
from .account_options import AccountOptions
from .account_run import AccountRun
from .aws.caller import enabled_regions
from .aws.enablement import is_enabled, is_listed, registered_instances, resource_tags
from .aws.metric_data import CloudWatchMetrics
from .aws.resource_state import resource_state
from .aws.session import Session
from .datadog_metrics import DatadogMetrics
from .run import OnDefect, Share, attempt, log_defect

HOUR = 3600
WATCHING = (Feature.METRICS, Feature.PERMISSIONS)
"""The second one is that of `metrics why`, which needs nothing else of the first."""
MOST_SETS = 5
"""Sets of dimensions whose values are asked for."""
MOST_KEPT = 500
PART = 1 / 3
"""Of the time and the calls that are left: load balancers and the fleet come after it."""

Value = TypeVar('Value')


@dataclass(slots=True)
class MetricSearch:
    """Of one run. Times are in seconds since the epoch; `dimension_tags` are the operator's."""

    caller: Caller
    session: Session
    cloudwatch: CloudWatchMetrics
    datadog: DatadogMetrics | Unobserved
    record: Integration | Unobserved
    now: int
    since: float
    dimension_tags: Dimensions = field(default_factory=dict)
    on_defect: OnDefect = log_defect
    why_over: Callable[[], str] = str
    """Why AWS is asked nothing more in this run; '' while it may be."""
    _kept: dict[tuple[str, ...], object] = field(default_factory=dict)

    def look(self, asked: Watched) -> WatchedMetric:
        """Never raises for what AWS or Datadog answer."""
        datadog = self.datadog
        previewed = self._get('the names', lambda: self._previewed(asked.name))
        active = self._once('the active metrics', asked.region, lambda: self._active(asked))
        asked = replace(asked, name=corrected(asked.name, previewed, active))
        scope = scope_in_datadog(asked, self.dimension_tags)
        found = WatchedMetric(
            asked,
            min(self.since, self.now - patience_of(asked.name)),
            self.now - self._window(asked.name)[0],
            scope,
            # Before the values: to ask for these counts as use of the metric.
            queried=self._get('its use', lambda: observed(datadog).queried(asked.name.datadog)),
            in_datadog=self._get('the values in Datadog', lambda: self._in_datadog(asked, scope)),
            alike=alike(asked.name, active),
            previewed=previewed,
        )
        return found if found.is_there else self._why_missing(found)

    def _why_missing(self, found: WatchedMetric) -> WatchedMetric:
        asked, session, region = found.asked, self.session, found.asked.region
        name, namespace, dimensions = asked.name, asked.name.namespace, asked.dimensions
        ask, sets = self._of_aws, self._of_aws('the dimensions', lambda: self._sets(asked))
        return replace(
            found,
            tags=self._get('the tags', lambda: narrowed(observed(self.datadog).tags(name.datadog), found.scope)),
            offered=self._get('the namespaces', lambda: namespace in self._namespaces()),
            region_enabled=ask('the regions', lambda: region in enabled_regions(session)),
            sets=sets,
            in_cloudwatch=ask('the values in CloudWatch', lambda: self._in_cloudwatch(asked, observed(sets))),
            streams=self._once('the streams', region, lambda: self.cloudwatch.streams(region)),
            resource_tags=ask('the tags of the resource', lambda: self._resource_tags(asked)),
            enabled=ask('what is on', lambda: is_enabled(session, name, dimensions, region, observed(sets))),
            listed=ask('the resource', lambda: is_listed(session, namespace, dimensions, region)),
            registered=ask('the instances', lambda: registered_instances(session, namespace, dimensions, region)),
            state=ask('the state', lambda: resource_state(session, namespace, dimensions, region)),
        )

    def _get(self, what: str, collect: Callable[[], Value]) -> Value | Unobserved:
        return attempt(what, collect, self.on_defect)

    def _of_aws(self, what: str, collect: Callable[[], Value]) -> Value | Unobserved:
        return Unobserved(over) if (over := self.why_over()) else self._get(what, collect)

    def _once(self, what: str, of: str, collect: Callable[[], Value]) -> Value | Unobserved:
        if (what, of) not in self._kept:
            self._kept[what, of] = self._get(what, collect)
        return cast('Value | Unobserved', self._kept[what, of])

    def _window(self, name: MetricName) -> tuple[int, int]:
        return window_of(name, int(self.now - self.since) + HOUR)

    def _in_datadog(self, asked: Watched, scope: tuple[str, ...]) -> Series:
        back, interval = self._window(asked.name)
        tags = scope_of((*scope, as_tag(ACCOUNT, self.caller.account_id)))
        query = f'avg:{asked.name.datadog}{{{tags}}}.fill(null)'
        found = observed(self.datadog).series(query, self.now - back, self.now, min(interval, HOUR))
        return found[0].series if found else Series(interval, ())

    def _active(self, asked: Watched) -> frozenset[str]:
        tags = (as_tag(ACCOUNT, self.caller.account_id), *place_of(asked.name.namespace, asked.region))
        return observed(self.datadog).active(tags, int(self.since))

    def _previewed(self, name: MetricName) -> Previewed | None:
        config = observed(self.record).config_id
        if config is None:
            raise MissingFact("Datadog's record of the account has no id")
        listed = observed(self._once('the names', config, lambda: observed(self.datadog).preview(config)))
        same = (p for p in listed or () if (p.namespace, p.metric) == (name.namespace, name.metric))
        return next(same, None)

    def _namespaces(self) -> frozenset[str]:
        found = observed(self._once('the namespaces', '', lambda: observed(self.datadog).available_namespaces()))
        if not found:
            raise MissingFact('Datadog lists no namespaces of CloudWatch')
        return found

    def _sets(self, asked: Watched) -> DimensionSets:
        """Those with the dimensions; where there is none, what else the metric has."""
        _from_cloudwatch(asked.name)
        ask = self.cloudwatch.dimension_sets
        found = ask(asked.name.namespace, asked.name.metric, asked.region, asked.dimensions)
        if not found.sets and asked.dimensions:
            found = ask(asked.name.namespace, asked.name.metric, asked.region)
        return DimensionSets(found.sets[:MOST_KEPT], found.complete and len(found.sets) <= MOST_KEPT)

    def _in_cloudwatch(self, asked: Watched, sets: DimensionSets) -> Series:
        """CloudWatch does not list what is younger than 15 minutes or older than two weeks, but has its values."""
        _from_cloudwatch(asked.name)
        back, period = self._window(asked.name)
        wanted = asked.dimensions.items()
        fitting = [s for s in sets.sets if wanted <= s.items()] or [asked.dimensions]
        queries = [
            StatisticQuery(asked.name.namespace, asked.name.metric, s, SAMPLE_COUNT, period)
            for s in fitting[:MOST_SETS]
        ]
        found = self.cloudwatch.series(queries, asked.region, self.now - back, self.now)
        points = tuple(sorted({point for series in found for point in observed(series).points}))
        if not points and len(fitting) > MOST_SETS:
            raise MissingFact(f'{MOST_SETS} of {len(fitting)} sets of dimensions have no value: name more dimensions')
        return Series(period, points)

    def _resource_tags(self, asked: Watched) -> tuple[str, ...]:
        """Asked only where a filter needs them."""
        filters, namespace = observed(observed(self.record).tag_filters), asked.name.namespace
        if not any(each.namespace == namespace for each in filters):
            raise MissingFact('not asked: no tag filter needs them')
        return resource_tags(self.session, self.caller, namespace, asked.dimensions, asked.region)


def _from_cloudwatch(name: MetricName) -> None:
    if not name.metric:
        raise MissingFact(f'{name.datadog} does not come from CloudWatch')


def look_for(
    options: AccountOptions,
    run: AccountRun,
    session: Session | Unobserved,
    caller: Caller | Unobserved,
    record: Integration | Unobserved,
) -> tuple[WatchedMetric, ...] | Unobserved:
    """The operator's list."""

    def look() -> tuple[WatchedMetric, ...]:
        share, now = Share('the watched metrics', run.deadline, run.budget, PART), int(time.time())
        datadog = run.group('Datadog', lambda: run.metrics(share.deadline))
        cloudwatch, tags = run.cloudwatch(observed(session)), dict(options.dimension_tags)
        since = now - options.watched_for
        sources = observed(caller), observed(session), cloudwatch, datadog, record
        search = MetricSearch(*sources, now, since, tags, why_over=share.why_over)
        return tuple(map(search.look, options.watched_metrics))

    return run.if_on(WATCHING, 'the watched metrics', look) if options.watched_metrics else ()
