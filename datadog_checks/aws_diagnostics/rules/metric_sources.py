"""When AWS publishes a metric, by its namespace and name: where, how often, under which condition."""

import re
from collections.abc import Mapping
from enum import StrEnum

from ..facts.metrics import MetricName
from ..facts.values import RegionName

GLOBAL_NAMESPACES = frozenset(
    {
        *('AWS/Billing', 'AWS/CloudFront', 'AWS/Route53', 'AWS/IAM', 'AWS/Chatbot', 'AWS/TrustedAdvisor'),
        'AWS/GlobalAccelerator',
    }
)
"""CloudWatch has them in one region of a partition only:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/monitoring-using-cloudwatch.html"""
HOME_OF_GLOBAL = {'aws': RegionName('us-east-1'), 'aws-us-gov': RegionName('us-gov-west-1')}
HOME_OF: Mapping[str, Mapping[str, RegionName]] = {'AWS/GlobalAccelerator': {'aws': RegionName('us-west-2')}}
"""By namespace, where it has a home of its own:
https://docs.aws.amazon.com/global-accelerator/latest/dg/cloudwatch-monitoring.html"""
EXCLUDED_BY_DEFAULT = frozenset({'AWS/SQS', 'AWS/ElasticMapReduce', 'AWS/Usage'})
"""By a new integration (AWSNamespaceFiltersExcludeOnly of Datadog's API)."""
NEVER_FILTERED = frozenset({'aws.ec2.cpuutilization', 'aws.lambda.invocations'})
"""No filter of metric names removes these: https://docs.datadoghq.com/integrations/guide/aws-metric-name-filters/"""
OPENTELEMETRY = 'opentelemetry0.7'
"""The only format of a metric stream that Datadog takes."""


class Published(StrEnum):
    """What else it takes until CloudWatch has a value, as the end of a sentence."""

    ON_EVENTS = 'only in a minute in which the event happens'
    IN_USE = 'only while the resource is used'
    ACTIVE_QUEUE = 'only while the queue is active, with up to 15 minutes until the first value'
    BURSTABLE = 'only for burstable instance types, like t3'
    DAILY = 'once a day, for the day before'
    SOME_HOURS = 'every few hours'


LATE = frozenset({Published.DAILY, Published.SOME_HOURS})
"""Published so seldom that hours say nothing, and dated back."""
WHEN: tuple[tuple[str, str, Published], ...] = (
    ('AWS/S3', 'BucketSizeBytes|NumberOfObjects', Published.DAILY),
    ('AWS/S3/Storage-Lens', '.*', Published.DAILY),
    ('AWS/Billing', '.*', Published.SOME_HOURS),
    ('AWS/SQS', '.*', Published.ACTIVE_QUEUE),
    ('AWS/(EC2|RDS)', 'CPU(Surplus)?Credit.*', Published.BURSTABLE),
    ('AWS/ELB', 'HTTPCode_.*|BackendConnectionErrors|SpilloverCount|Desync.*', Published.ON_EVENTS),
    ('AWS/ELB', 'RequestCount|Latency|SurgeQueueLength|Estimated.*', Published.IN_USE),
    ('AWS/ApplicationELB', 'HTTPCode_.*|HTTP_.*|RejectedConnectionCount|.*Error(Count)?', Published.ON_EVENTS),
    ('AWS/ApplicationELB', '(Desync|Dropped|Forwarded|ELBAuth|JWT|Unhealthy).*|.*Failure', Published.ON_EVENTS),
    (
        'AWS/ApplicationELB',
        'TargetResponseTime|RequestCountPerTarget|RuleEvaluations|(New|Active)ConnectionCount|.+ProcessedBytes|'
        '(IPv6|Grpc|NonSticky).*',
        Published.IN_USE,
    ),
    ('AWS/NetworkELB', '.*_Reset_Count|.*ErrorCount|SecurityGroupBlocked.*|Rejected.*', Published.ON_EVENTS),
    (
        'AWS/NetworkELB',
        '(ActiveFlowCount|NewFlowCount|ProcessedBytes|ConsumedLCUs)_.*',
        Published.IN_USE,
    ),
    ('AWS/Lambda', 'DeadLetterErrors|DestinationDeliveryFailures|AsyncEventsDropped', Published.ON_EVENTS),
    ('AWS/Lambda', '.*', Published.IN_USE),
    ('AWS/DynamoDB', 'ThrottledRequests|UserErrors|SystemErrors|.*Events|Conditional.*', Published.ON_EVENTS),
    ('AWS/DynamoDB', '(?!Provisioned|Account|MaxProvisioned).*', Published.IN_USE),
    ('AWS/ApiGateway', '.*', Published.IN_USE),
    ('AWS/EBS', '.*', Published.IN_USE),
    ('AWS/S3', '.*', Published.IN_USE),
    ('AWS/Kafka', '.*PerSec', Published.IN_USE),
    ('AWS/(SNS|States|CloudFront|Firehose|Kinesis|Events|WAFV2|SES|AppSync|Cognito|Bedrock.*)', '.*', Published.IN_USE),
    ('AWS/GlobalAccelerator', '(?!.*HostCount|.*EndpointCount).*', Published.IN_USE),
)
"""Namespace, metric and when; the first that fits. From "Reporting criteria" and the pages on CloudWatch metrics in the
user guides of Elastic Load Balancing, Lambda, DynamoDB, API Gateway, EBS, Kinesis, S3, SNS, SQS, Step Functions, WAF.
A metric of AWS that takes use and is not here is told as one that CloudWatch should have."""


