"""What Datadog has on record for this account (GET /api/v2/integration/aws/accounts)."""

from dataclasses import dataclass
from enum import StrEnum

from .identity import ExternalId


class AuthKind(StrEnum):
    ROLE = 'role'
    ACCESS_KEYS = 'access keys'


@dataclass(frozen=True, slots=True)
class Integration:
    auth: AuthKind
    role_name: str
    """'' with access keys."""
    external_id: ExternalId | None
    regions: tuple[str, ...] | None
    """None: all regions."""
    extended_collection: bool
    """resources_config.extended_collection or cloud_security_posture_management_collection is on."""
    metrics_enabled: bool = True
