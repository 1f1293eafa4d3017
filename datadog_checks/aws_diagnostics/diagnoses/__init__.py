"""The catalogue: every diagnosis that the product knows, causes before what they explain.

Each scope is loaded when it is asked for: a host instance does not pay for the diagnoses of an account.
"""

from typing import TYPE_CHECKING

from ..findings import Diagnosis, Scope
from .judging import diagnose

__all__ = ['DIAGNOSES', 'diagnose', 'of_scope']

if TYPE_CHECKING:
    DIAGNOSES: tuple[Diagnosis, ...]
    """Those of both scopes."""


def of_scope(scope: Scope) -> tuple[Diagnosis, ...]:
    if scope is Scope.HOST:
        from . import hostname, imds

        return (*imds.DIAGNOSES, *hostname.DIAGNOSES)
    from . import cloudwatch, imds_fleet, integration, inventory, load_balancing

    return (
        *integration.DIAGNOSES,
        *imds_fleet.DIAGNOSES,
        *cloudwatch.DIAGNOSES,
        *load_balancing.DIAGNOSES,
        *inventory.DIAGNOSES,
    )


def __getattr__(name: str) -> tuple[Diagnosis, ...]:
    if name == 'DIAGNOSES':
        return (*of_scope(Scope.HOST), *of_scope(Scope.ACCOUNT))
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
