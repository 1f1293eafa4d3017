"""JSON of others: an object is one only after looking."""

from collections.abc import Mapping
from typing import TypeGuard

Json = Mapping[str, object]


def is_object(value: object) -> TypeGuard[Json]:
    """JSON's objects have strings as keys."""
    return isinstance(value, Mapping)
