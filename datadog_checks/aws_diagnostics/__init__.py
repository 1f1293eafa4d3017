from .__about__ import __version__
from .check import AwsDiagnosticsCheck

__all__ = ['AwsDiagnosticsCheck', '__version__']
