"""What Datadog shows where its scope holds other series than the one of CloudWatch's dimensions, or the same one twice.

Each set of dimensions is a metric of its own in CloudWatch and a series of its own in Datadog. A query of Datadog that
names one tag combines all series that have it: the zones of a load balancer, a table and its indexes, an attachment of
a transit gateway and the whole gateway.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from statistics import median

from ..facts.both_sides import BothSides, OtherSet, Scope
from ..facts.metrics import PerSecond
from ..text import counted, listed
from .agreement import Values, agree, agreement, pairs
from .candidates import AGGREGATORS, COST, OTHER_FACTOR, Candidate, Kind, combined, expected, scaled

OF_AN_ACCOUNT = frozenset({'aws_account', 'region'})
"""Tags of every series. They scope, they are no dimension."""
LEAST_DOUBLED = 3
"""Points that are doubled, and points that are not, for a window that is doubled in part."""
MOST_KINDS = 3
"""Of sets of dimensions that are combined: by zone, by target group, by both."""
MOST_SERIES = 50
"""That are looked at one by one."""


def of_other_series(sides: BothSides, observed: Values) -> Iterator[Candidate]:
    yield from _of_sets(sides, observed)
    yield from _of_parts(sides)
    for scope in sides.wider:
        wider = combined([scope], sides.aggregator, sides.period)
        tags = tuple(f'-{tag}' for tag in scope.tags)
        yield from _compared(sides, Kind.SCOPE, wider, f'Datadog without {listed(scope.tags)}', tags=tags)
    if len(sides.datadog) == 1:
        yield from _doubled(sides, observed)


def _factors(sides: BothSides) -> tuple[int, ...]:
    return (60, 1) if sides.per_second is PerSecond.YES else (1, 60)


def _compared(
    sides: BothSides, kind: Kind, observed: Values, name: str, aggregator: str = '', tags: tuple[str, ...] = ()
) -> Iterator[Candidate]:
    """That another query of Datadog shows CloudWatch's value."""
    for factor in _factors(sides):
        c = scaled(sides, kind, sides.statistic, factor, expected(sides), observed)
        words = c.words.replace('Datadog', name, 1)
        yield Candidate(
            kind, c.predicted, c.reference, observed, c.statistic, factor, c.cost + 1, words, 0, aggregator, tags
        )


def _of_parts(sides: BothSides) -> Iterator[Candidate]:
    """One series of the scope alone, or all of them combined in another way; of several accounts or regions, all of
    one: the least or the largest of two accounts is the asked one only while the other one is larger or smaller."""
    if len(sides.datadog) < 2:
        return
    places = _by_place(sides.datadog[:MOST_SERIES])
    for place, scopes in places.items() if len(places) > 1 else [((), sides.datadog)]:
        if len(scopes) > 1:
            yield from _of_a_place(sides, place, scopes)
    keys = {tag.partition(':')[0] for scope in sides.datadog for tag in scope.tags}
    for scope in sides.datadog[:MOST_SERIES]:
        absent = sorted(keys - {tag.partition(':')[0] for tag in scope.tags})
        tags = (*scope.tags, *(f'!{key}:*' for key in absent))
        kind = Kind.DIMENSIONS if keys - OF_AN_ACCOUNT else Kind.SCOPE
        alone = combined([scope], sides.aggregator, sides.period)
        yield from _compared(sides, kind, alone, f'the series {listed(tags)} in Datadog', tags=tags)


def _by_place(scopes: Iterable[Scope]) -> Mapping[tuple[str, ...], Sequence[Scope]]:
    """By those tags of the account and the region in which they differ."""
    places: dict[tuple[str, ...], list[Scope]] = {}
    for scope in scopes:
        place = tuple(tag for tag in scope.tags if tag.partition(':')[0] in OF_AN_ACCOUNT)
        places.setdefault(place, []).append(scope)
    return places


def _of_a_place(sides: BothSides, place: tuple[str, ...], scopes: Sequence[Scope]) -> Iterator[Candidate]:
    """Several series of one account and region, combined: as they are asked for only where others are left out."""
    of = f'the series {listed(place)}' if place else 'the series'
    for aggregator in AGGREGATORS:
        asked = aggregator == sides.aggregator
        if place or not asked:
            kind, other = (Kind.SCOPE, '') if asked else (Kind.DIMENSIONS, aggregator)
            values = combined(scopes, aggregator, sides.period)
            yield from _compared(sides, kind, values, f'{aggregator} of {of} in Datadog', other, place)


@dataclass(frozen=True, slots=True)
class Tally:
    """All values of one minute: thousands of series are looked at once, and their combinations as a few numbers."""

    count: int
    total: float
    least: float
    most: float

    def beside(self, other: 'Tally') -> 'Tally':
        least, most = min(self.least, other.least), max(self.most, other.most)
        return Tally(self.count + other.count, self.total + other.total, least, most)

    def by(self, aggregator: str) -> float:
        found = {'avg': self.total / self.count, 'max': self.most, 'min': self.least, 'sum': self.total}
        return found[aggregator]


