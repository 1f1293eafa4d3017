"""Who still uses IMDSv1, as CloudWatch counts it.

CloudWatch charges $0.01 for 1,000 metrics requested, and an instance is one: this is asked only of instances that are
known to allow IMDSv1, of a bounded number of them, and rarely.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import isfinite
from typing import Any

from ....facts.account import TokenlessUse
from ....facts.values import InstanceId, RegionName
from ..session import Client

ACTION = 'cloudwatch:GetMetricData'
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
