"""What Datadog has on record for this account (GET /api/v2/integration/aws/accounts)."""

from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from ..values import RegionName
from .identity import ExternalId


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
