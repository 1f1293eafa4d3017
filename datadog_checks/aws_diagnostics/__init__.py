from .__about__ import __version__

try:
    from .check import AwsDiagnosticsCheck
except ModuleNotFoundError as e:
    # Outside an Agent, datadog-checks-base may lack what it needs itself; the command line says how to get it.
    if e.name not in ('lazy_loader', 'pydantic', 'yaml'):
        raise

__all__ = ['AwsDiagnosticsCheck', '__version__']
