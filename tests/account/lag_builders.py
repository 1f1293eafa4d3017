"""Watched metrics: what both sides had, and what earlier runs measured. A case states its one difference."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AwsMonitor, Lag, LagSample, MetricLag
from datadog_checks.aws_diagnostics.facts.metrics import Series, Watched
from datadog_checks.aws_diagnostics.facts.values import DatadogMetric, RegionName

from ..builders import NOW
from .builders import REGION, account_facts

AT = int(NOW) // 300 * 300
"""A whole five minutes, so that intervals of both lengths end there."""
MINUTE, HOUR = 60, 3600
REQUESTS, CPU, BYTES = 'aws.elb.request_count', 'aws.ec2.cpuutilization', 'aws.s3.bucket_size_bytes'
WEB = 'aws.elb.request_count (web, eu-west-1)'
"""As evidence names it."""


def watched(name: str = REQUESTS, region: RegionName = REGION, **dimensions: str) -> Watched:
    """Without dimensions those of a load balancer."""
    found = metric_names().of_datadog(name)
    assert found is not None
    return Watched(found, dimensions or {'LoadBalancerName': 'web'}, region)


def series(*ages: int, interval: int = MINUTE, value: float = 100.0) -> Series:
    """With the value that began so many minutes ago, for each."""
    return Series(interval, tuple((AT - age * MINUTE, value) for age in sorted(ages, reverse=True)))


def every_minute(first: int = 180, last: int = 2) -> Series:
    return series(*range(last, first + 1))


def sample(hours_ago: int, waiting: int = 7, **differences: Any) -> LagSample:
    """In minutes: CloudWatch has all but the last minute, and Datadog is behind."""
    healthy = LagSample(
        AT - hours_ago * HOUR, cloudwatch=MINUTE, datadog=max(waiting, 1) * MINUTE, waiting=waiting * MINUTE
    )
    return replace(healthy, **differences)


def samples(*waiting: int, **differences: Any) -> tuple[LagSample, ...]:
    """One in each hour, the last one now."""
    return tuple(sample(len(waiting) - n, w, **differences) for n, w in enumerate(waiting, 1))


def metric_lag(*waiting: int, **differences: Any) -> MetricLag:
    """Of a load balancer with requests in every minute; without times, polled every ten minutes."""
    taken = samples(*(waiting or (3, 9, 6)))
    healthy = MetricLag(watched(), every_minute(), every_minute(last=7), now=taken[-1], samples=taken)
    return replace(healthy, **differences)


def monitor(id: int = 7, **differences: Any) -> AwsMonitor:
    """Of the last five minutes, with the delay that Datadog recommends."""
    return replace(AwsMonitor(id, 'Many requests', (DatadogMetric(REQUESTS),), 300, 900), **differences)


def lag_facts(*lags: MetricLag, monitors: tuple[AwsMonitor, ...] | Unobserved | None = (), **differences: Any) -> Facts:
    """Without any, one that is as it should be."""
    return account_facts(lag=replace(Lag(lags or (metric_lag(),), monitors), **differences))
