"""Who still uses IMDSv1, as CloudWatch counts it.

CloudWatch asks $0.01 for 1,000 metrics requested, and an instance is two: this is asked only of instances that are
known to allow IMDSv1, a bounded number of them, and rarely.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from ....facts.account import TokenlessUse
from ..session import Client

ACTION = 'cloudwatch:GetMetricData'
DAYS = 14
"""CloudWatch keeps values of one minute for 15 days."""
A_DAY = 86400
METRICS = ('MetadataNoToken', 'MetadataNoTokenRejected')
"""Uses of IMDSv1 that succeeded, and attempts at it where it is off.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
"""
INSTANCES_OF_A_CALL = 250
"""CloudWatch takes 500 metrics."""

Sums = dict[str, float]


def tokenless_use(
    client: Client, region: str, instance_ids: Sequence[str], now: float, days: int = DAYS
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
    sums: Sums = {}
    for page in pages:
        _add(page, sums)
    return tuple(_uses(sums, region, instance_ids, days))


def _queries(instance_ids: Iterator[str]) -> Iterator[dict[str, object]]:
    for number, instance_id in enumerate(instance_ids):
        for metric in METRICS:
            dimensions = [{'Name': 'InstanceId', 'Value': instance_id}]
            source = {'Namespace': 'AWS/EC2', 'MetricName': metric, 'Dimensions': dimensions}
            stat = {'Metric': source, 'Period': A_DAY, 'Stat': 'Sum'}
            yield {'Id': _key(metric, number), 'MetricStat': stat, 'ReturnData': True}


def _key(metric: str, number: int) -> str:
    return f'{metric[0].lower()}{metric[1:]}{number}'


def _add(page: dict[str, Any], sums: Sums) -> None:
    for result in page.get('MetricDataResults', ()):
        values = result.get('Values', ())
        if values:
            sums[result['Id']] = sums.get(result['Id'], 0.0) + sum(values)


def _uses(sums: Sums, region: str, instance_ids: Sequence[str], days: int) -> Iterator[TokenlessUse]:
    for number, instance_id in enumerate(instance_ids):
        used, rejected = (sums.get(_key(metric, number)) for metric in METRICS)
        if used is not None or rejected is not None:
            yield TokenlessUse(instance_id, region, used or 0.0, rejected or 0.0, days)
