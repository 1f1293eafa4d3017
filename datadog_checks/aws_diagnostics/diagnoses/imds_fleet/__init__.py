"""Which instances of the account will lose their name, or still offer IMDSv1."""

from ...findings import Diagnosis
from .imds_fleet_defaults_allow_imdsv1 import IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1
from .imds_fleet_endpoint_disabled import IMDS_FLEET_ENDPOINT_DISABLED
from .imds_fleet_hosts_misnamed import IMDS_FLEET_HOSTS_MISNAMED
from .imds_fleet_imdsv1_enabled import IMDS_FLEET_IMDSV1_ENABLED
from .imds_fleet_imdsv1_still_used import IMDS_FLEET_IMDSV1_STILL_USED
from .imds_fleet_launch_template_wrong import IMDS_FLEET_LAUNCH_TEMPLATE_WRONG

DIAGNOSES: tuple[Diagnosis, ...] = (
    IMDS_FLEET_HOSTS_MISNAMED,
    IMDS_FLEET_ENDPOINT_DISABLED,
    IMDS_FLEET_IMDSV1_ENABLED,
    IMDS_FLEET_IMDSV1_STILL_USED,
    IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1,
    IMDS_FLEET_LAUNCH_TEMPLATE_WRONG,
)

__all__ = [
    'DIAGNOSES',
    'IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1',
    'IMDS_FLEET_ENDPOINT_DISABLED',
    'IMDS_FLEET_HOSTS_MISNAMED',
    'IMDS_FLEET_IMDSV1_ENABLED',
    'IMDS_FLEET_IMDSV1_STILL_USED',
    'IMDS_FLEET_LAUNCH_TEMPLATE_WRONG',
]
