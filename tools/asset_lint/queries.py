"""Reads the queries of monitors and dashboards: metrics, tags, windows and thresholds. The grammar is queries.lark."""

from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token, Tree

from .query_tree import InvalidQuery, parsed, subtrees, tokens

MINUTES = {'m': 1, 'h': 60, 'd': 24 * 60, 'w': 7 * 24 * 60}


@dataclass(frozen=True, slots=True)
class Condition:
    """Of a scope: `state:ready`, or `team` alone, or a template variable of a dashboard, `$team`."""

    key: str
    value: str = ''
    """'' where there is none."""


@dataclass(frozen=True, slots=True)
class Selector:
    """`avg:aws_diagnostics.imds.ok{state:ready} by {host}`"""

    aggregator: str
    metric: str
    scope: tuple[Condition, ...] = ()
    """What it names, however it is combined; none for `*`."""
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """Selectors in arithmetic and functions, in the order in which they are written."""

    selectors: tuple[Selector, ...]
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricMonitor:
    """`max(last_4h):sum:METRIC{*} by {aws_account} > 0`, or `change(max(last_1h),last_1d):...`"""

    expression: Expression
    aggregator: str
    window: str
    """`last_4h`"""
    comparator: str
    threshold: float
    change: str = ''
    """'change' or 'pct_change' when it compares with the past, else ''."""
    shift: str = ''
    """`last_1d` or `1d_ago`, of a change."""

    @property
    def minutes(self) -> int:
        return minutes(self.window)


@dataclass(frozen=True, slots=True)
class ServiceCheckMonitor:
    """`"aws_diagnostics.imds".over("*").by("host").last(4).count_by_status()`"""

    check: str
    over: tuple[str, ...]
    by: tuple[str, ...]
    last: int
    count: str
    """'count_by_status' or 'pct_by_status'."""
    exclude: tuple[str, ...] = ()


def minutes(window: str) -> int:
    """Of `last_4h`."""
    number = window.removeprefix('last_')
    unit = number.lstrip('0123456789')
    return int(number.removesuffix(unit)) * MINUTES[unit]


def metric_monitor(query: str) -> MetricMonitor:
    """Raises InvalidQuery."""
    tree = parsed(query, 'monitor')
    evaluation, _, comparator, number = tree.children
    assert isinstance(evaluation, Tree)
    assert isinstance(number, Tree)
    words = {token.type: str(token) for token in tokens(evaluation)}
    return MetricMonitor(
        _expression(tree),
        words['TIME_AGGREGATOR'],
        words['WINDOW'],
        str(comparator),
        float(''.join(tokens(number))),
        words.get('CHANGE', ''),
        words.get('SHIFT', ''),
    )


def expression(query: str) -> Expression:
    """A query without evaluation and threshold, as dashboards have them. Raises InvalidQuery."""
    return _expression(parsed(query, 'expression'))


def _expression(tree: Tree[Token]) -> Expression:
    functions = tuple(str(next(tokens(call))) for call in subtrees(tree, 'call', 'method'))
    return Expression(tuple(_selector(selector) for selector in subtrees(tree, 'selector')), functions)


def _selector(tree: Tree[Token]) -> Selector:
    aggregator, metric, scope, grouping = tree.children
    by = tokens(grouping) if isinstance(grouping, Tree) else ()
    return Selector(str(aggregator), str(metric), tuple(_conditions(scope)), tuple(map(str, by)))


def _conditions(scope: Tree[Token] | Token) -> Iterator[Condition]:
    if isinstance(scope, Token):
        if scope.type != 'EVERYTHING':
            key, _, value = scope.partition(':')
            yield Condition(str(key), str(value))
    elif scope.data == 'list_of_values':
        key, *values = tokens(scope)
        yield from (Condition(str(key), str(value)) for value in values)
    else:
        for part in scope.children:
            yield from _conditions(part)


def service_check_monitor(query: str) -> ServiceCheckMonitor:
    """Raises InvalidQuery."""
    tree = parsed(query, 'service_check')
    check, *_, count = tokens(tree)
    clauses = _clauses(tree)
    return ServiceCheckMonitor(
        _unquoted(check),
        clauses['over'],
        clauses['by'],
        int(clauses['last'][0]),
        str(count),
        clauses.get('exclude', ()),
    )


def _clauses(tree: Tree[Token]) -> dict[str, tuple[str, ...]]:
    """By the name of the clause, what stands in its parentheses."""
    clauses: dict[str, tuple[str, ...]] = {}
    for clause in subtrees(tree, 'clause'):
        name, *values = (_unquoted(token) for token in tokens(clause))
        if name in clauses:
            raise InvalidQuery(f'.{name}() twice, allowed: once')
        clauses[name] = tuple(values)
    if missing := [name for name in ('over', 'by', 'last') if name not in clauses]:
        raise InvalidQuery(f'no .{missing[0]}(), allowed: "CHECK".over(...).by(...).last(N) and the status count')
    return clauses


def _unquoted(token: Token) -> str:
    return token.strip('"\'')
