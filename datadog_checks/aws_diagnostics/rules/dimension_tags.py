"""Which tag of Datadog a dimension of CloudWatch becomes.

The table is from "Tags" in Datadog's documentation of each AWS integration (docs.datadoghq.com/integrations/amazon_*).
A dimension that is not in it has the tag that fits all but one of those that are: lower case, without separators.
What the operator says (`dimension_tags`, `--dimension-tag`) counts more than both.
"""

import re
from collections.abc import Iterable, Mapping

from ..facts.metrics import Dimensions, MetricTags, Watched
from .metric_sources import GLOBAL_NAMESPACES

LOAD_BALANCER = {
    'LoadBalancer': 'loadbalancer',
    'TargetGroup': 'targetgroup',
    'AvailabilityZone': 'availability-zone',
}
"""Of an application, network or gateway load balancer; the values are the ends of ARNs, like app/web/0123456789abcdef
and targetgroup/web/0123456789abcdef."""
TAG_KEYS: Mapping[str, Mapping[str, str]] = {
    'AWS/ApiGateway': {
        'ApiName': 'apiname',
        'ApiId': 'apiid',
        'Method': 'method',
        'Resource': 'resource',
        'Stage': 'stage',
    },
    'AWS/ApplicationELB': LOAD_BALANCER,
    'AWS/Billing': {'Currency': 'currency', 'ServiceName': 'servicename'},
    'AWS/CloudFront': {'DistributionId': 'distributionid', 'Region': 'region'},
    'AWS/DynamoDB': {
        'TableName': 'tablename',
        'GlobalSecondaryIndexName': 'globalsecondaryindexname',
        'Operation': 'operation',
    },
    'AWS/EBS': {'VolumeId': 'volumeid'},
    'AWS/EC2': {
        'InstanceId': 'instance-id',
        'AutoScalingGroupName': 'autoscaling_group',
        'ImageId': 'image',
        'InstanceType': 'instance-type',
    },
    'AWS/ECS': {'ClusterName': 'clustername', 'ServiceName': 'servicename'},
    'AWS/EFS': {'FileSystemId': 'filesystemid'},
    'AWS/ELB': {'LoadBalancerName': 'loadbalancername', 'AvailabilityZone': 'availability-zone'},
    'AWS/ElastiCache': {'CacheClusterId': 'cacheclusterid', 'CacheNodeId': 'cachenodeid'},
    'AWS/ElasticMapReduce': {'JobFlowId': 'jobflowid'},
    'AWS/Firehose': {'DeliveryStreamName': 'deliverystreamname'},
    'AWS/FSx': {'FileSystemId': 'filesystemid'},
    'AWS/GatewayELB': LOAD_BALANCER,
    'AWS/KMS': {'KeyId': 'keyid'},
    'AWS/Kinesis': {'StreamName': 'streamname'},
    'AWS/Lambda': {
        'FunctionName': 'functionname',
        'Resource': 'resource',
        'ExecutedVersion': 'executedversion',
    },
    'AWS/NATGateway': {'NatGatewayId': 'natgatewayid'},
    'AWS/NetworkELB': LOAD_BALANCER,
    'AWS/RDS': {'DBInstanceIdentifier': 'dbinstanceidentifier', 'DBClusterIdentifier': 'dbclusteridentifier'},
    'AWS/Redshift': {'ClusterIdentifier': 'clusteridentifier', 'NodeID': 'nodeid'},
    'AWS/Route53': {'HealthCheckId': 'healthcheckid'},
    'AWS/S3': {'BucketName': 'bucketname', 'StorageType': 'storagetype', 'FilterId': 'filterid'},
    'AWS/SNS': {'TopicName': 'topicname'},
    'AWS/SQS': {'QueueName': 'queuename'},
    'AWS/Usage': {'Resource': 'resource'},
    'AWS/VPN': {'VpnId': 'vpnid', 'TunnelIpAddress': 'tunnelipaddress'},
}
"""The key of the tag, by namespace and dimension."""
REGION, ACCOUNT = 'region', 'aws_account'
"""On all metrics of the integration."""
LONGEST_TAG = 200
MOST_VALUES = 100
TAG = re.compile(r'[^\W\d_][\w./-]{0,199}(:[\w./:-]{0,200})?')
"""As Datadog stores one: https://docs.datadoghq.com/getting_started/tagging/#define-tags"""


def tag_key(namespace: str, dimension: str, overrides: Mapping[str, str] | None = None) -> str:
    """`overrides` are keys by the name of a dimension, whatever its namespace."""
    named = (overrides or {}).get(dimension) or TAG_KEYS.get(namespace, {}).get(dimension)
    return named or re.sub('[^a-z0-9]', '', dimension.lower())


def as_tag(key: str, value: str) -> str:
    """As Datadog stores it: in lower case, `_` for what a tag may not hold, and at most 200 characters."""
    return re.sub(r'[^\w./:-]', '_', f'{key}:{value}'.lower())[:LONGEST_TAG]


def tags_of(namespace: str, dimensions: Dimensions, overrides: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What a series with these dimensions carries, in their order."""
    return tuple(as_tag(tag_key(namespace, name, overrides), value) for name, value in dimensions.items())


def place_of(namespace: str, region: str) -> tuple[str, ...]:
    """The tag of the region. A global service has it in none of its series, or in another form."""
    return () if namespace in GLOBAL_NAMESPACES else (as_tag(REGION, region),)


def scope_in_datadog(asked: Watched, overrides: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """'key:value', without the account."""
    tags = tags_of(asked.name.namespace, asked.dimensions, overrides)
    return tuple(dict.fromkeys((*tags, *asked.tags, *place_of(asked.name.namespace, asked.region))))


def scope_of(tags: Iterable[str]) -> str:
    """What stands between the braces of a query; `*` for everything."""
    return ','.join(tags) or '*'


def nearest(word: str, words: Iterable[str], likeness: float = 0.75) -> str:
    """The one that somebody may have meant, whatever its case and separators; '' where none is alike."""
    from difflib import get_close_matches  # only for a word that is wrong

    plain = {_plain(each): each for each in sorted(words)}
    found = get_close_matches(_plain(word), list(plain), n=1, cutoff=likeness)
    return plain[found[0]] if found else ''


def misspelt(value: str, values: Iterable[str]) -> str:
    """The value that may have been meant; never one with another number, which is another resource."""
    return nearest(value, [each for each in values if re.sub(r'\D', '', each) == re.sub(r'\D', '', value)], 0.8)


def _plain(word: str) -> str:
    return re.sub('[^a-z0-9]', '', word.lower())


def narrowed(tags: MetricTags, scope: tuple[str, ...]) -> MetricTags:
    """Of the keys of the scope the values, of every other key one: a metric can have ten thousand tags."""
    wanted = {tag.partition(':')[0] for tag in scope}
    kept: dict[str, list[str]] = {}
    for tag in sorted(tags.indexed, key=lambda tag: (tag not in scope, tag)):
        values = kept.setdefault(tag.partition(':')[0], [])
        if len(values) < (MOST_VALUES if tag.partition(':')[0] in wanted else 1):
            values.append(tag)
    cut = any(len(values) == MOST_VALUES for values in kept.values())
    dropped = frozenset({tag.partition(':')[0]: tag for tag in sorted(tags.dropped)}.values())
    return MetricTags(frozenset(t for values in kept.values() for t in values), dropped, tags.complete and not cut)
