"""What is wrong between this process and the instance metadata service: causes before what they explain."""

from .imds_behind_gateway import IMDS_BEHIND_GATEWAY
from .imds_behind_proxy_settings import IMDS_BEHIND_PROXY_SETTINGS
from .imds_endpoint_disabled import IMDS_ENDPOINT_DISABLED
from .imds_hop_limit_above_policy import IMDS_HOP_LIMIT_ABOVE_POLICY
from .imds_hop_limit_too_low import IMDS_HOP_LIMIT_TOO_LOW
from .imds_intercepted import IMDS_INTERCEPTED
from .imds_of_another_instance import IMDS_OF_ANOTHER_INSTANCE
from .imds_slower_than_agent_timeout import IMDS_SLOWER_THAN_AGENT_TIMEOUT
from .imds_throttled import IMDS_THROTTLED
from .imds_unreachable import IMDS_UNREACHABLE
from .imdsv1_enabled import IMDSV1_ENABLED
from .imdsv2_not_supported import IMDSV2_NOT_SUPPORTED

DIAGNOSES = (
    IMDS_OF_ANOTHER_INSTANCE,
    IMDS_ENDPOINT_DISABLED,
    IMDS_BEHIND_GATEWAY,
    IMDS_UNREACHABLE,
    IMDS_INTERCEPTED,
    IMDSV2_NOT_SUPPORTED,
    IMDS_THROTTLED,
    IMDS_HOP_LIMIT_TOO_LOW,
    IMDS_HOP_LIMIT_ABOVE_POLICY,
    IMDSV1_ENABLED,
    IMDS_SLOWER_THAN_AGENT_TIMEOUT,
    IMDS_BEHIND_PROXY_SETTINGS,
)

__all__ = [
    'DIAGNOSES',
    'IMDSV1_ENABLED',
    'IMDSV2_NOT_SUPPORTED',
    'IMDS_BEHIND_GATEWAY',
    'IMDS_BEHIND_PROXY_SETTINGS',
    'IMDS_ENDPOINT_DISABLED',
    'IMDS_HOP_LIMIT_ABOVE_POLICY',
    'IMDS_HOP_LIMIT_TOO_LOW',
    'IMDS_INTERCEPTED',
    'IMDS_OF_ANOTHER_INSTANCE',
    'IMDS_SLOWER_THAN_AGENT_TIMEOUT',
    'IMDS_THROTTLED',
    'IMDS_UNREACHABLE',
]
