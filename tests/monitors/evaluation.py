"""The value of a metric query in each minute, as Datadog's documentation describes it. No value is `None`.

- A point fills at most 300 s by linear interpolation, or as `.fill(METHOD, SECONDS)` says (dashboards/functions).
- Series are aggregated over space in each minute. A series without a tag of the grouping is in no group.
- Arithmetic with no value, and a division by zero, has no value (monitors/guide/monitor-arithmetic-and-sparse-metrics).
- `default_zero` fills minutes without a value in a group that has one in the window. What it does where a query has no
  series at all is not documented.

Not documented is also what `Reading` names: monitors are tried under each of READINGS. Assumed, because nothing says
so, is one value a minute in the windows of these monitors.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from operator import add, mul, sub, truediv
from statistics import fmean
from typing import NamedTuple

from lark import Token, Tree

from tools.asset_lint.queries import Condition, expression_of, selector_of, subtrees, tokens

from .series import Sent, Series, Tags

Group = tuple[str, ...]
Values = list[float | None]
Groups = dict[Group, Values]
Operand = Groups | float
AGGREGATES: Mapping[str, Callable[[Iterable[float]], float]] = {'avg': fmean, 'max': max, 'min': min, 'sum': sum}
ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {'+': add, '-': sub, '*': mul, '/': truediv}
MOST_FILLED = 10
"""Minutes: the maximum of `.fill`."""


class Reading(NamedTuple):
    """Of what is not documented."""

    zero_of_nothing: bool = True
    """`default_zero` of a query without any series, and without groups, is zero."""
    looks_back: bool = True
    """A value from before the window fills its first minutes."""
    in_a_row: bool = True
    """`.last(N).count_by_status()` counts runs in a row, and not those among the last N."""


class Column:
    """One group: in each minute, the values of its series with the minute of the point that each is from."""

    def __init__(
        self, minutes: Sequence[list[tuple[int, float]]], aggregate: Callable[[Iterable[float]], float]
    ) -> None:
        self._minutes, self._aggregate = minutes, aggregate
        self._values = [self._of(found) for found in minutes]

    def cut(self, begin: int, end: int, looks_back: bool) -> Values:
        values = self._values[begin:end]
        for minute in () if looks_back else range(begin, min(begin + MOST_FILLED, end)):
            values[minute - begin] = self._of([each for each in self._minutes[minute] if each[0] >= begin])
        return values

    def _of(self, found: Sequence[tuple[int, float]]) -> float | None:
        if len(found) == 1:  # as most groups are one series
            return found[0][1]
        return self._aggregate(value for _, value in found) if found else None


class Query:
    """A query over series; the series are aggregated once, for all queries of what was sent, and read window by
    window."""

    def __init__(self, tree: Tree[Token], sent: Sent, end: int, reading: Reading) -> None:
        self._tree, self._reading = tree, reading
        self._series, self._end = sent.metrics, end
        self._selected: dict[tuple[str, int], dict[Group, Column]] = sent.selected
        self._texts = {id(part): str(part) for part in tree.iter_subtrees()}
        """What is written twice is evaluated once."""
        self._known: dict[str, Groups] = {}

    def window(self, begin: int, end: int) -> Groups:
        """Groups with a value in any of the minutes from `begin` until before `end`."""
        self._known = {}
        found = self._value(self._tree, max(begin, 0), end)
        assert isinstance(found, dict), 'a query selects something'
        return {group: values for group, values in found.items() if any(v is not None for v in values)}

    def _value(self, node: Tree[Token] | Token, begin: int, end: int) -> Operand:
        if isinstance(node, Token):
            return float(node)
        if node.data == 'call' or node.data == 'selector' or _has_method(node):
            text = self._texts[id(node)]
            if text not in self._known:
                self._known[text] = self._read(node, text, begin, end)
            return self._known[text]
        match node.children:
            case [only]:
                return self._value(only, begin, end)
            case ['-', operand]:
                return combined('-', 0.0, self._value(operand, begin, end))
            case [left, Token() as operator, right]:
                return combined(str(operator), self._value(left, begin, end), self._value(right, begin, end))
        raise AssertionError(f'{node.data} is not evaluated here')

    def _read(self, node: Tree[Token], text: str, begin: int, end: int) -> Groups:
        if node.data == 'call':
            return self._called(node, begin, end)
        key = text, self._end
        if key not in self._selected:
            self._selected[key] = selected(node, self._series, self._end)
        cut = {group: found.cut(begin, end, self._reading.looks_back) for group, found in self._selected[key].items()}
        return {group: values for group, values in cut.items() if any(v is not None for v in values)}

    def _called(self, node: Tree[Token], begin: int, end: int) -> Groups:
        name, inner, *arguments = node.children
        assert isinstance(inner, Tree)
        groups = self._value(inner, begin, end)
        assert isinstance(groups, dict)
        match str(name):
            case 'default_zero':
                if not groups and self._reading.zero_of_nothing and not expression_of(inner).by:
                    return {(): [0.0] * (end - begin)}
                return {group: [0.0 if v is None else v for v in values] for group, values in groups.items()}
            case 'is_greater':
                (limit,) = (float(''.join(tokens(a))) for a in arguments if isinstance(a, Tree))
                return {g: [None if v is None else float(v > limit) for v in vs] for g, vs in groups.items()}
            case 'count_not_null' | 'count_nonzero':
                counted = bool if name == 'count_nonzero' else (lambda value: value is not None)
                columns = zip(*groups.values(), strict=True)
                return {(): [_count(column, counted) for column in columns]} if groups else {}
        raise AssertionError(f'{name} is not evaluated here')


def _has_method(node: Tree[Token]) -> bool:
    return any(isinstance(child, Tree) and child.data == 'method' for child in node.children)


def _count(column: Sequence[float | None], counted: Callable[[float | None], bool]) -> float | None:
    """No value where no group has one."""
    return float(sum(map(counted, column))) if any(value is not None for value in column) else None


def combined(operator: str, left: Operand, right: Operand) -> Operand:
    """Groups that both sides have."""
    if isinstance(left, float) and isinstance(right, float):
        return ARITHMETIC[operator](left, right)
    sides = [side for side in (left, right) if isinstance(side, dict)]
    shared = [group for group in sides[0] if group in sides[-1]]
    length = {group: len(sides[0][group]) for group in shared}
    columns = [side if isinstance(side, dict) else {g: [side] * length[g] for g in shared} for side in (left, right)]
    return {g: [_one(operator, a, b) for a, b in zip(columns[0][g], columns[1][g], strict=True)] for g in shared}


def _one(operator: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (operator == '/' and not right):
        return None
    return ARITHMETIC[operator](left, right)


def selected(node: Tree[Token], series: Sequence[Series], end: int) -> dict[Group, Column]:
    """Each group in each minute. Alternatives are of one tag, as `k IN (a,b)`; all else is AND."""
    part = next(iter(subtrees(node, 'selector')))
    selector, (method, limit) = selector_of(part), _fill(node)
    found: dict[Group, list[list[tuple[int, float]]]] = {}
    for one in series:
        if one.name != selector.metric or not in_scope(selector.scope, one.tags):
            continue
        if all(tag in one.tags for tag in selector.by):
            group = tuple(one.tags[tag] for tag in selector.by)
            minutes = found.setdefault(group, [[] for _ in range(end)])
            for minute, source, value in filled(one.points, method, limit, end):
                minutes[minute].append((source, value))
    return {group: Column(minutes, AGGREGATES[selector.aggregator]) for group, minutes in found.items()}


def _fill(node: Tree[Token]) -> tuple[str, int]:
    """The method, and for how many minutes at most."""
    methods = [[str(token) for token in tokens(method)] for method in subtrees(node, 'method')]
    assert all(name == 'fill' for name, *_ in methods), 'only .fill() is evaluated here'
    (_, method, seconds) = methods[0] if methods else ('fill', 'linear', '300')
    return method, min(int(seconds) // 60, MOST_FILLED)


def in_scope(scope: Sequence[Condition], tags: Tags) -> bool:
    allowed: dict[str, list[str]] = {}
    for condition in scope:
        allowed.setdefault(condition.key, []).append(condition.value)
    return all(key in tags and any(fnmatchcase(tags[key], v) for v in values) for key, values in allowed.items())


def filled(points: Mapping[int, float], method: str, limit: int, end: int) -> Iterator[tuple[int, int, float]]:
    """(minute, minute of the point it is filled from, value). Nothing fills more than `limit` minutes.

    `last` keeps a value until the next one; `linear` fills gaps between two.
    """
    ordered = sorted(minute for minute in points if minute < end)
    for here, after in zip(ordered, [*ordered[1:], None], strict=True):
        value = points[here]
        yield here, here, value
        gap = (end if after is None else after) - here
        if method == 'last':
            yield from ((minute, here, value) for minute in range(here + 1, here + min(gap, limit + 1)))
        elif after is not None and gap <= limit:
            step = (points[after] - value) / gap
            yield from ((minute, here, value + step * (minute - here)) for minute in range(here + 1, after))
