"""What is wrong with the role that Datadog assumes in this account, and with its permissions."""

from ...findings import Diagnosis
from .integration_permissions_denied import INTEGRATION_PERMISSIONS_DENIED
from .integration_permissions_missing import INTEGRATION_PERMISSIONS_MISSING
from .integration_policy_quota import INTEGRATION_POLICY_QUOTA
from .security_audit_not_attached import SECURITY_AUDIT_NOT_ATTACHED

DIAGNOSES: tuple[Diagnosis, ...] = (
    INTEGRATION_PERMISSIONS_DENIED,
    INTEGRATION_PERMISSIONS_MISSING,
    INTEGRATION_POLICY_QUOTA,
    SECURITY_AUDIT_NOT_ATTACHED,
)

__all__ = [
    'DIAGNOSES',
    'INTEGRATION_PERMISSIONS_DENIED',
    'INTEGRATION_PERMISSIONS_MISSING',
    'INTEGRATION_POLICY_QUOTA',
    'SECURITY_AUDIT_NOT_ATTACHED',
]
