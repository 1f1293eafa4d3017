"""What the load balancers that the operator chose say of their targets, and which monitors of Datadog count these.

A target is what is registered: an instance, an address, a function or another load balancer, with a port. CloudWatch's
HealthyHostCount counts targets, so an instance with two ports counts twice there, and here.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from ..values import Checked, DatadogMetric, RegionName


class AvailabilityZone(Checked):
    """A zone of a region, a Local Zone, a Wavelength Zone, or `all`, as Elastic Load Balancing has it for a target
    outside of every zone."""

    FORM = r'all|[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}([a-z]|-[a-z0-9-]{1,24}[a-z0-9])'
    ALLOWED = 'an availability zone like eu-west-1a, or all'


EVERY_ZONE = AvailabilityZone('all')


class LoadBalancerName(Checked):
    """Alone, or as the end of an ARN, which is its dimension in CloudWatch."""

    FORM = r'((app|net|gwy)/)?[A-Za-z0-9][A-Za-z0-9-]{0,31}(/[0-9a-f]{8,17})?'
    ALLOWED = (
        'the name of a load balancer: up to 32 letters, digits and hyphens, or app/NAME/ID, net/NAME/ID, gwy/NAME/ID'
    )


class TargetGroupName(Checked):
    """As its dimension in CloudWatch: the end of its ARN."""

    FORM = r'(targetgroup/)?[A-Za-z0-9][A-Za-z0-9-]{0,31}(/[0-9a-f]{8,17})?'
    ALLOWED = 'the name of a target group: targetgroup/NAME/ID'


class BalancerKind(StrEnum):
    CLASSIC = 'classic'
    APPLICATION = 'application'
    NETWORK = 'network'
    GATEWAY = 'gateway'


class TargetState(StrEnum):
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html, and what stands for
    it in a Classic Load Balancer.

    CloudWatch counts the first one as healthy, the next two as unhealthy, and the others, as far as AWS documents it,
    as neither.
    """

    HEALTHY = 'healthy'
    UNHEALTHY = 'unhealthy'
    UNHEALTHY_DRAINING = 'unhealthy.draining'
    INITIAL = 'initial'
    """Being registered, or before its first health check has ended."""
    DRAINING = 'draining'
    UNUSED = 'unused'
    """Stopped, terminated or not registered, or no listener leads to its group."""
    ZONE_NOT_ENABLED = 'zone not enabled'
    """It is not used, and it is in a zone that the load balancer does not have enabled."""
    HEALTH_CHECKS_DISABLED = 'health checks disabled'
    """AWS says unavailable: what it means for an Application Load Balancer."""
    INTERNAL_ERROR = 'internal error'
    """AWS says unavailable: what it means for a Network Load Balancer."""
    UNKNOWN = 'unknown'
    """A Classic Load Balancer says so for a moment; and whatever else is none of the above."""


class TargetType(StrEnum):
    INSTANCE = 'instance'
    IP = 'ip'
    LAMBDA = 'lambda'
    ALB = 'alb'
    OTHER = 'other'


@dataclass(frozen=True, slots=True)
class TargetCount:
    """How many targets of one group are in this state in this zone."""

    zone: AvailabilityZone | None
    """'all' for one that belongs to no zone. None: not known, as of an instance of another account."""
    state: TargetState
    targets: int


@dataclass(frozen=True, slots=True)
class TargetGroup:
    name: TargetGroupName | None
    """As its dimension in CloudWatch; None: the instances of a Classic Load Balancer, which has no groups."""
    counts: tuple[TargetCount, ...] | Unobserved
    cross_zone: bool | Unobserved
    """Whether cross-zone load balancing is in force: the setting of the group, else that of the load balancer."""
    target_type: TargetType = TargetType.INSTANCE
    health_checks: bool = True


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    kind: BalancerKind
    name: LoadBalancerName
    dimension: LoadBalancerName
    """Its name in CloudWatch: of a classic one the same, else the end of the ARN, like app/web/50dc6c495c0c9188."""
    region: RegionName
    zones: tuple[AvailabilityZone, ...]
    """Those that it has enabled."""
    groups: tuple[TargetGroup, ...] | Unobserved


class CountUse(StrEnum):
    """What a monitor makes of a count."""

    NUMBER = 'number'
    """It compares the count with a number of hosts."""
    PRESENCE = 'presence'
    """It only tells none from some, or more from less: twice the count gives the same."""
    QUOTIENT = 'quotient'
    """It divides such counts of one scope by each other, where a factor that all have cancels out."""
    OTHER = 'other'
    """It calculates with it, or is not read."""


@dataclass(frozen=True, slots=True)
class CountingQuery:
    """A part of a monitor's query that reads CloudWatch's count of healthy or unhealthy hosts."""

    monitor: int
    """Its id in Datadog."""
    name: str
    """Of the monitor."""
    aggregator: str
    """Over the series: avg, max, min or sum."""
    metric: DatadogMetric
    scope: tuple[tuple[str, str], ...]
    """Its filters: keys and values of tags. A key that is no tag's is `*`, for everything, or begins with `!`."""
    by: tuple[str, ...]
    """The tags that it groups by."""
    use: CountUse = CountUse.OTHER


@dataclass(frozen=True, slots=True)
class LoadBalancers:
    balancers: tuple[LoadBalancer, ...]
    """The chosen ones, by region and name."""
    regions: tuple[RegionName, ...]
    """Those that were looked at."""
    gaps: tuple[Unobserved, ...] = ()
    """What was not looked at."""
    queries: tuple[CountingQuery, ...] | Unobserved = Unobserved('not asked')
    """Those of the monitors in Datadog."""
    every_monitor: bool = True
    """False where some monitors could not be read."""
