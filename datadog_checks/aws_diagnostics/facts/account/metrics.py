"""What CloudWatch has of this account although Datadog's record excludes it, as far as a few calls show."""

from dataclasses import dataclass

from ..observed import Unobserved
from ..values import MetricNamespace, RegionName

NAMESPACES = tuple(
    MetricNamespace(f'AWS/{service}') for service in ('EC2', 'ELB', 'ApplicationELB', 'NetworkELB', 'RDS', 'Lambda')
)
"""The only ones that are asked for. Datadog excludes none of them by default: it excludes AWS/SQS,
AWS/ElasticMapReduce and AWS/Usage, to save the cost of their many metrics (AWSNamespaceFiltersExcludeOnly of its
API)."""

HOURS = 3
"""How far back cloudwatch:ListMetrics looks with RecentlyActive; PT3H is the only value that it accepts."""


@dataclass(frozen=True, slots=True)
class RecentlyActive:
    """One namespace in one region, from the first page of cloudwatch:ListMetrics."""

    namespace: MetricNamespace
    region: RegionName
    found: int | Unobserved
    """Metrics with values in the last HOURS; of an excluded region, instances with CPUUtilization."""
    more: bool = False
    """There are further pages."""
    closed: bool = False
    """A service control policy denies the call: the organization has closed the region, for Datadog as for us."""
    streams: int | Unobserved = 0
    """Running metric streams in the region; not asked where nothing was found."""


@dataclass(frozen=True, slots=True)
class Metrics:
    excluded_regions: tuple[RecentlyActive, ...] | Unobserved
    """AWS/EC2 in each enabled region that the record does not include."""
    excluded_namespaces: tuple[RecentlyActive, ...] | Unobserved
    """Those of NAMESPACES that the record excludes, in each region that it includes."""
