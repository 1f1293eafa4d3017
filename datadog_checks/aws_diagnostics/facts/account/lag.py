"""How old the newest values of the watched metrics are, in CloudWatch and in Datadog, and what else tells why.

Every age counts from the end of the interval that a value is of: both sides stamp a value with its start.
"""

from dataclasses import dataclass

from ..metrics import Series, Watched
from ..observed import Unobserved
from ..values import DatadogMetric


@dataclass(frozen=True, slots=True)
class LagSample:
    """Both sides at one moment. Ages and waiting times are in seconds, from 0."""

    at: int
    """Seconds since the epoch."""
    cloudwatch: int
    """Age of the newest complete value."""
    datadog: int
    """Age of the newest value."""
    waiting: int
    """Age of the oldest complete value that is newer than all that Datadog has; 0 where there is none. For a metric
    with a value in every interval it is the age in Datadog; for others, quiet times do not count."""
    settled: bool = True
    """False: nobody may have queried the metric before this check did, so that Datadog polled it once an hour:
    https://docs.datadoghq.com/integrations/guide/adaptive-cloudwatch-polling/"""

    @property
    def newest_end(self) -> int:
        """When the interval of CloudWatch's newest complete value was over."""
        return self.at - self.cloudwatch


@dataclass(frozen=True, slots=True)
class MetricLag:
    """Of one watched metric."""

    watched: Watched
    cloudwatch: Series | Unobserved
    """The statistic that Datadog has, of the last hours; of days for a metric that is published daily."""
    datadog: Series | Unobserved
    """The same time. Where the metric is the sum of events, of each interval the whole (as_count)."""
    now: LagSample | None = None
    """None where a side was not observed, or has no value in that time."""
    samples: tuple[LagSample, ...] = ()
    """Of this and earlier runs, the oldest first; runs of the same few minutes count once."""
    carried_by: tuple[str, ...] | Unobserved = ()
    """Running metric streams of the region, in the format that Datadog takes, that carry the metric; printable. Whether
    they end at Datadog is not known."""
    detailed: bool | Unobserved | None = None
    """Whether detailed monitoring is on, of an EC2 instance; None for anything else, and for one that is not there."""


@dataclass(frozen=True, slots=True)
class AwsMonitor:
    """A monitor of Datadog that queries metrics of CloudWatch."""

    id: int
    name: str
    """Printable, at most 80 characters."""
    metrics: tuple[DatadogMetric, ...]
    """Those of CloudWatch, each once."""
    window: int
    """Seconds that are evaluated."""
    evaluation_delay: int = 0
    """Seconds; 0 where none is saved."""
    streamed: tuple[DatadogMetric, ...] = ()
    """Those of its metrics that a running metric stream carries, in a region of a watched metric."""


@dataclass(frozen=True, slots=True)
class Lag:
    metrics: tuple[MetricLag, ...]
    monitors: tuple[AwsMonitor, ...] | Unobserved | None
    """None without the keys for Datadog's API."""
    all_monitors: bool = True
    """False where the list of monitors was not read to its end."""


NOTHING_WATCHED = Lag((), None)
