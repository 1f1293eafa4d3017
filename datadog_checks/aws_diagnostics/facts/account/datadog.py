"""What Datadog has of the account: what its record of the integration leaves out, and its host list.

What it leaves out comes from CloudWatch, as far as a few calls show, and the list from GET /api/v1/hosts, reduced to
what can be wrong. Datadog does not say since when a host is listed: `since` is when this collector saw it first.
"""

from dataclasses import dataclass

from ..observed import Unobserved
from ..values import AccountId, HostName, InstanceId, MetricNamespace, RegionName
from .integration import NamespaceFilters, TagFilter

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
    not_enabled: tuple[RegionName, ...] = ()
    """Regions that the record includes and the account has not enabled; () where `regions` of the operator decide."""


@dataclass(frozen=True, slots=True)
class DuplicatedHost:
    """An instance with two rows: one from the AWS integration only and one from an Agent, or two from Agents."""

    instance_id: InstanceId
    name: str
    """Of the Agent's row; printable, at most 255 characters."""
    since: float
    other: str = ''
    """Of the row of another Agent that reports the same instance; '' where there is none."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Rows that may be two halves of one instance: nothing in the host list tells."""

    instances: int
    """That the AWS integration reports, and no Agent."""
    agents: int
    """Running ones whose rows name no instance id, nor another cloud."""
    names: tuple[HostName, ...] = ()
    """A few of these Agents, first those with a name that EC2 gives by default."""


@dataclass(frozen=True, slots=True)
class TaggedHosts:
    """Hosts of one region with a running Agent and tags from AWS, which the AWS integration itself does not report."""

    account_id: AccountId | None
    """None where the tags name no account, or several."""
    region: RegionName | None
    """None where the tags name no region, or several."""
    hosts: int
    names: tuple[HostName, ...]
    """A few of them; those whose names have another form are only counted."""
    since: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """What Datadog's integration with one account collects, as far as it decides about hosts."""

    account_id: AccountId
    regions: tuple[RegionName, ...] | None
    """None: all regions."""
    metrics_enabled: bool | None
    namespace_filters: NamespaceFilters | Unobserved
    extended_collection: bool
    tag_filters: tuple[TagFilter, ...] | Unobserved = Unobserved('not read')
    """Those of AWS/EC2 decide which hosts Datadog imports."""


@dataclass(frozen=True, slots=True)
class Inventory:
    looked_at: int
    """Rows of the host list."""
    total: int
    """Rows that Datadog says there are."""
    watched_since: float
    """When this collector read the list for the first time."""
    duplicated: tuple[DuplicatedHost, ...] = ()
    """The oldest first; at most a thousand."""
    tagged: tuple[TaggedHosts, ...] = ()
    recorded: tuple[Recorded, ...] | Unobserved = ()
    """All accounts that Datadog has an integration with."""
    unmatched: Unmatched | None = None
    """None where there are no such rows, and in facts of before they were counted."""
    note: str = ''
    """Why the list was not read to its end; '' where it was."""

    @property
    def complete(self) -> bool:
        return not self.note
