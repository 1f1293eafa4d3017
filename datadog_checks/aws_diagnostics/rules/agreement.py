"""How far two series agree minute by minute, and whether chance would have done it too.

Both sides keep doubles, and a value that passed through a 32-bit float differs in its eighth digit. A rate is a
division, a roll-up another, and a graph shows four digits. So values agree within TOLERANCE, 1 in 1,000: a thousand
times what arithmetic can add, and a fiftieth of what the least of the differences that are looked for (one zone of
twenty) makes.

That n values agree proves little where all are alike: any two minutes agree then. What a random pairing of the same
values would agree on is computed, and the agreement counts only as bits beyond that. A constant series has none.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import comb, log2
from statistics import median

TOLERANCE = 1e-3
"""Relative. See above."""
LEAST_SHARE = 0.9
"""Of the compared points. The others may have been corrected later by AWS, which Datadog reads once."""
LEAST_POINTS = 8
LEAST_BITS = 32.0
"""About 1 chance in 4 million that one of a thousand wrong candidates agrees."""
Values = Mapping[int, float]
"""By the start of the interval."""


@dataclass(frozen=True, slots=True)
class Agreement:
    compared: int
    """Minutes with a value on both sides, one of them not 0."""
    agreeing: int
    distinct: int
    """Of the compared, without those that repeat the one before."""
    bits: float
    """How much less likely this agreement is by chance, as a power of two."""
    error: float
    """The median relative difference."""

    @property
    def fits(self) -> bool:
        return self.compared > 0 and self.agreeing >= LEAST_SHARE * self.compared

    @property
    def carries(self) -> bool:
        """Whether a verdict may rest on it."""
        return self.fits and self.distinct >= LEAST_POINTS and self.bits >= LEAST_BITS


NOTHING = Agreement(0, 0, 0, 0.0, 1.0)


def agree(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))


def pairs(predicted: Values, observed: Values) -> Iterator[tuple[int, float, float]]:
    """What both sides have, in time order; two zeros say nothing about a factor."""
    for start in sorted(predicted.keys() & observed.keys()):
        if predicted[start] or observed[start]:
            yield start, predicted[start], observed[start]


def agreement(predicted: Values, observed: Values) -> Agreement:
    both = [(predicted[t], observed[t]) for t in predicted.keys() & observed.keys() if predicted[t] or observed[t]]
    hits = sum(agree(p, o) for p, o in both)
    if not both or hits < len(both) / 2:
        return Agreement(len(both), hits, 0, 0.0, 1.0)  # not worth more arithmetic: nearly all candidates end here
    found = [(p, o) for _, p, o in pairs(predicted, observed)]
    changes = [pair for before, pair in zip([None, *found], found, strict=False) if not _repeats(before, pair)]
    hits_of_changes = sum(agree(p, o) for p, o in changes)
    error = median(abs(p - o) / max(abs(p), abs(o)) for p, o in found)
    return Agreement(len(found), hits, len(changes), _bits(changes, hits_of_changes), error)


def _repeats(before: tuple[float, float] | None, pair: tuple[float, float]) -> bool:
    return before is not None and agree(before[0], pair[0]) and agree(before[1], pair[1])


def _bits(changes: list[tuple[float, float]], hits: int) -> float:
    """-log2 of the chance that a random pairing has as many hits, by the bound comb(n, misses) * chance ** hits."""
    observed = sorted(o for _, o in changes)
    alike = sum(_within(observed, p) for p, _ in changes)
    chance = alike / len(changes) ** 2
    if not 0 < chance < 1:
        return 0.0
    return max(0.0, -hits * log2(chance) - log2(comb(len(changes), hits)))


def _within(values: list[float], about: float) -> int:
    """How many of the sorted values agree with one."""
    margin = TOLERANCE * abs(about)
    return bisect_right(values, about + margin) - bisect_left(values, about - margin)
