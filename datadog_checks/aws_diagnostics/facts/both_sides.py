"""One metric over the same minutes, as CloudWatch has it and as Datadog has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .metrics import Dimensions, MetricType, PerSecond, Points


@dataclass(frozen=True, slots=True)
class OtherSet:
    """The same metric of CloudWatch with more dimensions, or with others."""

    dimensions: Dimensions
    points: Points
    """Of the statistic that was asked for."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One series of Datadog."""

    tags: tuple[str, ...]
    """By which it differs from the others, 'key:value'; of a wider scope the tag that was left out."""
    points: Points


@dataclass(frozen=True, slots=True)
class BothSides:
    statistic: str
    """That is expected: the one that the name of Datadog says or the person asked for; '' where nobody knows."""
    per_second: PerSecond
    period: int
    """Seconds, of both sides."""
    aggregator: str
    """With which Datadog combines the series of the scope: avg, max, min or sum."""
    dimensions: Dimensions
    cloudwatch: Mapping[str, Points]
    """By statistic, all of the asked dimensions."""
    datadog: tuple[Scope, ...]
    coarse: Mapping[str, Points] = field(default_factory=dict)
    """The same with a Period of 300 s, where 60 s had holes."""
    sets: tuple[OtherSet, ...] = ()
    wider: tuple[Scope, ...] = ()
    """What Datadog shows where one tag of the scope is left out."""
    routed: Points = ()
    """Requests that a load balancer routed although no host was healthy."""
    interval: int = 0
    """The longest that Datadog gave; 0: no values."""
    streams: tuple[str, ...] | None = None
    """Metric streams that run and carry the metric; None: not asked."""
    unread: tuple[str, ...] = ()
    """What could not be asked, and why: 'Datadog: ...'."""


@dataclass(frozen=True, slots=True)
class Read:
    sides: BothSides
    type: MetricType
    """As Datadog says, else the table of names."""
    query: str
    """Of Datadog, for the scope as it was asked for."""
    asked: bool = True
    """Whether Datadog was asked it."""
