"""The parts of the account scope that can be switched on and off."""

from enum import StrEnum


class Feature(StrEnum):
    """What an account instance looks at."""

    ROLE = 'role'
    PERMISSIONS = 'permissions'
    IMDS_POSTURE = 'imds_posture'
    INVENTORY = 'inventory'
    METRICS = 'metrics'
