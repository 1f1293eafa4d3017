"""Faults of Datadog's integration role: the role itself, its trust policy, then its permissions.

Causes come before what they explain.
"""

from ...findings import Diagnosis
from .datadog_reports_errors import DATADOG_REPORTS_ERRORS
from .integration_not_registered import INTEGRATION_NOT_REGISTERED
from .integration_permissions_denied import INTEGRATION_PERMISSIONS_DENIED
from .integration_permissions_missing import INTEGRATION_PERMISSIONS_MISSING
from .integration_policy_quota import INTEGRATION_POLICY_QUOTA
from .integration_role_missing import INTEGRATION_ROLE_MISSING
from .integration_role_unused import INTEGRATION_ROLE_UNUSED
from .integration_uses_access_keys import INTEGRATION_USES_ACCESS_KEYS
from .permissions_boundary_present import PERMISSIONS_BOUNDARY_PRESENT
from .reported import heeding
from .security_audit_not_attached import SECURITY_AUDIT_NOT_ATTACHED
from .trust_policy_action_missing import TRUST_POLICY_ACTION_MISSING
from .trust_policy_explicit_deny import TRUST_POLICY_EXPLICIT_DENY
from .trust_policy_external_id import TRUST_POLICY_EXTERNAL_ID
from .trust_policy_extra_conditions import TRUST_POLICY_EXTRA_CONDITIONS
from .trust_policy_wrong_principal import TRUST_POLICY_WRONG_PRINCIPAL

DIAGNOSES: tuple[Diagnosis, ...] = heeding(
    (
        INTEGRATION_NOT_REGISTERED,
        INTEGRATION_USES_ACCESS_KEYS,
        INTEGRATION_ROLE_MISSING,
        TRUST_POLICY_WRONG_PRINCIPAL,
        TRUST_POLICY_ACTION_MISSING,
        TRUST_POLICY_EXPLICIT_DENY,
        TRUST_POLICY_EXTERNAL_ID,
        TRUST_POLICY_EXTRA_CONDITIONS,
        INTEGRATION_ROLE_UNUSED,
        PERMISSIONS_BOUNDARY_PRESENT,
        INTEGRATION_PERMISSIONS_DENIED,
        INTEGRATION_PERMISSIONS_MISSING,
        INTEGRATION_POLICY_QUOTA,
        SECURITY_AUDIT_NOT_ATTACHED,
        DATADOG_REPORTS_ERRORS,
    )
)

__all__ = [
    'DATADOG_REPORTS_ERRORS',
    'DIAGNOSES',
    'INTEGRATION_NOT_REGISTERED',
    'INTEGRATION_PERMISSIONS_DENIED',
    'INTEGRATION_PERMISSIONS_MISSING',
    'INTEGRATION_POLICY_QUOTA',
    'INTEGRATION_ROLE_MISSING',
    'INTEGRATION_ROLE_UNUSED',
    'INTEGRATION_USES_ACCESS_KEYS',
    'PERMISSIONS_BOUNDARY_PRESENT',
    'SECURITY_AUDIT_NOT_ATTACHED',
    'TRUST_POLICY_ACTION_MISSING',
    'TRUST_POLICY_EXPLICIT_DENY',
    'TRUST_POLICY_EXTERNAL_ID',
    'TRUST_POLICY_EXTRA_CONDITIONS',
    'TRUST_POLICY_WRONG_PRINCIPAL',
]
