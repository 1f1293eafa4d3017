"""The difference between a value and not having been able to look."""

from dataclasses import dataclass
from typing import TypeVar

Group = TypeVar('Group')


@dataclass(frozen=True, slots=True)
class Unobserved:
    """A group of facts that could not be collected, and why: one clause without a full stop."""

    reason: str


class MissingFact(Exception):
    """A judgement needs a group of facts that could not be collected. `str()` is the reason."""


def observed(group: Group | Unobserved) -> Group:
    """The group of facts itself.

    Raises MissingFact with the reason when it was not collected; `diagnose` turns that into `Unknown(reason)`, so
    that no diagnosis can mistake "could not look" for a bad value.
    """
    if isinstance(group, Unobserved):
        raise MissingFact(group.reason)
    return group
