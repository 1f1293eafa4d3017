"""Metrics of CloudWatch and of Datadog: their names, and their values over time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from .values import Checked, DatadogMetric, MetricNamespace, RegionName


class MetricType(StrEnum):
    """As Datadog stores a metric: https://docs.datadoghq.com/metrics/types/."""

    GAUGE = 'gauge'
    COUNT = 'count'
    RATE = 'rate'
    """The sum of a minute divided by 60."""
    UNKNOWN = ''


class PerSecond(StrEnum):
    """Whether a value of Datadog is one for each second."""

    YES = 'yes'
    """Datadog divides what CloudWatch has."""
    NO = 'no'
    NATIVE = 'native'
    """What CloudWatch has is already for each second, so nothing is divided."""
    UNKNOWN = 'unknown'


class NameSource(StrEnum):
    """Where it is from that a name of Datadog belongs to a metric of CloudWatch."""

    PREVIEW = 'preview'
    """Datadog said so for this account (metric_name_filter_preview)."""
    TABLE = 'table'
    """Datadog's documentation."""
    GUESSED = 'guessed'
    """Derived by a rule, which fits most of the names in that documentation."""


SUM, AVERAGE, MINIMUM, MAXIMUM, SAMPLE_COUNT = 'Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'
STATISTICS = (SUM, AVERAGE, MINIMUM, MAXIMUM, SAMPLE_COUNT)
"""CloudWatch also takes percentiles, as 'p95'."""


@dataclass(frozen=True, slots=True)
class MetricName:
    """One metric of Datadog, which is one statistic of one metric of CloudWatch."""

    datadog: DatadogMetric
    namespace: MetricNamespace
    metric: str
    """CloudWatch's name; '' for one that Datadog computes itself or takes from elsewhere."""
    statistic: str
    """One of STATISTICS or a percentile; '' where it is not known."""
    type: MetricType = MetricType.UNKNOWN
    unit: str = ''
    per_second: PerSecond = PerSecond.UNKNOWN
    source: NameSource = NameSource.TABLE


Dimensions: TypeAlias = Mapping[str, str]
"""Names and values as CloudWatch has them. Each set of dimensions is a metric of its own."""


class DimensionName(Checked):
    """Of CloudWatch; MSK writes some in two words. One of other characters enters no command."""

    FORM = r'[A-Za-z0-9][A-Za-z0-9_.:/@+ -]{0,254}'
    ALLOWED = 'the name of a dimension: up to 255 letters, digits, spaces and _.:/@+-'


@dataclass(frozen=True, slots=True)
class Watched:
    """A metric that the operator asks about."""

    name: MetricName
    dimensions: Dimensions
    region: RegionName
    tags: tuple[str, ...] = ()
    """Of Datadog, beyond those that the dimensions and the region become: 'key:value'."""


Points: TypeAlias = tuple[tuple[int, float], ...]
"""(start of the interval in seconds since the epoch, value), the oldest first, each start once; gaps are left out."""


@dataclass(frozen=True, slots=True)
class Series:
    interval: int
    """Seconds between two starts where nothing is missing: CloudWatch's period, Datadog's interval."""
    points: Points

    @property
    def newest(self) -> int | None:
        """The start of the newest interval with a value."""
        return self.points[-1][0] if self.points else None


@dataclass(frozen=True, slots=True)
class Grouped:
    """One of the series that a query of Datadog gives."""

    tags: tuple[str, ...]
    """'key:value' of the keys after `by`; () where there is no `by`."""
    series: Series


@dataclass(frozen=True, slots=True)
class Metadata:
    """GET /api/v1/metrics/{name}. Users can change all of it, so points say more than the type."""

    type: MetricType
    unit: str = ''
    per_unit: str = ''
    """'second' of a rate; '' where there is none."""
    integration: str = ''


@dataclass(frozen=True, slots=True)
class MetricTags:
    """Of one metric in the last four hours: 'key:value', or a bare tag."""

    indexed: frozenset[str]
    dropped: frozenset[str] = frozenset()
    """Ingested and not indexed ("Metrics without Limits"): no query can name them."""
    complete: bool = True

    def values(self, key: str) -> frozenset[str]:
        """Those of an indexed key."""
        return frozenset(tag.partition(':')[2] for tag in self.indexed if tag.partition(':')[0] == key)

    @property
    def keys(self) -> frozenset[str]:
        """Of the indexed tags."""
        return frozenset(tag.partition(':')[0] for tag in self.indexed)


@dataclass(frozen=True, slots=True)
class Monitor:
    id: int
    name: str
    type: str
    """As 'query alert'."""
    query: str
    evaluation_delay: int | None = None
    """Seconds; None where the monitor does not set it."""


@dataclass(frozen=True, slots=True)
class Monitors:
    monitors: tuple[Monitor, ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Previewed:
    """One metric of CloudWatch as Datadog names it in this account (metric_name_filter_preview)."""

    namespace: MetricNamespace
    metric: str
    names: tuple[tuple[DatadogMetric, bool], ...]
    """With whether the filters of metric names leave it out."""


@dataclass(frozen=True, slots=True)
class StatisticQuery:
    """One statistic of one metric of CloudWatch."""

    namespace: MetricNamespace
    metric: str
    dimensions: Dimensions
    statistic: str
    """One of STATISTICS or a percentile, as 'p99.9'."""
    period: int
    """Seconds, a multiple of 60."""


@dataclass(frozen=True, slots=True)
class DimensionSets:
    """The full sets of dimensions that CloudWatch lists of one metric, each once."""

    sets: tuple[Dimensions, ...]
    complete: bool = True
