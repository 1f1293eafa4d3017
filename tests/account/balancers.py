"""Facts of load balancers as a run finds them: two zones, and cross-zone load balancing as AWS sets it by default."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.facts.account import (
    BalancerKind,
    CountingQuery,
    LoadBalancer,
    LoadBalancers,
    TargetCount,
    TargetGroup,
    TargetState,
)
from datadog_checks.aws_diagnostics.facts.account.load_balancers import (
    AvailabilityZone,
    LoadBalancerName,
    TargetGroupName,
)
from datadog_checks.aws_diagnostics.facts.metrics import Monitor
from datadog_checks.aws_diagnostics.rules.host_count_monitors import counting_queries
from tests.account.builders import REGION

ZONE_A, ZONE_B, ZONE_C = (AvailabilityZone(f'{REGION}{letter}') for letter in 'abc')
BOTH = (ZONE_A, ZONE_B)
HEALTHY, UNHEALTHY = TargetState.HEALTHY, TargetState.UNHEALTHY
ID, GROUP_ID = '50dc6c495c0c9188', '73e2d6bc24d8a067'
PREFIXES = {BalancerKind.APPLICATION: 'app', BalancerKind.NETWORK: 'net', BalancerKind.GATEWAY: 'gwy'}


def count(zone: AvailabilityZone | None, targets: int, state: TargetState = HEALTHY) -> TargetCount:
    return TargetCount(zone, state, targets)


TWO_AND_THREE = (count(ZONE_A, 2), count(ZONE_B, 3))
"""The example of Datadog's guide."""


def group(*counts: TargetCount, name: str = 'web', **differences: Any) -> TargetGroup:
    """Without counts: the guide's two and three."""
    healthy = TargetGroup(TargetGroupName(f'targetgroup/{name}/{GROUP_ID}'), counts or TWO_AND_THREE, cross_zone=True)
    return replace(healthy, **differences)


def classic(*counts: TargetCount, name: str = 'web', cross_zone: bool = True, **differences: Any) -> LoadBalancer:
    """Without counts: the guide's two and three."""
    instances = TargetGroup(None, counts or TWO_AND_THREE, cross_zone)
    named = LoadBalancerName(name)
    return replace(LoadBalancer(BalancerKind.CLASSIC, named, named, REGION, BOTH, (instances,)), **differences)


def later(
    *groups: TargetGroup, kind: BalancerKind = BalancerKind.APPLICATION, name: str = 'web', **differences: Any
) -> LoadBalancer:
    """Without groups: one of the guide's two and three."""
    dimension = LoadBalancerName(f'{PREFIXES[kind]}/{name}/{ID}')
    found = LoadBalancer(kind, LoadBalancerName(name), dimension, REGION, BOTH, groups or (group(),))
    return replace(found, **differences)


def load_balancers(*balancers: LoadBalancer, **differences: Any) -> LoadBalancers:
    """Datadog was asked for its monitors, and none counts hosts."""
    return replace(LoadBalancers(balancers, (REGION,), queries=()), **differences)


def queries(*texts: str) -> tuple[CountingQuery, ...]:
    """Of monitors 1, 2, ... that are named so, and want more than one host."""
    return monitored(*(f'min(last_5m):{text} <= 1' for text in texts))


def monitored(*texts: str) -> tuple[CountingQuery, ...]:
    """Of whole queries of monitors 1, 2, ..."""
    monitors = (Monitor(number, f'hosts {number}', 'query alert', text) for number, text in enumerate(texts, 1))
    return tuple(query for monitor in monitors for query in counting_queries(monitor))
