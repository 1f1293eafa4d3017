"""What a metric depends on in AWS beside CloudWatch: the tags of its resource, what has to be turned on, and the
instances of a classic load balancer. One call for each, and none where the dimensions name no resource."""

from collections.abc import Callable, Mapping

from ...facts import MissingFact
from ...facts.account import Caller
from ...facts.metrics import Dimensions, DimensionSets, MetricName
from ...facts.values import RegionName
from ...rules.optional_metrics import Extra, extra_of
from ...text import clean
from .denials import CallFailed
from .instance_zones import instances_in
from .metric_results import pairs_of
from .resource_tags import tags_by_arn
from .session import Session

RESOURCES: Mapping[str, tuple[str, str]] = {
    'AWS/ApplicationELB': ('LoadBalancer', 'elasticloadbalancing:{}:{}:loadbalancer/'),
    'AWS/DynamoDB': ('TableName', 'dynamodb:{}:{}:table/'),
    'AWS/EBS': ('VolumeId', 'ec2:{}:{}:volume/'),
    'AWS/EC2': ('InstanceId', 'ec2:{}:{}:instance/'),
    'AWS/ECS': ('ClusterName', 'ecs:{}:{}:cluster/'),
    'AWS/ELB': ('LoadBalancerName', 'elasticloadbalancing:{}:{}:loadbalancer/'),
    'AWS/ElastiCache': ('CacheClusterId', 'elasticache:{}:{}:cluster:'),
    'AWS/Kinesis': ('StreamName', 'kinesis:{}:{}:stream/'),
    'AWS/Lambda': ('FunctionName', 'lambda:{}:{}:function:'),
    'AWS/NetworkELB': ('LoadBalancer', 'elasticloadbalancing:{}:{}:loadbalancer/'),
    'AWS/RDS': ('DBInstanceIdentifier', 'rds:{}:{}:db:'),
    'AWS/S3': ('BucketName', 's3:::'),
    'AWS/SNS': ('TopicName', 'sns:{}:{}:'),
    'AWS/SQS': ('QueueName', 'sqs:{}:{}:'),
}
"""The dimension that names the resource of a metric, and how its ARN begins after the partition: region and account
stand for {}. From the service authorization reference."""
LONGEST_TAG = 400
MOST_TAGS = 50
"""Of one resource."""


def resource_tags(
    session: Session, caller: Caller, namespace: str, dimensions: Dimensions, region: RegionName
) -> tuple[str, ...]:
    """'key:value'; () for a resource without tags. Raises CallFailed, and MissingFact where no resource is named."""
    dimension, tail = RESOURCES.get(namespace, ('', ''))
    if not dimensions.get(dimension):
        raise MissingFact(f'no dimension names the resource of {namespace}')
    arn = f'arn:{caller.partition}:{tail.format(region, caller.account_id)}{dimensions[dimension]}'
    found, _ = tags_by_arn(session, region, [arn])
    tags = [tag for each in found.values() for tag in each]
    return tuple(clean(f'{key}:{value}', LONGEST_TAG) for key, value in tags[:MOST_TAGS])


def registered_instances(session: Session, namespace: str, dimensions: Dimensions, region: RegionName) -> int:
    """Of a classic load balancer. Raises CallFailed, and MissingFact where none is named."""
    name = dimensions.get('LoadBalancerName')
    if namespace != 'AWS/ELB' or not name:
        raise MissingFact('no classic load balancer is named')
    action = 'elasticloadbalancing:DescribeLoadBalancers'
    found = session.ask(action, 'elb', 'describe_load_balancers', region, LoadBalancerNames=[name])
    return sum(len(each.get('Instances', ())) for each in found.get('LoadBalancerDescriptions', ()))


def is_listed(session: Session, namespace: str, dimensions: Dimensions, region: RegionName) -> bool:
    """Whether any metric had these dimensions in the last two weeks. Raises CallFailed, and MissingFact without any."""
    if not dimensions:
        raise MissingFact('no dimension was named')
    asked = {'Namespace': namespace, 'Dimensions': pairs_of(dimensions)}
    found = session.ask('cloudwatch:ListMetrics', 'cloudwatch', 'list_metrics', region, **asked)
    return bool(found.get('Metrics'))


