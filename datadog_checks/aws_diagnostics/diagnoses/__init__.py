"""The catalogue: every diagnosis that the product knows, causes before what they explain."""

from . import hostname, imds
from .judging import diagnose

DIAGNOSES = (*imds.DIAGNOSES, *hostname.DIAGNOSES)

__all__ = ['DIAGNOSES', 'diagnose']
