"""Targets counted once by zone, and what a sum over CloudWatch's zones shows."""

from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import BalancerKind, TargetState, TargetType
from datadog_checks.aws_diagnostics.facts.account.load_balancers import EVERY_ZONE
from datadog_checks.aws_diagnostics.rules.load_balancing import (
    HEALTHY,
    MOST_SERIES,
    UNHEALTHY,
    HostCount,
    host_counts,
    within_bounds,
)
from tests.account.balancers import ZONE_A, ZONE_B, ZONE_C, classic, count, group, later

A, B = str(ZONE_A), str(ZONE_B)
NEITHER = frozenset(TargetState) - HEALTHY - UNHEALTHY


def only(balancer: Any) -> HostCount:
    (found,) = host_counts([balancer])
    return found


def numbers(found: HostCount) -> tuple[dict[str, int], int | None, float | None]:
    """By zone, as a sum over zones shows it, and how many times as many: of the healthy ones."""
    return dict(found.by_zone(HEALTHY)), found.summed(HEALTHY), found.inflation


NETWORK = BalancerKind.NETWORK
SITUATIONS = [
    pytest.param(classic(), ({A: 2, B: 3}, 10, 2.0), id="situation 3, the guide's example: 5 and 5, ours 2 and 3"),
    pytest.param(classic(cross_zone=False), ({A: 2, B: 3}, 5, 1.0), id='cross-zone load balancing is off'),
    pytest.param(
        classic(*(count(zone, 10) for zone in (ZONE_A,)), zones=(ZONE_A, ZONE_B, ZONE_C)),
        ({A: 10, B: 0, str(ZONE_C): 0}, 30, 3.0),
        id='cloudwatch_exporter#287: 10 in each of three zones, 30 in the sum',
    ),
    pytest.param(later(), ({A: 2, B: 3}, 10, 2.0), id='an Application Load Balancer'),
    pytest.param(
        later(group(cross_zone=False), kind=NETWORK), ({A: 2, B: 3}, 5, 1.0), id='a Network Load Balancer by default'
    ),
    pytest.param(
        later(group(count(ZONE_A, 2), count(EVERY_ZONE, 1), cross_zone=False), kind=NETWORK),
        ({A: 2, B: 0, 'all': 1}, 4, 4 / 3),
        id='an address outside of all zones gets requests from each of them',
    ),
    pytest.param(
        later(group(count(ZONE_A, 2), count(None, 1))),
        ({A: 2, B: 0, 'unknown': 1}, 6, 2.0),
        id='an instance of another account: in some zone, and counted',
    ),
    pytest.param(
        later(group(count(ZONE_A, 2), count(ZONE_C, 4, TargetState.ZONE_NOT_ENABLED))),
        ({A: 2, B: 0, str(ZONE_C): 0}, 4, 2.0),
        id='instances in a zone that is not enabled are neither',
    ),
    pytest.param(
        later(group(count(EVERY_ZONE, 1), target_type=TargetType.ALB), kind=NETWORK),
        ({A: 0, B: 0, 'all': 1}, None, None),
        id='CloudWatch does not count an Application Load Balancer as a target',
    ),
    pytest.param(
        later(group(count(EVERY_ZONE, 1, TargetState.HEALTH_CHECKS_DISABLED), health_checks=False)),
        ({A: 0, B: 0, 'all': 0}, None, None),
        id='CloudWatch has no host counts without health checks',
    ),
    pytest.param(later(group(counts=())), ({A: 0, B: 0}, None, None), id='situation 18: no targets, no host counts'),
    pytest.param(
        later(group(cross_zone=Unobserved('denied'))), ({A: 2, B: 3}, None, None), id='the setting is not known'
    ),
    pytest.param(classic(zones=()), ({A: 2, B: 3}, None, None), id='the enabled zones are not known'),
    pytest.param(
        classic(count(ZONE_A, 2, TargetState.UNHEALTHY)), ({A: 0, B: 0}, 0, 2.0), id='only unhealthy ones: of these'
    ),
    pytest.param(
        classic(count(ZONE_A, 2, TargetState.DRAINING)), ({A: 0, B: 0}, 0, None), id='nothing that is counted'
    ),
]


@pytest.mark.parametrize(('balancer', 'right'), SITUATIONS)
def test_each_target_counts_once_and_in_a_sum_over_zones_as_often_as_cloudwatch_has_it(balancer, right):
    found = only(balancer)
    assert numbers(found) == right
    assert all(sum(found.by_zone(states).values()) == found.total(states) for states in (HEALTHY, UNHEALTHY, NEITHER))


def test_the_series_of_each_zone_is_as_the_guide_has_it():
    """Situation 3: five in each of two zones. So the sum is ten, and one zone alone has the true count."""
    found = only(classic())
    assert found.summed(HEALTHY) == 5 * len(found.balancer.zones)
    assert found.total(HEALTHY) == 5


def test_an_average_over_nodes_is_no_count():
    """Situation 25, AWS's example: one node sees 2 to 10 healthy targets, the other one 1 to 5, on average about 4.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """
    statistics = {'Minimum': 1, 'Average': 4, 'Maximum': 10}
    found = only(later(group(count(ZONE_A, 5), count(ZONE_B, 5))))
    assert [name for name, value in statistics.items() if value == found.total(HEALTHY)] == ['Maximum']
    assert dict(found.by_zone(HEALTHY)) == {A: 5, B: 5}


@pytest.mark.parametrize('state', TargetState)
def test_every_state_is_healthy_unhealthy_or_neither(state):
    found = only(classic(count(ZONE_A, 7, state)))
    counted = {name: found.total(states) for name, states in (('+', HEALTHY), ('-', UNHEALTHY), ('0', NEITHER))}
    place = {'healthy': '+', 'unhealthy': '-', 'unhealthy.draining': '-'}.get(state, '0')
    assert counted == {'+': 0, '-': 0, '0': 0, place: 7}


FAIL_OPEN = [
    pytest.param(later(group(count(ZONE_A, 2, TargetState.UNHEALTHY))), True, id='all are unhealthy'),
    pytest.param(later(group(count(ZONE_A, 2, TargetState.UNHEALTHY), count(ZONE_B, 1))), False, id='one is healthy'),
    pytest.param(
        later(group(count(ZONE_A, 2, TargetState.UNHEALTHY), count(ZONE_B, 1, TargetState.INITIAL))),
        False,
        id='one has not been checked yet',
    ),
    pytest.param(classic(count(ZONE_A, 2, TargetState.UNHEALTHY)), False, id='a Classic Load Balancer answers 503'),
    pytest.param(later(group(counts=())), False, id='there are no targets'),
]


@pytest.mark.parametrize(('balancer', 'opens'), FAIL_OPEN)
def test_a_load_balancer_without_healthy_targets_fails_open(balancer, opens):
    assert only(balancer).fails_open is opens


def test_groups_are_counted_apart_and_those_that_were_not_seen_are_left_out():
    """A target of two groups counts once in each: CloudWatch has no host count of a whole load balancer."""
    denied = Unobserved('denied')
    found = host_counts([later(group(name='one'), group(name='two', counts=denied)), later(groups=denied), classic()])
    assert [count.dimension for count in found] == ['targetgroup/one/73e2d6bc24d8a067', 'web']


def test_no_more_series_than_allowed_and_no_group_in_part():
    found = host_counts([later(name=f'web-{number}') for number in range(200)])
    sent = within_bounds(found)
    assert {count.series for count in found} == {7}
    assert (len(sent), sum(count.series for count in sent)) == (MOST_SERIES // 7, 497)
    assert sent == found[: len(sent)]
