"""The catalogue: every diagnosis that the product knows, causes before what they explain."""

from . import cloudwatch, hostname, imds, imds_fleet, integration, inventory
from .judging import diagnose

DIAGNOSES = (
    *imds.DIAGNOSES,
    *hostname.DIAGNOSES,
    *integration.DIAGNOSES,
    *imds_fleet.DIAGNOSES,
    *cloudwatch.DIAGNOSES,
    *inventory.DIAGNOSES,
)

__all__ = ['DIAGNOSES', 'diagnose']
