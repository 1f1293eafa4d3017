"""Finds the TTL with which the token reply arrives, by asking "does it still arrive when k is demanded?".

Pure: how the question is put is another matter (minimum_ttl.py).
"""

from collections.abc import Callable
from typing import TypeAlias

MOST_HOPS = 64
"""The largest hop limit that can be set, and the TTL with which most systems send."""
USUAL = (2, 3, 4)
"""What is left of the hop limits 1 to 3, the usual ones, is found with at most three questions."""

Arrives: TypeAlias = Callable[[int], bool]


class NotAHopLimit(Exception):
    """The reply arrives with more than any hop limit could leave.

    A proxy sent it, or this kernel takes the demand for a minimum TTL and ignores it.
    """


def find_remaining_ttl(arrives: Arrives, gateways: int) -> int:
    """From 1 to 64 - `gateways`, with at most 13 questions; four for the usual limits. Raises NotAHopLimit, and
    whatever `arrives` raises."""
    for ttl in USUAL:
        if not arrives(ttl):
            return ttl - 1
    most = MOST_HOPS - gateways
    if arrives(most + 1):
        raise NotAHopLimit
    if arrives(most):
        return most
    return _between(arrives, USUAL[-1], most)


def _between(arrives: Arrives, enough: int, too_much: int) -> int:
    """The last TTL that arrives: small ones are likely, so it doubles first and halves then."""
    while 2 * enough < too_much:
        if not arrives(2 * enough):
            too_much = 2 * enough
            break
        enough *= 2
    while too_much - enough > 1:
        middle = (enough + too_much) // 2
        if arrives(middle):
            enough = middle
        else:
            too_much = middle
    return enough
