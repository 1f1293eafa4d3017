"""What is wrong with the name under which the Agent reports this host. Causes before what they explain."""

from .agent_cannot_use_imdsv2 import AGENT_CANNOT_USE_IMDSV2
from .aws_metadata_disabled import AWS_METADATA_DISABLED
from .hostname_configured_by_hand import HOSTNAME_CONFIGURED_BY_HAND
from .hostname_custom_os_name import HOSTNAME_CUSTOM_OS_NAME
from .hostname_file_unusable import HOSTNAME_FILE_UNUSABLE
from .hostname_lost_when_imdsv2_enforced import HOSTNAME_LOST_WHEN_IMDSV2_ENFORCED
from .hostname_missing import HOSTNAME_MISSING
from .hostname_not_instance_id import HOSTNAME_NOT_INSTANCE_ID
from .hostname_not_unique import HOSTNAME_NOT_UNIQUE
from .hostname_of_another_instance import HOSTNAME_OF_ANOTHER_INSTANCE
from .hostname_provider_mismatch import HOSTNAME_PROVIDER_MISMATCH
from .hostname_setting_refused import HOSTNAME_SETTING_REFUSED
from .hostname_stale import HOSTNAME_STALE

DIAGNOSES = (
    HOSTNAME_MISSING,
    HOSTNAME_NOT_UNIQUE,
    HOSTNAME_OF_ANOTHER_INSTANCE,
    HOSTNAME_SETTING_REFUSED,
    HOSTNAME_CONFIGURED_BY_HAND,
    HOSTNAME_FILE_UNUSABLE,
    HOSTNAME_STALE,
    HOSTNAME_CUSTOM_OS_NAME,
    AWS_METADATA_DISABLED,
    AGENT_CANNOT_USE_IMDSV2,
    HOSTNAME_LOST_WHEN_IMDSV2_ENFORCED,
    HOSTNAME_PROVIDER_MISMATCH,
    HOSTNAME_NOT_INSTANCE_ID,
)
