"""What Datadog publishes about its AWS integration, as tables.

- FEATURES, what it shows with the permissions for a service, and OPERATIONS, what it uses a wildcard for: its
  permission lists and the pages of its integrations (docs.datadoghq.com/integrations/amazon_*).
"""

from collections.abc import Mapping

CORE = frozenset({'cloudwatch', 'ec2', 'tag'})
"""Without these Datadog loses more than one service: all metrics, all hosts, or the tags of everything."""

RESOURCE_COLLECTION = 'Resource Catalog and Cloud Security'

FEATURES: Mapping[str, str] = {
    'account': 'account inventory',
    'airflow': 'Managed Airflow metrics',
    'apigateway': 'API Gateway metrics and tags',
    'autoscaling': 'Auto Scaling metrics and tags of hosts',
    'backup': 'Backup metrics',
    'batch': 'Batch metrics',
    'bcm-data-exports': 'Cloud Cost Management',
    'budgets': 'billing and budget metrics',
    'cloudfront': 'CloudFront metrics and tags',
    'cloudtrail': 'CloudTrail events',
    'cloudwatch': 'all CloudWatch metrics and alarms',
    'cur': 'Cloud Cost Management',
    'dynamodb': 'DynamoDB metrics and tags',
    'ec2': 'hosts, their tags and status',
    'ecs': 'ECS metrics and tags',
    'eks': 'EKS clusters',
    'elasticache': 'ElastiCache metrics and events',
    'elasticfilesystem': 'EFS metrics and tags',
    'elasticloadbalancing': 'load balancer metrics and tags',
    'elasticmapreduce': 'EMR metrics and tags',
    'es': 'OpenSearch metrics and tags',
    'events': 'EventBridge as a destination',
    'health': 'AWS Health events',
    'iam': 'the name of the account',
    'kinesis': 'Kinesis metrics and tags',
    'lambda': 'Lambda metrics, tags and log forwarding',
    'logs': 'automatic log collection',
    'network-firewall': 'Network Firewall logs',
    'oam': 'cross-account observability',
    'organizations': 'names and tags of accounts',
    'rds': 'RDS metrics, tags and events',
    'redshift': 'Redshift metrics and logs',
    'route53': 'Route 53 metrics and tags',
    's3': 'S3 metrics, tags and automatic log collection',
    'ses': 'SES metrics',
    'sns': 'SNS metrics and notifications',
    'sqs': 'SQS metrics',
    'states': 'Step Functions metrics and tags',
    'support': 'Trusted Advisor',
    'tag': 'the tags of all resources',
    'wafv2': 'WAF logs',
    'xray': 'X-Ray traces',
}
"""What Datadog no longer shows without the permissions for a service, which is named by its IAM prefix."""


def feature_of(service: str, *, standard: bool = True) -> str:
    """`standard`: some of the permissions are on the standard list, not only on the list for resource collection."""
    return FEATURES.get(service, f'metrics and tags of {service}') if standard else RESOURCE_COLLECTION


OPERATIONS: Mapping[str, tuple[str, ...]] = {
    'autoscaling:Describe*': ('autoscaling:DescribeAutoScalingGroups', 'autoscaling:DescribePolicies'),
    'cloudwatch:Get*': ('cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics'),
    'cloudwatch:List*': ('cloudwatch:ListMetrics',),
    'directconnect:Describe*': ('directconnect:DescribeConnections', 'directconnect:DescribeTags'),
    'dynamodb:Describe*': ('dynamodb:DescribeTable',),
    'dynamodb:List*': ('dynamodb:ListTables', 'dynamodb:ListTagsOfResource'),
    'ec2:Describe*': ('ec2:DescribeInstances', 'ec2:DescribeInstanceStatus', 'ec2:DescribeSecurityGroups'),
    'ecs:Describe*': ('ecs:DescribeClusters', 'ecs:DescribeContainerInstances'),
    'ecs:List*': ('ecs:ListClusters', 'ecs:ListContainerInstances', 'ecs:ListServices'),
    'elasticache:Describe*': ('elasticache:DescribeCacheClusters', 'elasticache:DescribeEvents'),
    'elasticache:List*': ('elasticache:ListTagsForResource',),
    'elasticloadbalancing:Describe*': (
        'elasticloadbalancing:DescribeInstanceHealth',
        'elasticloadbalancing:DescribeLoadBalancers',
        'elasticloadbalancing:DescribeTags',
        'elasticloadbalancing:DescribeTargetGroups',
    ),
    'elasticmapreduce:Describe*': ('elasticmapreduce:DescribeCluster',),
    'elasticmapreduce:List*': ('elasticmapreduce:ListClusters',),
    'kinesis:Describe*': ('kinesis:DescribeStream',),
    'kinesis:List*': ('kinesis:ListStreams', 'kinesis:ListTagsForStream'),
    'lambda:List*': ('lambda:ListFunctions', 'lambda:ListTags'),
    'rds:Describe*': ('rds:DescribeDBInstances', 'rds:DescribeEvents'),
    'rds:List*': ('rds:ListTagsForResource',),
    'route53:List*': ('route53:ListHealthChecks', 'route53:ListTagsForResources'),
    'sns:List*': ('sns:ListTopics',),
}
"""The operations that Datadog documents for a wildcard entry of its list. Of any other wildcard no page says more."""
