"""What Datadog and CloudWatch have of one metric that somebody misses.

Where Datadog has it, nothing else is asked.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from ..metric_streams import MetricStream
from ..metrics import DimensionSets, MetricTags, Previewed, Series, Watched
from ..observed import Unobserved

NOT_NEEDED = Unobserved('not asked: it is there')


class ResourceState(StrEnum):
    THERE = 'there'
    STOPPED = 'stopped'
    """It can be started again."""
    GONE = 'gone'


@dataclass(frozen=True, slots=True)
class WatchedMetric:
    asked: Watched
    since: float
    """Seconds since the epoch: from then on a value is expected."""
    asked_from: float
    """The same of both sides, which were asked for a longer time."""
    scope: tuple[str, ...]
    """'key:value' as Datadog was asked, without the account."""
    in_datadog: Series | Unobserved
    """All series of the scope together, from a time long before `since`."""
    alike: tuple[str, ...] | Unobserved = NOT_NEEDED
    """Which names of this metric, for any statistic, are active in Datadog for the account and the region."""
    tags: MetricTags | Unobserved = NOT_NEEDED
    """Of the active metric: those of the keys of the scope, and one of every other key."""
    queried: bool | Unobserved = NOT_NEEDED
    """Whether anybody has queried it in the last 30 days (its active configurations)."""
    previewed: Previewed | Unobserved | None = NOT_NEEDED
    """Its names by Datadog's preview of the filters; None where the preview does not have it."""
    offered: bool | Unobserved = NOT_NEEDED
    """Datadog has an integration for the namespace (available_namespaces)."""
    region_enabled: bool | Unobserved = NOT_NEEDED
    in_cloudwatch: Series | Unobserved = NOT_NEEDED
    """Of the dimensions that were asked for, all sets with them together, from a time long before `since`."""
    sets: DimensionSets | Unobserved = NOT_NEEDED
    """Which dimensions CloudWatch lists for the metric, whatever was asked for; a few of many."""
    streams: tuple[MetricStream, ...] | Unobserved = NOT_NEEDED
    """In the region."""
    resource_tags: tuple[str, ...] | Unobserved = NOT_NEEDED
    """'key:value' of AWS, of the resource that the dimensions name."""
    enabled: bool | Unobserved = NOT_NEEDED
    """Whether AWS is told to publish it, for a metric that AWS publishes only then."""
    registered: int | Unobserved = NOT_NEEDED
    """Instances of the classic load balancer that the dimensions name."""
    state: ResourceState | Unobserved = NOT_NEEDED
    """Of the EC2 instance, the database or the classic load balancer that the dimensions name."""
    listed: bool | Unobserved = NOT_NEEDED
    """CloudWatch lists a metric, this one or another, with the dimensions. Not of no dimensions."""

    @classmethod
    def not_observed(cls, asked: Watched, since: float, scope: tuple[str, ...], why: Unobserved) -> Self:
        """Nothing could be looked at."""
        groups: dict[str, Any] = dict.fromkeys([field.name for field in fields(cls)][4:], why)
        return cls(asked, since, since, scope, **groups)

    @property
    def is_there(self) -> bool:
        """Datadog has a value of the time in which one is expected."""
        had = self.in_datadog
        return isinstance(had, Series) and (had.newest or 0) + had.interval > self.since

    @property
    def is_active(self) -> bool:
        """By this name. Only where it is known."""
        return not isinstance(self.alike, Unobserved) and self.asked.name.datadog in self.alike
