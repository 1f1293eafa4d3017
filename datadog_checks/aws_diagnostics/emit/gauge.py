"""One sample of a gauge."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    """Without the namespace."""
    value: float
    tags: tuple[str, ...] = ()
