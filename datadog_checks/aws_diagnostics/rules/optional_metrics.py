"""Metrics that are only there where something is turned on."""

import re
from enum import StrEnum
from itertools import chain

from ..facts.metrics import Dimensions, MetricName


class Extra(StrEnum):
    """What has to be turned on before AWS, or something else, sends a metric."""

    S3_REQUEST_METRICS = 'request metrics of the bucket'
    S3_STORAGE_LENS = 'advanced metrics of S3 Storage Lens, with CloudWatch publishing'
    CLOUDFRONT_ADDITIONAL = 'additional metrics of the distribution'
    CONTAINER_INSIGHTS = 'Container Insights'
    CONTAINER_INSIGHTS_EKS = 'Container Insights, by an agent in the cluster'
    PERFORMANCE_INSIGHTS = 'Performance Insights of the database'
    RDS_ENHANCED = 'Enhanced Monitoring of the database'
    BILLING = 'billing alerts of the account'
    DETAILED_MONITORING = 'detailed monitoring of the instances'
    GROUP_METRICS = 'group metrics of the Auto Scaling group'
    SHARD_LEVEL = 'enhanced shard-level metrics of the stream'
    MSK_PER_TOPIC = 'the monitoring level PER_TOPIC_PER_BROKER of the cluster'
    MSK_PER_PARTITION = 'the monitoring level PER_TOPIC_PER_PARTITION of the cluster'
    S3_REPLICATION = 'replication metrics of the rule'
    LAMBDA_ENHANCED = "enhanced metrics of Datadog's Lambda layer"


WITH_EXTRA: tuple[tuple[str, str, Extra], ...] = (
    ('AWS/S3', '.*Replication.*', Extra.S3_REPLICATION),
    ('AWS/S3', '(?!BucketSizeBytes|NumberOfObjects).+', Extra.S3_REQUEST_METRICS),
    ('AWS/S3/Storage-Lens', '.+', Extra.S3_STORAGE_LENS),
    ('AWS/CloudFront', '(401|403|404|502|503|504)ErrorRate|OriginLatency|CacheHitRate', Extra.CLOUDFRONT_ADDITIONAL),
    ('ECS/ContainerInsights', '.+', Extra.CONTAINER_INSIGHTS),
    ('ContainerInsights', '.+', Extra.CONTAINER_INSIGHTS_EKS),
    ('AWS/RDS', 'DBLoad.*', Extra.PERFORMANCE_INSIGHTS),
    ('AWS/Billing', '.+', Extra.BILLING),
    ('AWS/AutoScaling', '(Group|WarmPool).+', Extra.GROUP_METRICS),
)
"""Namespace, metric and what it takes; the first that fits."""
BY_DIMENSION: tuple[tuple[str, str, str, Extra], ...] = (
    ('AWS/EC2', 'ImageId', '.+', Extra.DETAILED_MONITORING),
    ('AWS/EC2', 'InstanceType', '.+', Extra.DETAILED_MONITORING),
    ('AWS/Kinesis', 'ShardId', '.+', Extra.SHARD_LEVEL),
    ('AWS/Kafka', 'Partition', '.+', Extra.MSK_PER_PARTITION),
    ('AWS/Kafka', 'Topic', '(Fetch|Messages|Produce|Remote).+', Extra.MSK_PER_TOPIC),
)
"""Namespace, a dimension, the metric and what it takes with that dimension. MSK has the bytes per second of a topic and
the lags of a consumer group at every level, free of charge:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html#ec2-cloudwatch-dimensions
https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html"""
OF_DATADOG: tuple[tuple[str, Extra], ...] = (
    (
        r'aws\.rds\.(diskio|load|memory|tasks|swap|cpuutilization\.[a-z]+|network|filesystem|process)\..*',
        Extra.RDS_ENHANCED,
    ),
    (r'aws\.lambda\.enhanced\..*', Extra.LAMBDA_ENHANCED),
)
"""The same of metrics that CloudWatch does not have, by the name of Datadog."""


def extra_of(name: MetricName, dimensions: Dimensions) -> Extra | None:
    """None for a metric that AWS publishes by itself."""
    if not name.metric:
        return next((extra for pattern, extra in OF_DATADOG if re.fullmatch(pattern, name.datadog)), None)
    by_dimension = (e for n, d, m, e in BY_DIMENSION if n == name.namespace and d in dimensions and _fits(m, name))
    by_name = (e for n, m, e in WITH_EXTRA if re.fullmatch(n, name.namespace) and _fits(m, name))
    return next(chain(by_dimension, by_name), None)


def _fits(pattern: str, name: MetricName) -> bool:
    return re.fullmatch(pattern, name.metric) is not None
