"""What Datadog publishes about its AWS integration, as tables.

- ACCOUNTS, its own AWS accounts: its CloudFormation template aws_quickstart/main_v2.yaml
  (DataDog/cloudformation-template).
- FEATURES, what it shows with the permissions for a service, and OPERATIONS, what it uses a wildcard for: its
  permission lists and the pages of its integrations (docs.datadoghq.com/integrations/amazon_*).
"""

from collections.abc import Mapping

US1 = '464622532012'

ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    'aws': {
        'datadoghq.com': US1,
        'datadoghq.eu': US1,
        'us3.datadoghq.com': US1,
        'us5.datadoghq.com': US1,
        'ap1.datadoghq.com': '417141415827',
        'ap2.datadoghq.com': '412381753143',
        'uk1.datadoghq.com': '117348461845',
        'ddog-gov.com': '392588925713',
        'us2.ddog-gov.com': '382742775718',
        'datad0g.com': '727006795293',
    },
    'aws-us-gov': {
        'ddog-gov.com': '065115117704',
        'us2.ddog-gov.com': '486737091498',
    },
}
"""The account that assumes the integration role, by partition and Datadog site. There is none for AWS in China, nor for
GovCloud outside Datadog's government sites: there Datadog documents access keys."""


def account_of(site: str, partition: str) -> str | None:
    """The account that Datadog comes from; None where it offers no role for this site and partition."""
    return ACCOUNTS.get(partition, {}).get(site.lower())


def owner_of(account: str) -> str:
    """Like 'us2.ddog-gov.com' or 'datadoghq.com and others'; '' for an account that is not Datadog's."""
    sites = [site for accounts in ACCOUNTS.values() for site, id in accounts.items() if id == account]
    return f'{sites[0]} and others' if len(sites) > 1 else ''.join(sites)


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
