"""What is wrong between this process and the instance metadata service."""

from .imds_hop_limit_too_low import IMDS_HOP_LIMIT_TOO_LOW

DIAGNOSES = (IMDS_HOP_LIMIT_TOO_LOW,)
