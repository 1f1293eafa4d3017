from .__about__ import __version__

try:
    from .check import AwsDiagnosticsCheck
except ModuleNotFoundError as e:
    # Outside an Agent, dependencies of datadog-checks-base may be missing; the command line says how to install them.
    if e.name not in ('lazy_loader', 'pydantic', 'yaml'):
        raise
except KeyboardInterrupt:
    # Somebody at a terminal who does not wait for the command line to be loaded; in an Agent nothing raises this.
    raise SystemExit(130) from None

__all__ = ['AwsDiagnosticsCheck', '__version__']
