"""Reads the queries of monitors and dashboards: metrics, tags, windows and thresholds. The grammar is queries.lark."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

STARTS = ['monitor', 'expression', 'service_check']
COUNTS = frozenset({'count_nonzero', 'count_not_null'})
"""Functions that make one number of all groups."""
MINUTES = {'m': 1, 'h': 60, 'd': 24 * 60, 'w': 7 * 24 * 60}


class InvalidQuery(ValueError):
    """The message says what is wrong, and where."""


class Condition(NamedTuple):
    """Part of a scope: `state:ready`, `team`, or a template variable of a dashboard, `$team`."""

    key: str
    value: str = ''


class Selector(NamedTuple):
    """`avg:aws_diagnostics.imds.ok{state:ready} by {host}`"""

    aggregator: str
    metric: str
    scope: tuple[Condition, ...] = ()
    """The tags that it names, however they are combined; none for `*`."""
    by: tuple[str, ...] = ()


class Expression(NamedTuple):
    """Selectors, arithmetic and functions, in the order in which they are written."""

    selectors: tuple[Selector, ...]
    functions: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    """The tags of its groups: not those over which it counts."""


class MetricMonitor(NamedTuple):
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
    """`last_1d`: how far back a change looks, else ''."""


class ServiceCheckMonitor(NamedTuple):
    """`"aws_diagnostics.imds".over("*").by("host").last(4).count_by_status()`"""

    check: str
    over: tuple[str, ...]
    by: tuple[str, ...]
    last: int
    statistic: str
    """'count_by_status' or 'pct_by_status'."""
    exclude: tuple[str, ...] = ()


def minutes(window: str) -> int:
    """Of a window such as `last_4h`, and of how far back a change looks."""
    number = window.removeprefix('last_').removesuffix('_ago')
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
        expression_of(tree),
        words['TIME_AGGREGATOR'],
        words['WINDOW'],
        str(comparator),
        float(''.join(tokens(number))),
        words.get('CHANGE', ''),
        words.get('SHIFT', ''),
    )


def expression(query: str) -> Expression:
    """A query without evaluation and threshold, as dashboards have them. Raises InvalidQuery."""
    return expression_of(parsed(query, 'expression'))


def expression_of(tree: Tree[Token]) -> Expression:
    functions = tuple(str(next(tokens(call))) for call in subtrees(tree, 'call', 'method'))
    counts = [call for call in subtrees(tree, 'call') if call.children[0] in COUNTS]
    counted = {id(selector) for call in counts for selector in subtrees(call, 'selector')}
    found = [(selector_of(part), id(part) in counted) for part in subtrees(tree, 'selector')]
    by = tuple(dict.fromkeys(tag for selector, within in found if not within for tag in selector.by))
    return Expression(tuple(selector for selector, _ in found), functions, by)


def selector_of(tree: Tree[Token]) -> Selector:
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
    check, *parts, last, count = parsed(query, 'service_check').children
    names = ([str(n)[1:-1] for n in tokens(part)] if isinstance(part, Tree) else [] for part in parts)
    over, exclude, by = map(tuple, names)
    return ServiceCheckMonitor(str(check)[1:-1], over, by, int(str(last)), str(count), exclude)


@cache
def _parser() -> Lark:
    return Lark.open('queries.lark', rel_to=__file__, parser='lalr', start=STARTS)


def parsed(query: str, start: str) -> Tree[Token]:
    """`start` is one of STARTS. Raises InvalidQuery."""
    try:
        return _parser().parse(query, start=start)
    except UnexpectedInput as e:
        # At its end, lark names the last token that it read.
        rest = '' if getattr(getattr(e, 'token', None), 'type', '') == '$END' else query[e.pos_in_stream :]
        found = repr(rest[:20]) if rest else 'the end'
        raise InvalidQuery(f'cannot be read from column {len(query) - len(rest) + 1}: {found}') from None


def tokens(tree: Tree[Token]) -> Iterator[Token]:
    """All tokens of the tree, in the order in which they are written."""
    return (token for token in tree.scan_values(lambda value: isinstance(value, Token)))


def subtrees(tree: Tree[Token], *names: str) -> Iterator[Tree[Token]]:
    """Those of the named rules, in the order in which they are written."""
    found = tree.iter_subtrees_topdown()  # type: ignore[no-untyped-call]
    return (part for part in found if part.data in names)
