"""What CloudWatch has of this account although Datadog's record excludes it: as far as a few calls tell."""

from dataclasses import dataclass

from ..observed import Unobserved

NAMESPACES = (
    'AWS/EC2',
    'AWS/ELB',
    'AWS/ApplicationELB',
    'AWS/NetworkELB',
    'AWS/RDS',
    'AWS/Lambda',
)
"""The only ones that are asked for. None of them is excluded by default: those are AWS/SQS, AWS/ElasticMapReduce and
AWS/Usage, which Datadog leaves out as they are many and cost money (AWSNamespaceFiltersExcludeOnly of its API)."""

HOURS = 3
"""How far back cloudwatch:ListMetrics looks with RecentlyActive: PT3H is all that it takes."""


@dataclass(frozen=True, slots=True)
class RecentlyActive:
    """One namespace in one region, from the first page of cloudwatch:ListMetrics."""

    namespace: str
    region: str
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
    """AWS/EC2 in each enabled region that the record leaves out."""
    excluded_namespaces: tuple[RecentlyActive, ...] | Unobserved
    """Of NAMESPACES those that the record leaves out, in each region that it has."""
