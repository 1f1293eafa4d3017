from .__about__ import __version__

try:
    from .check import AwsDiagnosticsCheck
except ModuleNotFoundError as e:
    # Outside an Agent, datadog-checks-base or what it needs may be missing. A look at a host does without them, and for
    # what does not, the command line says how to get them.
    if e.name not in ('datadog_checks.base', 'lazy_loader', 'pydantic', 'yaml'):
        raise
except KeyboardInterrupt:
    # Somebody at a terminal who does not wait for the command line to be loaded; in an Agent nothing raises this.
    raise SystemExit(130) from None

__all__ = ['AwsDiagnosticsCheck', '__version__']
