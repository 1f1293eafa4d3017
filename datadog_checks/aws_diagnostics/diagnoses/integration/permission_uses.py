"""What Datadog uses each permission for: what is lost with one of them is not what is lost with its whole service.

Of Datadog's documentation: the permissions on the pages of its AWS integrations (docs.datadoghq.com/integrations/
amazon_*, "Data collected") and the description of each operation in AWS's service authorization reference. The keys are
entries of Datadog's standard list and the operations that it documents for a wildcard entry.
"""

from collections.abc import Iterable, Mapping

from .datadog_tables import RESOURCE_COLLECTION
from .permissions import Entry, Grant

USES: Mapping[str, str] = {
    'airflow:ListEnvironments': 'finding environments of Managed Airflow',
    'autoscaling:Describe*': 'Auto Scaling groups, their tags and events',
    'autoscaling:DescribeAutoScalingGroups': 'Auto Scaling groups and their tags',
    'autoscaling:DescribePolicies': 'scaling policies in monitors',
    'cloudfront:GetDistributionConfig': 'log collection of CloudFront',
    'cloudfront:ListDistributions': 'finding CloudFront distributions, and their tags',
    'cloudtrail:DescribeTrails': 'finding trails and their buckets',
    'cloudtrail:GetTrailStatus': 'telling active trails',
    'cloudtrail:LookupEvents': 'CloudTrail events',
    'cloudwatch:Describe*': 'CloudWatch alarms',
    'cloudwatch:Get*': 'the values of all CloudWatch metrics',
    'cloudwatch:GetMetricData': 'the values of all CloudWatch metrics',
    'cloudwatch:GetMetricStatistics': 'the values of some CloudWatch metrics',
    'cloudwatch:List*': 'finding new CloudWatch metrics',
    'cloudwatch:ListMetrics': 'finding new CloudWatch metrics',
    'directconnect:DescribeConnections': 'Direct Connect connections',
    'directconnect:DescribeTags': 'tags of Direct Connect connections',
    'dynamodb:Describe*': 'size and item count of DynamoDB tables',
    'dynamodb:DescribeTable': 'size and item count of DynamoDB tables',
    'dynamodb:List*': 'finding DynamoDB tables, and their tags',
    'dynamodb:ListTables': 'finding DynamoDB tables',
    'dynamodb:ListTagsOfResource': 'tags of DynamoDB tables',
    'ec2:Describe*': 'hosts, their tags and status',
    'ec2:DescribeInstanceStatus': 'the status of hosts',
    'ec2:DescribeInstances': 'hosts and their tags',
    'ec2:DescribeSecurityGroups': 'security groups of hosts',
    'ecs:Describe*': 'resources and tasks of ECS clusters',
    'ecs:DescribeClusters': 'tags of ECS clusters',
    'ecs:DescribeContainerInstances': 'resources and tasks of ECS instances',
    'ecs:List*': 'finding ECS clusters, instances and services',
    'ecs:ListClusters': 'finding ECS clusters',
    'ecs:ListContainerInstances': 'finding ECS instances',
    'ecs:ListServices': 'finding ECS services',
    'eks:DescribeCluster': 'details of EKS clusters',
    'eks:ListClusters': 'finding EKS clusters',
    'elasticache:Describe*': 'ElastiCache clusters and their events',
    'elasticache:DescribeCacheClusters': 'ElastiCache clusters',
    'elasticache:DescribeEvents': 'events of ElastiCache',
    'elasticache:List*': 'tags of ElastiCache clusters',
    'elasticache:ListTagsForResource': 'tags of ElastiCache clusters',
    'elasticfilesystem:DescribeFileSystems': 'finding EFS file systems',
    'elasticfilesystem:DescribeTags': 'tags of EFS file systems',
    'elasticloadbalancing:DescribeInstanceHealth': 'the state of instances behind load balancers',
    'elasticloadbalancing:DescribeLoadBalancers': 'load balancers and their tags',
    'elasticloadbalancing:DescribeTags': 'tags of load balancers',
    'elasticloadbalancing:DescribeTargetGroups': 'target groups of load balancers',
    'elasticmapreduce:Describe*': 'tags of EMR clusters',
    'elasticmapreduce:DescribeCluster': 'tags of EMR clusters',
    'elasticmapreduce:List*': 'finding EMR clusters',
    'elasticmapreduce:ListClusters': 'finding EMR clusters',
    'es:DescribeElasticsearchDomains': 'tags of OpenSearch domains',
    'es:ListDomainNames': 'finding OpenSearch domains',
    'es:ListTags': 'tags of OpenSearch domains',
    'kinesis:Describe*': 'details and tags of Kinesis streams',
    'kinesis:DescribeStream': 'details and tags of Kinesis streams',
    'kinesis:List*': 'finding Kinesis streams, and their tags',
    'kinesis:ListStreams': 'finding Kinesis streams',
    'kinesis:ListTagsForStream': 'tags of Kinesis streams',
    'lambda:ListFunctions': 'finding Lambda functions',
    'lambda:ListTags': 'tags of Lambda functions',
    'logs:DeleteSubscriptionFilter': 'removing automatic log collection',
    'logs:DescribeLogGroups': 'finding log groups',
    'logs:DescribeLogStreams': 'finding log streams',
    'logs:DescribeSubscriptionFilters': 'what automatic log collection has set up',
    'logs:FilterLogEvents': 'metrics from log events',
    'logs:PutSubscriptionFilter': 'setting up automatic log collection',
    'organizations:Describe*': 'names of accounts in the organization',
    'organizations:List*': 'tags of accounts in the organization',
    'rds:Describe*': 'RDS instances and their events',
    'rds:DescribeDBInstances': 'RDS instances',
    'rds:DescribeEvents': 'events of RDS',
    'rds:List*': 'tags of RDS instances',
    'rds:ListTagsForResource': 'tags of RDS instances',
    'redshift:DescribeClusters': 'Redshift clusters and their tags',
    'redshift:DescribeLoggingStatus': 'log collection of Redshift',
    'route53:ListHealthChecks': 'finding health checks of Route 53',
    'route53:ListTagsForResources': 'tags of Route 53 health checks',
    's3:GetBucketLocation': 'the region of buckets for log collection',
    's3:GetBucketLogging': 'where access logs of buckets go',
    's3:GetBucketNotification': 'what log collection has set up on buckets',
    's3:GetBucketTagging': 'tags of buckets',
    's3:ListAllMyBuckets': 'finding buckets',
    's3:PutBucketNotification': 'setting up log collection on buckets',
    'ses:Get*': 'sending quotas and statistics of SES',
    'sns:List*': 'finding SNS topics',
    'sns:ListTopics': 'finding SNS topics',
    'sns:Publish': 'notifications through SNS',
    'states:DescribeStateMachine': 'tags and logs of Step Functions',
    'states:ListStateMachines': 'finding Step Functions',
    'support:DescribeTrustedAdvisor*': 'Trusted Advisor checks, as service limits',
    'support:RefreshTrustedAdvisorCheck': 'fresh results of Trusted Advisor',
    'tag:GetResources': 'the tags of all resources',
    'tag:GetTagKeys': 'the keys of tags',
    'tag:GetTagValues': 'the values of tags',
    'xray:BatchGetTraces': 'X-Ray traces',
    'xray:GetTraceSummaries': 'finding X-Ray traces',
}


def lost_entirely(entries: Iterable[Entry]) -> frozenset[str]:
    """Services of which no required permission is granted, not even in part."""
    services: dict[str, bool] = {}
    for entry in entries:
        services[entry.service] = services.get(entry.service, True) and entry.grant in (Grant.MISSING, Grant.DENIED)
    return frozenset(service for service, lost in services.items() if lost)


def uses_of(entry: Entry, *, standard: bool) -> tuple[str, ...]:
    """Of an entry that is not granted, or of the operations that it lacks; () where no page says."""
    if not standard:
        return (RESOURCE_COLLECTION,)
    return tuple(dict.fromkeys(USES[action] for action in entry.lacking or (entry.action,) if action in USES))
