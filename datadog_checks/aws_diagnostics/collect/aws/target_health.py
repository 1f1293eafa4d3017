"""The targets of one load balancer: their state and zone, as elasticloadbalancing and EC2 describe them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...facts import Unobserved
from ...facts.account import BalancerKind, TargetCount, TargetGroup, TargetState, TargetType
from ...facts.account.load_balancers import EVERY_ZONE, AvailabilityZone, LoadBalancerName, TargetGroupName
from ...facts.values import InstanceId
from ..foreign import entry_of
from ..run import or_why
from .botocore_setup import Answer
from .instance_zones import Ask, Zones, pages

CROSS_ZONE = 'load_balancing.cross_zone.enabled'
STATES = {
    'healthy': TargetState.HEALTHY,
    'unhealthy': TargetState.UNHEALTHY,
    'unhealthy.draining': TargetState.UNHEALTHY_DRAINING,
    'initial': TargetState.INITIAL,
    'draining': TargetState.DRAINING,
    'unused': TargetState.UNUSED,
}
NOT_USED = frozenset({TargetState.UNHEALTHY, TargetState.INITIAL, TargetState.UNUSED, TargetState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Described:
    """A load balancer as it is listed."""

    kind: BalancerKind
    name: LoadBalancerName
    dimension: LoadBalancerName
    zones: tuple[AvailabilityZone, ...]
    arn: str = ''
    """'' for a classic one."""
    instances: int = 0
    """Registered with a classic one."""


@dataclass(frozen=True, slots=True)
class Target:
    id: str
    state: TargetState
    zone: AvailabilityZone | None


def groups_of(balancer: Described, zones: Zones, ask: Ask) -> tuple[TargetGroup, ...]:
    """Raises NotCollected where not even the groups are listed."""
    if balancer.kind is BalancerKind.CLASSIC:
        return (_instances_of(balancer, zones, ask),)
    fallback = _cross_zone_of(balancer, ask)
    listed = [g for p in pages(ask, 'elbv2', 'describe_target_groups', LoadBalancerArn=balancer.arn) for g in _of(p)]
    return tuple(_group(balancer, group, fallback, zones, ask) for group in listed)


def _of(page: Answer) -> Sequence[Answer]:
    groups: Sequence[Answer] = page.get('TargetGroups', ())
    return groups


# Classic Load Balancers


def _instances_of(balancer: Described, zones: Zones, ask: Ask) -> TargetGroup:
    counts = or_why(lambda: _classic_counts(balancer, zones, ask)) if balancer.instances else ()
    return TargetGroup(None, counts, cross_zone=or_why(lambda: _classic_cross_zone(balancer, ask)))


def _classic_cross_zone(balancer: Described, ask: Ask) -> bool:
    answer = ask('elb', 'describe_load_balancer_attributes', LoadBalancerName=balancer.name)
    return entry_of(entry_of(answer, 'LoadBalancerAttributes'), 'CrossZoneLoadBalancing').get('Enabled') is True


def _classic_counts(balancer: Described, zones: Zones, ask: Ask) -> tuple[TargetCount, ...]:
    answer = ask('elb', 'describe_instance_health', LoadBalancerName=balancer.name)
    states = answer.get('InstanceStates', ())
    targets = [Target(str(s.get('InstanceId')), _classic_state(s), None) for s in states]
    return _counted(balancer, targets, zones, ask)


def _classic_state(described: Answer) -> TargetState:
    """https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html

    OutOfService because of the load balancer, not of the instance, is one whose registration has not ended.
    """
    match described.get('State'), described.get('ReasonCode'):
        case 'InService', _:
            return TargetState.HEALTHY
        case 'OutOfService', 'ELB':
            return TargetState.INITIAL
        case 'OutOfService', _:
            return TargetState.UNHEALTHY
    return TargetState.UNKNOWN


# Application, Network and Gateway Load Balancers


def _cross_zone_of(balancer: Described, ask: Ask) -> bool | Unobserved:
    """An Application Load Balancer always has it, unless a target group turns it off."""
    if balancer.kind is BalancerKind.APPLICATION:
        return True
    answer = or_why(lambda: ask('elbv2', 'describe_load_balancer_attributes', LoadBalancerArn=balancer.arn))
    return answer if isinstance(answer, Unobserved) else _attribute(answer) == 'true'


def _attribute(answer: Answer) -> str:
    return next((str(a.get('Value')) for a in answer.get('Attributes', ()) if a.get('Key') == CROSS_ZONE), '')


def _group(balancer: Described, listed: Answer, fallback: bool | Unobserved, zones: Zones, ask: Ask) -> TargetGroup:
    arn = str(listed.get('TargetGroupArn'))
    attributes = or_why(lambda: ask('elbv2', 'describe_target_group_attributes', TargetGroupArn=arn))
    own = attributes if isinstance(attributes, Unobserved) else _attribute(attributes)
    type_ = TargetType(t) if (t := listed.get('TargetType')) in set(TargetType) else TargetType.OTHER
    return TargetGroup(
        TargetGroupName.of(arn.rpartition(':')[2]),
        or_why(lambda: _counts(balancer, arn, type_, zones, ask)),
        cross_zone=own if isinstance(own, Unobserved) else own == 'true' if own in ('true', 'false') else fallback,
        target_type=type_,
        health_checks=listed.get('HealthCheckEnabled') is not False,
    )


def _counts(balancer: Described, arn: str, type_: TargetType, zones: Zones, ask: Ask) -> tuple[TargetCount, ...]:
    answer = ask('elbv2', 'describe_target_health', TargetGroupArn=arn)
    targets = [_target(described, type_) for described in answer.get('TargetHealthDescriptions', ())]
    return _counted(balancer, targets, zones, ask)


def _target(described: Answer, type_: TargetType) -> Target:
    target, health = described.get('Target', {}), described.get('TargetHealth', {})
    zone = AvailabilityZone.of(target.get('AvailabilityZone'))
    if zone is None and type_ in (TargetType.LAMBDA, TargetType.ALB):
        zone = EVERY_ZONE
    return Target(str(target.get('Id')), _state(health), zone)


def _state(health: Answer) -> TargetState:
    state, reason = health.get('State'), health.get('Reason')
    if state == 'unavailable':
        disabled = reason == 'Target.HealthCheckDisabled'
        return TargetState.HEALTH_CHECKS_DISABLED if disabled else TargetState.INTERNAL_ERROR
    return STATES.get(str(state), TargetState.UNKNOWN)


# Zones


def _counted(balancer: Described, targets: Sequence[Target], zones: Zones, ask: Ask) -> tuple[TargetCount, ...]:
    """Where EC2 may not be asked, the zone of an instance is not known, and the number of instances still is."""
    known = zones.of([id for t in targets if t.zone is None and (id := InstanceId.of(t.id))], ask)
    found: Counter[tuple[str, TargetState]] = Counter()
    for target in targets:
        zone = target.zone or known.get(target.id)
        found[zone or '', _in_its_zone(balancer, zone, target.state)] += 1
    return tuple(
        TargetCount(AvailabilityZone.of(zone), state, number) for (zone, state), number in sorted(found.items())
    )


def _in_its_zone(balancer: Described, zone: AvailabilityZone | None, state: TargetState) -> TargetState:
    """AWS says of a target in a zone that is not enabled that it is unused or out of service, not that it is ill."""
    elsewhere = zone is not None and zone != EVERY_ZONE and bool(balancer.zones) and zone not in balancer.zones
    return TargetState.ZONE_NOT_ENABLED if elsewhere and state in NOT_USED else state
