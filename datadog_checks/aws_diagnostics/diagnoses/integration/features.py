"""What Datadog can no longer show when the permissions for an AWS service are missing.

Services are named by their IAM prefix. From the permission lists and the pages of Datadog's AWS integrations.
"""

from collections.abc import Mapping

CORE = frozenset({'cloudwatch', 'ec2', 'tag'})
"""Without these it is not one service that is lost: all metrics, all hosts, or the tags of everything."""

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


def feature_of(service: str, *, standard: bool = True) -> str:
    """`standard`: some of the permissions are on the standard list, not only on that of resource collection."""
    return FEATURES.get(service, f'metrics and tags of {service}') if standard else RESOURCE_COLLECTION
