"""A metric that somebody misses: what both sides have of it, and the facts of the account around it."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.missing import Explained, why
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import WatchedMetric
from datadog_checks.aws_diagnostics.facts.metric_streams import MetricStream, StreamContents
from datadog_checks.aws_diagnostics.facts.metrics import DimensionSets, MetricName, MetricTags, Series, Watched
from datadog_checks.aws_diagnostics.facts.values import RegionName
from datadog_checks.aws_diagnostics.rules.dimension_tags import tags_of
from datadog_checks.aws_diagnostics.rules.metric_names import guessed
from tests.account.builders import (
    REGION,
    account_expectations,
    account_facts,
    integration,
    policy,
    security_audit,
    simulated,
    simulation,
    statement,
)
from tests.builders import NOW

NAME, WEB = 'aws.elb.request_count', {'LoadBalancerName': 'web'}
MINUTE, HOUR, DAY = 60, 3600, 86400
NONE = Series(300, ())
EXPECTED = account_expectations()
NOT_ASKED = Unobserved('not asked')
ALLOWED = simulation(*(simulated(f'cloudwatch:{a}') for a in ('GetMetricData', 'ListMetrics')))
HEALTHY: dict[str, Any] = {'simulation': ALLOWED, 'policies': (policy(statement('*')), security_audit())}


def name(datadog: str) -> MetricName:
    known = metric_names().of_datadog(datadog)
    assert known is not None
    return known


def named(namespace: str, metric: str) -> MetricName:
    """A guess."""
    found = guessed(namespace, metric)
    assert found is not None
    return found


def values(*ages: float, interval: int = 300) -> Series:
    """One value of each age, in seconds."""
    return Series(interval, tuple((int(NOW - age), 1.0) for age in sorted(ages, reverse=True)))


ALL_DAY = values(*range(600, DAY, 3600))


def asked(
    metric: str | MetricName = NAME, dimensions: Any = WEB, region: str = REGION, tags: tuple[str, ...] = ()
) -> Watched:
    return Watched(name(metric) if isinstance(metric, str) else metric, dimensions, RegionName(region), tags)


def missing(watched: Watched | None = None, **differences: Any) -> WatchedMetric:
    """CloudWatch has it all day, it is queried, and Datadog has nothing of it."""
    watched = watched or asked()
    tags = (*tags_of(watched.name.namespace, watched.dimensions), *watched.tags, f'region:{watched.region}')
    whole = WatchedMetric(
        watched,
        NOW - 3 * HOUR,
        NOW - DAY,
        tags,
        in_datadog=NONE,
        alike=(),
        tags=MetricTags(frozenset()),
        queried=True,
        previewed=None,
        offered=True,
        region_enabled=True,
        in_cloudwatch=ALL_DAY,
        sets=DimensionSets((watched.dimensions,)),
        streams=(),
        resource_tags=NOT_ASKED,
        enabled=NOT_ASKED,
        registered=NOT_ASKED,
        state=NOT_ASKED,
        listed=True,
    )
    return replace(whole, **differences)


def active(watched: Watched | None = None, *tags: str, **differences: Any) -> WatchedMetric:
    """Datadog has the metric with these tags, and nothing in the scope."""
    watched = watched or asked()
    return missing(watched, alike=(str(watched.name.datadog),), tags=MetricTags(frozenset(tags)), **differences)


def stream(name: str = 'datadog-metrics', **differences: Any) -> MetricStream:
    """Of Datadog's template: all namespaces."""
    return replace(MetricStream(name, True, 'opentelemetry0.7', StreamContents()), **differences)


def facts(*metrics: WatchedMetric, **differences: Any) -> Facts:
    recorded = {'tag_filters': (), 'metric_name_filters': (), 'collect_custom_metrics': False}
    record = differences.pop('record', {})
    whole = {**HEALTHY, 'integration': integration(**{**recorded, **record}), **differences}
    return account_facts(watched=metrics, **whole)


def explained(metric: WatchedMetric, expected: Expectations = EXPECTED, **differences: Any) -> Explained:
    return why(facts(metric, **differences), expected, metric)
