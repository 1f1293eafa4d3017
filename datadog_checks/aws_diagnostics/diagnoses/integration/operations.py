"""What a wildcard entry of the required list is known to be used for.

From the permission tables of Datadog's integration pages (docs.datadoghq.com/integrations/amazon_*), which name the
operations one by one. A wildcard entry that is not here is used for operations that no page names.
"""

from collections.abc import Mapping

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
