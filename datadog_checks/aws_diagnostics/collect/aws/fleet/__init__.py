"""How the instances of an account offer IMDS: only those that can be wrong are described, page by page."""

from .sweep import FleetSweep

__all__ = ['FleetSweep']
