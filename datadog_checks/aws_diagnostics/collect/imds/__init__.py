"""The conversation with the EC2 instance metadata service, and the measurement of the network path to it."""

from .probe import ImdsProbe

__all__ = ['ImdsProbe']