Tallies = Mapping[int, Tally]


def _tallied(series: Iterable[Values]) -> Tallies:
    found: dict[int, Tally] = {}
    for each in series:
        for time, value in each.items():
            new = Tally(1, value, value, value)
            found[time] = found[time].beside(new) if time in found else new
    return found


def _of_sets(sides: BothSides, observed: Values) -> Iterator[Candidate]:
    """That Datadog combines series of CloudWatch which have other dimensions, with or without the asked one."""
    several = len(sides.datadog) > 1
    sets: dict[tuple[str, ...], list[OtherSet]] = {}
    for each in sides.sets:
        sets.setdefault(tuple(sorted(each.dimensions)), []).append(each)
    kinds = {kind: _tallied(dict(one.points) for one in found) for kind, found in sets.items()}
    asked = _tallied([expected(sides)])
    for count in range(1, min(len(kinds), MOST_KINDS) + 1):
        for chosen in combinations(kinds, count):
            number = sum(len(sets[kind]) for kind in chosen)
            names = ' and '.join(_named(kind, sets[kind], sides) for kind in chosen)
            tallies = [kinds[kind] for kind in chosen]
            if several or number == 1:
                yield from _combining(sides, observed, tallies, number, names)
            if several:
                yield from _combining(sides, observed, [asked, *tallies], number + 1, f'the asked series and {names}')


def _named(kind: tuple[str, ...], sets: Sequence[OtherSet], sides: BothSides) -> str:
    more = [name for name in kind if name not in sides.dimensions]
    return f'{len(sets)} by {listed(more or kind)}'


def _combining(
    sides: BothSides, observed: Values, tallies: Sequence[Tallies], number: int, names: str
) -> Iterator[Candidate]:
    """With Datadog's aggregator, as its query does; not in minutes in which the asked one was lost."""
    asked, whole = expected(sides), dict[int, float]()
    for time in asked:
        found = [each[time] for each in tallies if time in each]
        if found:
            whole[time] = reduce(Tally.beside, found).by(sides.aggregator)
    for position, factor in enumerate(_factors(sides)):
        predicted = {time: value / factor for time, value in whole.items()}
        divided = f' / {factor}' if factor != 1 else ''
        words = f'Datadog is the {sides.aggregator} of {counted(number, "series", "series")} ({names}){divided}'
        cost = COST[Kind.DIMENSIONS] + position * OTHER_FACTOR
        yield Candidate(Kind.DIMENSIONS, predicted, asked, observed, sides.statistic, factor, cost, words)


def ratio(sides: BothSides) -> float | None:
    """CloudWatch's value divided by what Datadog shows for the asked scope, where that is the same everywhere."""
    ours, shown = expected(sides), combined(sides.datadog, sides.aggregator, sides.period)
    found = [p / o for _, p, o in pairs(ours, shown) if o]
    middle = round(median(found), 3) if found else 0.0
    return middle if middle and agreement({t: v / middle for t, v in ours.items()}, shown).fits else None


def query_that_agrees(sides: BothSides) -> Candidate | None:
    """Which part or combination of Datadog's series shows CloudWatch's values of the asked dimensions."""
    fitting = (c for c in _of_parts(sides) if agreement(c.predicted, c.observed).fits)
    return min(fitting, key=lambda c: (c.tags != (), AGGREGATOR_ORDER.index(c.aggregator)), default=None)


AGGREGATOR_ORDER = ('max', 'avg', 'min', 'sum', '')


def _doubled(sides: BothSides, observed: Values) -> Iterator[Candidate]:
    """Twice CloudWatch's values, in the whole window or from one minute to another."""
    asked = expected(sides)
    for factor in _factors(sides):
        once = {time: value / factor for time, value in asked.items()}
        found = list(pairs(once, observed))
        twice = [t for t, p, o in found if agree(o, 2 * p)]
        single = sum(agree(o, p) for _, p, o in found)
        if len(twice) < LEAST_DOUBLED or 0 < single < LEAST_DOUBLED:
            continue
        begin, end = (twice[0], twice[-1]) if single else (min(once), max(once))
        predicted = {t: p * (2 if begin <= t <= end else 1) for t, p in once.items()}
        c = scaled(sides, Kind.DOUBLED, sides.statistic, factor, asked, observed)
        words = (
            f'{c.words}, and twice that in a part' if single else f'Datadog is twice {c.words[len("Datadog is ") :]}'
        )
        whole = None if single else factor / 2
        yield Candidate(c.kind, predicted, asked, observed, c.statistic, whole, c.cost, words)
