"""The formulas of a request: arithmetic over the names of its queries, and a few functions."""

import ast
from collections.abc import Iterator, Sequence

from .widgets import Document

FUNCTIONS = frozenset({'count_nonzero', 'count_not_null', 'cutoff_max', 'default_zero'})
"""Those of Datadog that the dashboards use, as its documentation spells them."""
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)


def formula_complaints(request: Document) -> Iterator[str]:
    """None for a request without queries, as lists of events are."""
    names = [query['name'] for query in request.get('queries', ())]
    formulas = request.get('formulas', ())
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f'{names.count(name)} queries are called {name!r}'
    used: set[str] = set()
    for formula in formulas:
        if not formula.get('alias'):
            yield f'the formula {formula["formula"]!r} has no alias'
        parts, complaint = _parts(formula['formula'])
        used.update(parts)
        yield from [complaint] if complaint else _unknown(formula['formula'], parts, names)
    for name in names:
        if name not in used:
            yield f'no formula uses the query {name!r}'


def _unknown(text: str, parts: set[str], names: Sequence[str]) -> Iterator[str]:
    for name in sorted(parts - set(names)):
        yield f'the formula {text!r} names the query {name!r}, allowed: {", ".join(names)}'


def _parts(text: str) -> tuple[set[str], str]:
    """The names of queries in it, and what is wrong with it; '' where nothing is."""
    try:
        nodes = list(ast.walk(ast.parse(text, mode='eval').body))
    except SyntaxError:
        return set(), f'the formula {text!r} is none'
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    functions = {node.id for node in nodes if isinstance(node, ast.Name) and id(node) in called}
    if unknown := sorted(functions - FUNCTIONS):
        return set(), f'the function {unknown[0]!r} in a formula, allowed: {", ".join(sorted(FUNCTIONS))}'
    if strange := [node for node in nodes if not _is_allowed(node)]:
        return (
            set(),
            f'the formula {text!r} has {ast.unparse(strange[0])!r}, allowed: names, numbers, + - * / and calls',
        )
    return {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called}, ''


def _is_allowed(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=op):
            return isinstance(op, ARITHMETIC)
        case ast.Constant(value=value):
            return isinstance(value, int | float)
        case ast.Call(func=func, keywords=keywords):
            return isinstance(func, ast.Name) and not keywords
    return isinstance(node, (ast.Name, ast.Load, *ARITHMETIC))