# What has to be turned on


def is_enabled(
    session: Session, name: MetricName, dimensions: Dimensions, region: RegionName, sets: DimensionSets
) -> bool:
    """Raises CallFailed, and MissingFact where nothing has to be, and where no call tells."""
    extra = extra_of(name, dimensions)
    if extra is None:
        raise MissingFact('nothing has to be turned on')
    if extra is Extra.BILLING:
        return bool(sets.sets)
    if extra not in PROBES:
        raise MissingFact('no call of AWS tells')
    dimension, probe = PROBES[extra]
    value = next((dimensions[key] for key in dimension.split() if key in dimensions), '')
    if not value:
        raise MissingFact(f'no dimension {dimension.replace(" ", " or ")} was named')
    return probe(session, region, value)


def _request_metrics(session: Session, region: str, bucket: str) -> bool:
    action = 's3:GetMetricsConfiguration'
    found = session.ask(action, 's3', 'list_bucket_metrics_configurations', region, Bucket=bucket)
    return bool(found.get('MetricsConfigurationList'))


def _additional_metrics(session: Session, region: str, distribution: str) -> bool:
    action = 'cloudfront:GetMonitoringSubscription'
    try:
        found = session.ask(action, 'cloudfront', 'get_monitoring_subscription', region, DistributionId=distribution)
    except CallFailed as e:
        if e.code == 'NoSuchMonitoringSubscription':
            return False
        raise
    setting = found.get('MonitoringSubscription', {}).get('RealtimeMetricsSubscriptionConfig', {})
    return bool(setting.get('RealtimeMetricsSubscriptionStatus') == 'Enabled')


def _container_insights(session: Session, region: str, cluster: str) -> bool:
    action = 'ecs:DescribeClusters'
    found = session.ask(action, 'ecs', 'describe_clusters', region, clusters=[cluster], include=['SETTINGS'])
    settings = [s for each in found.get('clusters', ()) for s in each.get('settings', ())]
    return any(s.get('name') == 'containerInsights' and s.get('value') in ('enabled', 'enhanced') for s in settings)


def _database(key: str) -> Callable[[Session, str, str], bool]:
    def probe(session: Session, region: str, identifier: str) -> bool:
        action = 'rds:DescribeDBInstances'
        found = session.ask(action, 'rds', 'describe_db_instances', region, DBInstanceIdentifier=identifier)
        return any(each.get(key) for each in found.get('DBInstances', ()))

    return probe


def _detailed_monitoring(session: Session, region: str, value: str) -> bool:
    """Of one instance with that image or type, at least."""
    name = 'image-id' if value.startswith('ami-') else 'instance-type'
    filters = [{'Name': name, 'Values': [value]}, {'Name': 'instance-state-name', 'Values': ['running']}]
    found = session.ask('ec2:DescribeInstances', 'ec2', 'describe_instances', region, Filters=filters)
    return any(i.get('Monitoring', {}).get('State') == 'enabled' for i in instances_in(found))


PROBES: Mapping[Extra, tuple[str, Callable[[Session, str, str], bool]]] = {
    Extra.S3_REQUEST_METRICS: ('BucketName', _request_metrics),
    Extra.CLOUDFRONT_ADDITIONAL: ('DistributionId', _additional_metrics),
    Extra.CONTAINER_INSIGHTS: ('ClusterName', _container_insights),
    Extra.PERFORMANCE_INSIGHTS: ('DBInstanceIdentifier', _database('PerformanceInsightsEnabled')),
    Extra.RDS_ENHANCED: ('DBInstanceIdentifier', _database('MonitoringInterval')),
    Extra.DETAILED_MONITORING: ('ImageId InstanceType', _detailed_monitoring),
}
"""The dimensions of which one names the resource, and who tells."""
