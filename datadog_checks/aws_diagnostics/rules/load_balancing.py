"""Targets counted once by zone, beside what CloudWatch's series of the zones show and what their sum shows.

With cross-zone load balancing, the nodes of every zone check all targets, so the series of each enabled zone counts all
of them. AWS documents this for Classic Load Balancers; for the other kinds it follows from how their nodes work:
https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-cloudwatch-metrics.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..facts import Unobserved
from ..facts.account import BalancerKind, LoadBalancer, TargetGroup, TargetState, TargetType
from ..facts.account.load_balancers import EVERY_ZONE, AvailabilityZone

HEALTHY = frozenset({TargetState.HEALTHY})
UNHEALTHY = frozenset({TargetState.UNHEALTHY, TargetState.UNHEALTHY_DRAINING})
MOST_SERIES = 500
"""Of one account."""
UNKNOWN_ZONE = 'unknown'
FAILS_OPEN = frozenset({BalancerKind.APPLICATION, BalancerKind.NETWORK})
"""Without any healthy target they send requests to all of them, also to those that fail their health checks."""

States = frozenset[TargetState]


@dataclass(frozen=True, slots=True)
class HostCount:
    """Of one target group, or of one Classic Load Balancer."""

    balancer: LoadBalancer
    group: TargetGroup

    @property
    def dimension(self) -> str:
        """The group's name where it has one, else the load balancer's."""
        return self.group.name or self.balancer.dimension

    def total(self, states: States) -> int:
        """0 where nothing is known."""
        return sum(targets for _, targets in self._counts(states))

    def by_zone(self, states: States) -> Mapping[str, int]:
        """Each target in its own zone. First come the enabled zones, then those of other targets."""
        found: dict[str, int] = dict.fromkeys(self.balancer.zones, 0)
        for zone, _ in self._counts(frozenset(TargetState)):
            found.setdefault(zone or UNKNOWN_ZONE, 0)
        for zone, targets in self._counts(states):
            found[zone or UNKNOWN_ZONE] += targets
        return found

    def summed(self, states: States) -> int | None:
        """What a sum over CloudWatch's series of the zones shows.

        None where that is not known: AWS did not say how the group balances, or CloudWatch counts none of its targets.
        """
        zones = len(self.balancer.zones)
        if not zones or isinstance(self.group.cross_zone, Unobserved) or not self.is_counted:
            return None
        everywhere = states if self.group.cross_zone else frozenset()
        return sum(
            targets * (zones if everywhere or zone == EVERY_ZONE else 1) for zone, targets in self._counts(states)
        )

    @property
    def is_counted(self) -> bool:
        """Whether CloudWatch has host counts of it: with health checks, with targets, and not for an ALB as target."""
        checked = self.group.health_checks and self.group.target_type is not TargetType.ALB
        return checked and bool(self.group.counts) and not isinstance(self.group.counts, Unobserved)

    @property
    def inflation(self) -> float | None:
        """How many times as many a sum over the zones shows; None where it is not known or nothing can be counted."""
        for states in (HEALTHY, UNHEALTHY):
            summed, true = self.summed(states), self.total(states)
            if summed is not None and true:
                return summed / true
        return None

    @property
    def fails_open(self) -> bool:
        """No target is healthy and some are unhealthy, so that they get requests all the same."""
        waiting = self.total(frozenset({TargetState.INITIAL}))
        unhealthy_only = bool(self.total(UNHEALTHY)) and not self.total(HEALTHY) and not waiting
        return self.balancer.kind in FAILS_OPEN and self.is_counted and unhealthy_only

    @property
    def series(self) -> int:
        """How many it sends: two for each zone, the two sums and the factor."""
        return 2 * len(self.by_zone(HEALTHY)) + 3

    def _counts(self, states: States) -> Iterator[tuple[AvailabilityZone | None, int]]:
        counts = () if isinstance(self.group.counts, Unobserved) else self.group.counts
        yield from ((count.zone, count.targets) for count in counts if count.state in states)


def host_counts(balancers: Sequence[LoadBalancer]) -> tuple[HostCount, ...]:
    """Of all groups whose targets were seen."""
    return tuple(
        HostCount(balancer, group)
        for balancer in balancers
        if not isinstance(balancer.groups, Unobserved)
        for group in balancer.groups
        if not isinstance(group.counts, Unobserved)
    )


def within_bounds(counts: Sequence[HostCount]) -> tuple[HostCount, ...]:
    """The first ones, as many as MOST_SERIES allows."""
    sent: list[HostCount] = []
    left = MOST_SERIES
    for count in counts:
        left -= count.series
        if left < 0:
            break
        sent.append(count)
    return tuple(sent)