def published(namespace: str, metric: str) -> Published | None:
    """None: always, as far as it is known here."""
    found = (when for n, m, when in WHEN if re.fullmatch(n, namespace) and re.fullmatch(m, metric))
    return next(found, None)


MINUTE, HOUR, DAY = 60, 3600, 86400


RETENTION = ((MINUTE, 15 * DAY), (5 * MINUTE, 63 * DAY), (HOUR, 455 * DAY))
"""(period, seconds for which CloudWatch keeps values of it): "Metrics retention" in the CloudWatch user guide."""
LONGEST_KEPT = RETENTION[-1][1]


def period_for(age: float) -> int:
    """The shortest period, in seconds, of which CloudWatch still has values that are `age` seconds old; the longest one
    for what it no longer has."""
    return next((period for period, kept in RETENTION if age < kept), RETENTION[-1][0])


def window_of(name: MetricName, asked: int) -> tuple[int, int]:
    """How many seconds to look back, which is more than what is asked about, and the interval, which grows with it."""
    windows = {Published.DAILY: (4 * DAY, DAY), Published.SOME_HOURS: (2 * DAY, HOUR)}
    when = published(name.namespace, name.metric)
    back, interval = windows.get(when, (DAY, 5 * MINUTE)) if when else (DAY, 5 * MINUTE)
    return (back, interval) if asked <= back else (asked, max(interval, -(-asked // DAY) * 5 * MINUTE))


def patience_of(name: MetricName) -> int:
    """Seconds back to which a value is expected at least."""
    when = published(name.namespace, name.metric)
    return 2 * DAY if when is Published.DAILY else DAY // 2 if when is Published.SOME_HOURS else 0


def home_of(namespace: str, partition: str) -> RegionName | None:
    """The one region that has a global service; None for a service of every region."""
    return HOME_OF.get(namespace, HOME_OF_GLOBAL).get(partition) if namespace in GLOBAL_NAMESPACES else None


SERVICE_ACTIONS: Mapping[str, tuple[str, ...]] = {
    'AWS/ApplicationELB': ('elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeTags'),
    'AWS/Billing': ('budgets:ViewBudget',),
    'AWS/CloudFront': ('cloudfront:ListDistributions',),
    'AWS/DynamoDB': ('dynamodb:ListTables', 'dynamodb:DescribeTable'),
    'AWS/EC2': ('ec2:DescribeInstances',),
    'AWS/ECS': ('ecs:ListClusters',),
    'AWS/ELB': ('elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeTags'),
    'AWS/ElastiCache': ('elasticache:DescribeCacheClusters',),
    'AWS/ElasticMapReduce': ('elasticmapreduce:ListClusters',),
    'AWS/Kinesis': ('kinesis:ListStreams',),
    'AWS/Lambda': ('lambda:ListFunctions',),
    'AWS/NetworkELB': ('elasticloadbalancing:DescribeLoadBalancers', 'elasticloadbalancing:DescribeTags'),
    'AWS/RDS': ('rds:DescribeDBInstances',),
    'AWS/Redshift': ('redshift:DescribeClusters',),
    'AWS/Route53': ('route53:ListHealthChecks',),
    'AWS/S3': ('s3:ListAllMyBuckets',),
    'AWS/SNS': ('sns:ListTopics',),
    'AWS/States': ('states:ListStateMachines',),
}
"""By which Datadog finds the resources of a namespace: "Data collected" on docs.datadoghq.com/integrations/amazon_*."""
