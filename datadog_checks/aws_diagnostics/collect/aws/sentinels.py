"""Which concrete actions stand for the list that Datadog requires: IAM's simulator takes no wildcards."""

from collections.abc import Iterable, Sequence

from ...facts.account import RequiredPermissions
from ...rules.policy_language import covers, is_pattern, service_of

PER_SERVICE = 2

EXAMPLES = (
    'autoscaling:DescribeAutoScalingGroups',
    'backup:ListBackupPlans',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'cloudwatch:ListMetrics',
    'codedeploy:BatchGetApplications',
    'codedeploy:ListApplications',
    'directconnect:DescribeConnections',
    'dynamodb:DescribeTable',
    'dynamodb:ListTables',
    'ec2:DescribeInstances',
    'ecs:DescribeClusters',
    'ecs:ListClusters',
    'elasticache:DescribeCacheClusters',
    'elasticache:ListTagsForResource',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticmapreduce:DescribeCluster',
    'elasticmapreduce:ListClusters',
    'kinesis:DescribeStream',
    'kinesis:ListStreams',
    'lambda:ListFunctions',
    'organizations:DescribeOrganization',
    'organizations:ListAccounts',
    'rds:DescribeDBInstances',
    'rds:ListTagsForResource',
    'route53:ListHostedZones',
    'ses:GetSendQuota',
    'ses:ListIdentities',
    'sns:ListTopics',
    'support:DescribeTrustedAdvisorChecks',
)
"""For the wildcards of the list: operations of these services as botocore's models name them, which a test compares."""


def sentinels(required: RequiredPermissions, *, resource_collection: bool) -> tuple[str, ...]:
    """At most two concrete actions of each service, in the order of the list.

    A wildcard is represented by an example of it, or by an action of the longer list; one without either is left out.
    """
    wanted = (*required.standard, *(required.resource_collection if resource_collection else ()))
    concrete = (*EXAMPLES, *(a for a in (*required.standard, *required.resource_collection) if not is_pattern(a)))
    found: dict[str, list[str]] = {}
    for action in wanted:
        chosen = found.setdefault(service_of(action), [])
        represented = _example(action, concrete)
        if represented and represented not in chosen and len(chosen) < PER_SERVICE:
            chosen.append(represented)
    return tuple(action for chosen in found.values() for action in chosen)


def _example(action: str, concrete: Iterable[str]) -> str | None:
    if not is_pattern(action):
        return action
    return next((example for example in concrete if covers(action, example)), None)


GLOBAL = frozenset(
    {
        'account',
        'aws-portal',
        'bcm-data-exports',
        'budgets',
        'ce',
        'cloudfront',
        'consolidatedbilling',
        'cur',
        'freetier',
        'globalaccelerator',
        'health',
        'iam',
        'invoicing',
        'networkmanager',
        'oam',
        'organizations',
        'payments',
        'route53',
        'route53domains',
        's3',
        'savingsplans',
        'shield',
        'sts',
        'support',
        'tax',
        'trustedadvisor',
        'waf',
        'wafv2',
    }
)
"""Services that a policy which closes regions has to exempt, as they have one endpoint for all regions (the example of
AWS, "Deny access to AWS based on the requested AWS Region", and AWS Control Tower's region deny)."""
FIRST = ('ec2', 'cloudwatch', 'tag')
MOST_REGIONAL = 25
"""One call for each region."""


def regional(actions: Sequence[str]) -> tuple[str, ...]:
    """Some that are asked of a region, first those without which Datadog loses more than one service."""
    of_regions = [action for action in actions if service_of(action) not in GLOBAL]
    return tuple(sorted(of_regions, key=lambda action: service_of(action) not in FIRST)[:MOST_REGIONAL])
