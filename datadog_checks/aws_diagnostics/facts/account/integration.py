"""Datadog's record of its integration with the account (GET /api/v2/integration/aws/accounts), and its errors."""

from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from ..values import IntegrationId, Partition, RegionName
from .iam import ExternalId


class AuthKind(StrEnum):
    ROLE = 'role'
    ACCESS_KEYS = 'access keys'


class FilterKind(StrEnum):
    INCLUDE_ALL = 'include_all'
    INCLUDE_ONLY = 'include_only'
    EXCLUDE_ONLY = 'exclude_only'


@dataclass(frozen=True, slots=True)
class NamespaceFilters:
    """metrics_config.namespace_filters: of which namespaces Datadog asks CloudWatch for metrics."""

    kind: FilterKind
    namespaces: tuple[str, ...] = ()

    def excludes(self, namespace: str) -> bool:
        match self.kind:
            case FilterKind.INCLUDE_ALL:
                return False
            case FilterKind.INCLUDE_ONLY:
                return namespace not in self.namespaces
        return namespace in self.namespaces


@dataclass(frozen=True, slots=True)
class MetricNameFilter:
    """One of metrics_config.metric_name_filters, which apply after the filters of namespaces."""

    namespace: str
    kind: FilterKind
    """INCLUDE_ONLY or EXCLUDE_ONLY."""
    patterns: tuple[str, ...]
    """Of names of Datadog; * stands for any text."""


@dataclass(frozen=True, slots=True)
class TagFilter:
    """One of metrics_config.tag_filters: of which resources Datadog collects metrics."""

    namespace: str
    tags: tuple[str, ...]
    """'key:value' with the wildcards ? and *; one of them must fit. None with '!' before it may."""


@dataclass(frozen=True, slots=True)
class Integration:
    auth: AuthKind
    role_name: str
    """As it is on record, printable: it can hold spaces, a path or an ARN. '' with access keys."""
    external_id: ExternalId | None
    regions: tuple[RegionName, ...] | None
    """None: all regions."""
    extended_collection: bool
    """resources_config.extended_collection or cloud_security_posture_management_collection is on."""
    metrics_enabled: bool | None = True
    """metrics_config.enabled; None where the record does not say."""
    namespace_filters: NamespaceFilters | Unobserved = Unobserved('not read')
    other_regions: int = 0
    """Entries of the record's list of regions that are not names of regions, or beyond the first hundred."""
    partition: Partition | None = None
    """None where the record does not say."""
    config_id: IntegrationId | None = None
    collect_custom_metrics: bool | None = None
    """None where the record does not say; off by default."""
    metric_name_filters: tuple[MetricNameFilter, ...] | Unobserved = Unobserved('not read')
    tag_filters: tuple[TagFilter, ...] | Unobserved = Unobserved('not read')
    modified_at: float | None = None
    """Seconds since the epoch; None where the record does not say."""


@dataclass(frozen=True, slots=True)
class ReportedError:
    """One entry of the list `errors` that Datadog keeps for the account (GET /api/v1/integration/aws)."""

    action: str
    """Which Datadog is not authorized to perform, like 'sts:AssumeRole'; '' for an error of another kind."""
    regions: tuple[RegionName, ...] = ()
    every_region: bool = False
    """Neither this nor a region: it does not say where."""
    age: float | None = None
    """Seconds since Datadog last saw it; None where it does not say."""
    text: str = ''
    """Of an error of another kind, printable."""
