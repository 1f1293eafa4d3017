"""Which monitors of an organization evaluate metrics of CloudWatch, and which parts of them count hosts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from ..facts import Unobserved
from ..facts.account import LoadBalancers
from ..facts.account.lag import AwsMonitor
from ..facts.metric_streams import MetricStream
from ..facts.metrics import MetricName, Monitor, Monitors
from ..facts.values import AccountId, DatadogMetric
from ..rules.host_count_monitors import counting_queries
from ..rules.lag import carrying
from ..rules.monitor_queries import monitor_query
from ..text import clean
from .metric_names import metric_names

MOST_MONITORS = 1000
"""Of one organization that are looked at."""
LONGEST_NAME = 80
MOST_QUERIES = 500
"""Of monitors that count hosts."""
AWS = 'aws.'
NOT_FROM_CLOUDWATCH = 'aws.lambda.enhanced.'
"""Datadog's own metrics: https://docs.datadoghq.com/serverless/aws_lambda/metrics/"""


def aws_monitors(monitors: Iterable[Monitor], account_id: AccountId) -> Iterator[AwsMonitor]:
    """Without those of other metrics, those whose scopes name only other accounts, and queries that cannot be read."""
    for monitor in monitors:
        query = monitor_query(monitor.type, monitor.query)
        if query is None or (query.accounts and account_id not in query.accounts):
            continue
        metrics = tuple(filter(_from_cloudwatch, query.metrics))
        if metrics:
            name = clean(monitor.name, LONGEST_NAME)
            yield AwsMonitor(monitor.id, name, metrics, query.window, monitor.evaluation_delay or 0)


def with_streamed(monitor: AwsMonitor, streams: Sequence[MetricStream]) -> AwsMonitor:
    """A stream whose contents could not be read carries nothing that is known."""
    known = [stream for stream in streams if not isinstance(stream.contents, Unobserved)]
    return replace(monitor, streamed=tuple(m for m in monitor.metrics if any(carrying(known, n) for n in _names_of(m))))


def _names_of(metric: DatadogMetric) -> tuple[MetricName, ...]:
    """As CloudWatch may have it: what is not in the table may be any metric of its namespace."""
    known = metric_names().of_datadog(metric)
    prefix = '.'.join([*metric.split('.')[:2], ''])
    return (known,) if known else tuple(n for n in metric_names().table if n.datadog.startswith(prefix) and n.metric)


def with_counting_queries(found: LoadBalancers, listed: Monitors) -> LoadBalancers:
    queries = tuple(query for m in listed.monitors for query in counting_queries(m))
    complete = listed.complete and len(queries) <= MOST_QUERIES
    return replace(found, queries=queries[:MOST_QUERIES], every_monitor=complete)


def _from_cloudwatch(metric: DatadogMetric) -> bool:
    """By the table, and for a name that is not in it by its first parts, as in aws.elb.new_metric."""
    known = metric_names().of_datadog(metric)
    if known is not None:
        return bool(known.metric)
    return metric.startswith(_prefixes()) and not metric.startswith(NOT_FROM_CLOUDWATCH)


@cache
def _prefixes() -> tuple[str, ...]:
    """`aws.elb.` for each namespace of the table."""
    names = (name.datadog for name in metric_names().table if name.datadog.startswith(AWS))
    return tuple({'.'.join([*name.split('.')[:2], '']) for name in names})
