"""Which metrics a monitor of Datadog evaluates, over which time, of which AWS accounts, and by which formula.

Only what is certain is read: a query of another form gives None, which is no finding.
https://docs.datadoghq.com/api/latest/monitors/#create-a-monitor has the forms.
"""

import ast
import re
from collections.abc import Iterable, Set
from itertools import count
from typing import NamedTuple

from ..facts.values import AccountId, DatadogMetric

METRIC_TYPES = frozenset({'metric alert', 'query alert'})
"""Of `type`. A composite one names other monitors, which stand in the list themselves."""
LONGEST_QUERY = 16_000
UNITS = {'m': 60, 'h': 3600, 'd': 86400, 'w': 7 * 86400, 'mo': 30 * 86400}
WINDOW = re.compile(r'^\s*[a-z_]+\(\s*(?:[a-z_]+\(\s*)?last_([0-9]{1,4})(mo|m|h|d|w)\b')
"""`avg(last_5m):`, and `change(avg(last_5m),last_1h):`, whose first time is the one that is evaluated."""
SELECTION = re.compile(
    r'(?<![\w.])(?:(avg|sum|min|max|count|p[0-9]{2,3}):)?([A-Za-z][A-Za-z0-9_.]{1,199})\{([^{}]{0,4000})\}'
    r'(?:\s{0,9}by\s{0,9}\{([^{}]{0,4000})\})?'
)
"""An aggregator, a metric, its scope and what it is grouped by."""
SHIFTED = re.compile(r'\b(?:timeshift|calendar_shift|(?:hour|day|week|month)_before)\s*\(')
"""What reads older values, as `timeshift(..., -900)` does to wait for CloudWatch:
https://docs.datadoghq.com/dashboards/functions/timeshift/"""
QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'')
ACCOUNT = re.compile(r'(?<![\w!-])aws_account:([0-9]{12})\b')
COMPARED = re.compile(r'\s*([a-z_]+)\([^:]*\)\s*:([^<>=!:]*)(<=|>=|==|!=|<|>)\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*')
"""What is made of the values of the window, the formula, and the number that it is compared with."""
LONGEST_FORMULA = 500
ARITHMETIC = re.compile(r'[\w.,()+*/ -]*', re.ASCII)
PROPORTIONAL = frozenset({'avg', 'max', 'min', 'sum'})
"""Rollups of k times the values that are k times as large; the count of them is not."""


class MonitorQuery(NamedTuple):
    metrics: tuple[DatadogMetric, ...]
    """Each once."""
    window: int
    """Seconds."""
    accounts: frozenset[AccountId]
    """Those that its scopes name; empty where they name none."""


class Selection(NamedTuple):
    """The values of one metric in a query."""

    aggregator: str
    """'' where none is written."""
    metric: DatadogMetric
    scope: tuple[str, ...]
    by: tuple[str, ...]


class Formula(NamedTuple):
    """What a monitor compares with a number."""

    function: str
    """Over the window: avg, max, min, sum or percentile, else change or pct_change."""
    selections: tuple[Selection, ...]
    expression: str
    """The arithmetic, in which the first selection is q0."""
    comparator: str
    threshold: float


def monitor_query(type: str, query: str) -> MonitorQuery | None:
    """None for a monitor of another kind, and for a query that cannot be read."""
    window, found = WINDOW.match(query), selections(type, query)
    if window is None or not found or SHIFTED.search(query):
        return None
    scopes = [frozenset(map(AccountId, ACCOUNT.findall(','.join(each.scope)))) for each in found]
    named = frozenset[AccountId]().union(*scopes) if all(scopes) else frozenset[AccountId]()
    metrics = tuple(dict.fromkeys(each.metric for each in found))
    return MonitorQuery(metrics, int(window[1]) * UNITS[window[2]], named)


def monitor_formula(type: str, query: str) -> Formula | None:
    """None as for `monitor_query`, and where it does not end with a comparison."""
    found, number = selections(type, query), count()
    if monitor_query(type, query) is None:
        return None
    compared = COMPARED.fullmatch(SELECTION.sub(lambda _: f'q{next(number)}', _without_quotes(query)))
    if compared is None:
        return None
    return Formula(compared[1], found, compared[2].strip(), compared[3], float(compared[4]))


def selections(type: str, query: str) -> tuple[Selection, ...]:
    """() for a monitor of another kind, and where one of the metrics is none."""
    found: list[Selection] = []
    if type not in METRIC_TYPES or len(query) > LONGEST_QUERY:
        return ()
    for aggregator, name, scope, by in SELECTION.findall(_without_quotes(query)):
        metric = DatadogMetric.of(name)
        if metric is None:
            return ()
        found.append(Selection(aggregator, metric, _listed(scope), _listed(by)))
    return tuple(found)


def _without_quotes(query: str) -> str:
    return QUOTED.sub(' 0 ', query)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(',') if part.strip())


def is_one_selection(formula: Formula) -> bool:
    """Whether it compares the values of one selection as they are."""
    return isinstance(_unwrapped(_parsed(formula.expression)), ast.Name)


def degree(formula: Formula, of: Iterable[Selection]) -> int | None:
    """With which power the result grows where the values of these selections do: with 1 for a sum of them, with 0 for a
    quotient of two. None where that is not known."""
    growing = set(of)
    names = {f'q{number}' for number, each in enumerate(formula.selections) if each in growing}
    return _degree(_parsed(formula.expression), names)


def _parsed(expression: str) -> ast.expr | None:
    """Sums, products and calls are written as in Python. None where it is anything else."""
    if len(expression) > LONGEST_FORMULA or not ARITHMETIC.fullmatch(expression):
        return None
    try:
        return ast.parse(expression, mode='eval').body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _unwrapped(node: ast.expr | None) -> ast.expr | None:
    """Without what leaves values as they are, or puts one of a time in the place of several."""
    match node:
        case ast.Call(func=ast.Name(id='default_zero'), args=[inner]):
            return _unwrapped(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr='fill' | 'as_count')):
            return _unwrapped(inner)
        case ast.Call(func=ast.Attribute(value=inner, attr='rollup'), args=[ast.Name(id=how), *_]):
            return _unwrapped(inner) if how in PROPORTIONAL else None
    return node


def _degree(node: ast.expr | None, growing: Set[str]) -> int | None:
    match _unwrapped(node):
        case ast.Constant():
            return 0
        case ast.Name(id=name):
            return int(name in growing)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            return _degree(operand, growing)
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(op, _degree(left, growing), _degree(right, growing))
    return None


def _combined(op: ast.operator, left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return None
    match op:
        case ast.Mult():
            return left + right
        case ast.Div():
            return left - right
        case ast.Add() | ast.Sub() if left == right:
            return left
    return None
