"""What IAM's simulator says of the role: the only way to see a service control policy from within an account.

It takes no wildcards and is slow, so it is asked about a few concrete actions for each service: sentinels.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from ...facts.account import Decision, RequiredPermissions, Simulated, Simulation
from ...rules.policy_language import covers, is_pattern, service_of
from ..foreign import entry_of
from .denials import CallFailed, asking
from .session import Client

ACTION = re.compile(r'[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}')
BATCH = 25
"""Actions in one call."""
PACE = 0.25
"""Seconds between two calls: IAM allows few of these in a second."""
MOST_REGIONS = 3
REFUSED_INPUT = frozenset({'InvalidInput', 'InvalidInputException', 'ValidationError'})
"""One action that the simulator does not know spoils its whole batch."""


def simulate(
    iam: Client,
    role_arn: str,
    actions: Sequence[str],
    regions: Sequence[str] = (),
    wait: Callable[[float], None] = time.sleep,
) -> Simulation:
    """iam:SimulatePrincipalPolicy for concrete actions on every resource, in each of at most three regions.

    Ends early, as incomplete, where IAM throttles or the budget ends after the first results. Raises CallFailed
    when there is none.
    """
    results: list[Simulated] = []
    for region in regions[:MOST_REGIONS] or ('',):
        for start in range(0, len(actions), BATCH):
            try:
                results += _batch(iam, role_arn, actions[start : start + BATCH], region)
            except CallFailed:
                if not results:
                    raise
                return Simulation(tuple(results), complete=False)
            wait(PACE)
    return Simulation(tuple(results))


def _batch(iam: Client, role_arn: str, actions: Sequence[str], region: str) -> list[Simulated]:
    """IAM refuses a batch for one action that it does not know: the batch is halved until only that one is left."""
    try:
        return _ask(iam, role_arn, actions, region)
    except CallFailed as e:
        if e.code not in REFUSED_INPUT:
            raise
        if len(actions) == 1:
            return []
    half = len(actions) // 2
    return _batch(iam, role_arn, actions[:half], region) + _batch(iam, role_arn, actions[half:], region)


def _ask(iam: Client, role_arn: str, actions: Sequence[str], region: str) -> list[Simulated]:
    with asking('iam:SimulatePrincipalPolicy'):
        pages = iam.get_paginator('simulate_principal_policy').paginate(
            PolicySourceArn=role_arn,
            ActionNames=list(actions),
            **_context(region),
            PaginationConfig={'MaxItems': len(actions)},
        )
        found = [result for page in pages for result in page['EvaluationResults']]
    return list(_simulated(found, region))


def _context(region: str) -> dict[str, list[dict[str, object]]]:
    if not region:
        return {}
    entry: dict[str, object] = {
        'ContextKeyName': 'aws:RequestedRegion',
        'ContextKeyValues': [region],
        'ContextKeyType': 'string',
    }
    return {'ContextEntries': [entry]}


def _simulated(results: Sequence[Mapping[str, object]], region: str) -> Iterator[Simulated]:
    """Without those whose decision or action has a form that AWS does not document."""
    for result in results:
        decision, action = result.get('EvalDecision'), result.get('EvalActionName')
        if decision in tuple(Decision) and isinstance(action, str) and ACTION.fullmatch(action):
            yield Simulated(
                action=action,
                decision=Decision(str(decision)),
                allowed_by_organization=_flag(result, 'OrganizationsDecisionDetail', 'AllowedByOrganizations'),
                allowed_by_boundary=_flag(result, 'PermissionsBoundaryDecisionDetail', 'AllowedByPermissionsBoundary'),
                region=region,
            )


def _flag(result: Mapping[str, object], detail: str, name: str) -> bool | None:
    flag = entry_of(result, detail).get(name)
    return flag if isinstance(flag, bool) else None


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
