"""What CloudWatch is asked: what it has that Datadog's record excludes, and who still uses IMDSv1.

The first costs a page of cloudwatch:ListMetrics for each exclusion, and nothing for what the record does not exclude.
A metric stream delivers whatever the record says, so where something was found, the streams of that region are listed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import isfinite
from typing import Any

from ...facts import Unobserved
from ...facts.account import NAMESPACES, Integration, Metrics, RecentlyActive, TokenlessUse
from ...facts.values import InstanceId, MetricNamespace, RegionName
from ..account_options import AccountOptions
from ..run import CallBudget
from .caller import MOST_REGIONS, enabled_regions
from .denials import SERVICE_CONTROL_POLICY, CallFailed
from .session import Client, Session

LIST_METRICS, LIST_STREAMS = 'cloudwatch:ListMetrics', 'cloudwatch:ListMetricStreams'
RECENTLY = 'PT3H'
MOST_CALLS = 100
"""Of one run, and never more than half of those left: the sweep of the fleet comes after it."""
EC2 = MetricNamespace('AWS/EC2')
INSTANCES: Mapping[str, object] = {'MetricName': 'CPUUtilization', 'Dimensions': [{'Name': 'InstanceId'}]}
"""Every running instance has this metric once, so one entry is one instance."""


class CallTooExpensive(CallFailed):
    """This run has made the calls that it may make to CloudWatch."""


def read_metrics(session: Session, integration: Integration, options: AccountOptions, budget: CallBudget) -> Metrics:
    """Never raises for what AWS answers."""
    if integration.metrics_enabled is False:
        return Metrics((), ())
    filters = integration.namespace_filters
    excluded = () if isinstance(filters, Unobserved) else tuple(n for n in NAMESPACES if filters.excludes(n))
    if integration.regions is None and not excluded:
        return Metrics((), filters if isinstance(filters, Unobserved) else ())
    regions = _regions(session, options)
    if isinstance(regions, Unobserved):
        return Metrics(regions, filters if isinstance(filters, Unobserved) else regions)
    recorded = regions if integration.regions is None else integration.regions
    cloudwatch = _CloudWatch(session, budget)
    namespaces = cloudwatch.namespaces(excluded, [r for r in regions if r in recorded])
    return Metrics(
        tuple(cloudwatch.instances(r for r in regions if r not in recorded)),
        filters if isinstance(filters, Unobserved) else tuple(namespaces),
        () if options.regions else tuple(r for r in recorded if r not in regions),
    )


def _regions(session: Session, options: AccountOptions) -> tuple[RegionName, ...] | Unobserved:
    """Those of the operator, else all that are enabled: never only those of the record."""
    try:
        names = options.regions or enabled_regions(session)
    except CallFailed as e:
        return Unobserved(str(e))
    return tuple(name for name in map(RegionName.of, names) if name)


class _CloudWatch:
    """Within its share of the budget."""

    def __init__(self, session: Session, budget: CallBudget) -> None:
        self._session = session
        self._budget = budget
        self._share = min(MOST_CALLS, budget.left // 2)
        self._until = budget.made + self._share
        self._streams: dict[str, int | Unobserved] = {}

    def instances(self, regions: Iterable[RegionName]) -> Iterator[RecentlyActive]:
        for region in regions:
            yield self._active(EC2, region, INSTANCES)

    def namespaces(
        self, namespaces: Sequence[MetricNamespace], regions: Sequence[RegionName]
    ) -> Iterator[RecentlyActive]:
        for region in regions[:MOST_REGIONS]:
            for namespace in namespaces:
                yield self._active(namespace, region, {})

    def _active(self, namespace: MetricNamespace, region: RegionName, narrower: Mapping[str, object]) -> RecentlyActive:
        try:
            page = self._ask(LIST_METRICS, region, Namespace=namespace, RecentlyActive=RECENTLY, **narrower)
        except CallFailed as e:
            return RecentlyActive(namespace, region, Unobserved(str(e)), closed=e.denied_by == SERVICE_CONTROL_POLICY)
        found = _distinct(page.get('Metrics', ()))
        streams = self._running_streams(region) if found else 0
        return RecentlyActive(namespace, region, found, more=bool(page.get('NextToken')), streams=streams)

    def _running_streams(self, region: str) -> int | Unobserved:
        """On the first page: an account has few streams. Asked once for each region."""
        if region not in self._streams:
            try:
                entries = self._ask(LIST_STREAMS, region).get('Entries', ())
                self._streams[region] = sum(entry.get('State') == 'running' for entry in entries)
            except CallFailed as e:
                self._streams[region] = Unobserved(str(e))
        return self._streams[region]

    def _ask(self, action: str, region: str, **arguments: object) -> Mapping[str, Any]:
        """Raises CallFailed."""
        if self._budget.made >= self._until:
            raise CallTooExpensive(f'this run has made all {self._share} calls that it may make to CloudWatch')
        operation = 'list_metrics' if action == LIST_METRICS else 'list_metric_streams'
        return self._session.ask(action, 'cloudwatch', operation, region, **arguments)


def _distinct(metrics: Iterable[Mapping[str, Any]]) -> int:
    """Counted by name and dimensions: a page can list a metric twice."""
    return len(
        {
            (str(metric.get('MetricName')), *((str(d.get('Name')), str(d.get('Value'))) for d in metric['Dimensions']))
            for metric in metrics
            if isinstance(metric.get('Dimensions'), list)
        }
    )


GET_METRIC_DATA = 'cloudwatch:GetMetricData'
"""CloudWatch charges $0.01 for 1,000 metrics requested, and an instance is one: this is asked only of instances that
are known to allow IMDSv1, of a bounded number of them, and rarely."""
DAYS = 14
"""CloudWatch keeps values of one minute for 15 days."""
A_DAY = 86400
METRIC = 'MetadataNoToken'
"""Uses of IMDSv1 that succeeded.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
"""
INSTANCES_OF_A_CALL = 500
"""CloudWatch takes 500 metrics."""

Values = dict[str, list[float]]


def tokenless_use(
    client: Client, region: RegionName, instance_ids: Sequence[InstanceId], now: float, days: int = DAYS
) -> tuple[TokenlessUse, ...]:
    """Of at most INSTANCES_OF_A_CALL instances; those without any value are left out, as nothing is known of them.

    One call, or a few where CloudWatch pages. Raises what botocore raises.
    """
    end = datetime.fromtimestamp(now - now % 60, UTC)
    pages = client.get_paginator('get_metric_data').paginate(
        MetricDataQueries=list(_queries(islice(instance_ids, INSTANCES_OF_A_CALL))),
        StartTime=end - timedelta(days=days),
        EndTime=end,
        ScanBy='TimestampDescending',
    )
    found: Values = {}
    for page in pages:
        for result in page.get('MetricDataResults', ()):
            found.setdefault(result['Id'], []).extend(result.get('Values', ()))
    return tuple(_uses(found, region, instance_ids, days))


def _queries(instance_ids: Iterator[InstanceId]) -> Iterator[dict[str, object]]:
    for number, instance_id in enumerate(instance_ids):
        dimensions = [{'Name': 'InstanceId', 'Value': instance_id}]
        source = {'Namespace': 'AWS/EC2', 'MetricName': METRIC, 'Dimensions': dimensions}
        yield {'Id': f'm{number}', 'MetricStat': {'Metric': source, 'Period': A_DAY, 'Stat': 'Sum'}, 'ReturnData': True}


def _uses(found: Values, region: RegionName, instance_ids: Sequence[InstanceId], days: int) -> Iterator[TokenlessUse]:
    """A value that is no count makes the sum unknown, as if there were none."""
    for number, instance_id in enumerate(instance_ids):
        values: Sequence[Any] = found.get(f'm{number}', ())
        if values and all(_is_count(value) for value in values):
            yield TokenlessUse(instance_id, region, float(sum(values)), days)


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and isfinite(value) and value >= 0
