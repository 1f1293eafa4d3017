"""The formulas of a request: arithmetic over the names of its queries, and a few functions."""

import ast
from collections.abc import Iterator, Sequence

from .widgets import Document

FUNCTIONS = frozenset({'count_nonzero', 'count_not_null', 'cutoff_max', 'default_zero'})
"""Those of Datadog that the dashboards use, as its documentation spells them."""
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)


class InvalidFormula(ValueError):
    """The message quotes what is wrong and says what is allowed."""


def formula_complaints(request: Document) -> Iterator[str]:
    """None for a request without queries, as lists of events are."""
    names = [query['name'] for query in request.get('queries', ())]
    formulas = request.get('formulas', ())
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f'{names.count(name)} queries are called {name!r}'
    for formula in formulas:
        if not formula.get('alias'):
            yield f'the formula {formula["formula"]!r} has no alias'
    try:
        used = {formula['formula']: names_in(formula['formula']) for formula in formulas}
    except InvalidFormula as e:
        yield str(e)
        return
    yield from _mismatches(used, names)


def _mismatches(used: dict[str, set[str]], names: Sequence[str]) -> Iterator[str]:
    for text, parts in used.items():
        for name in sorted(parts - set(names)):
            yield f'the formula {text!r} names the query {name!r}, allowed: {", ".join(names)}'
    for name in dict.fromkeys(names):
        if not any(name in parts for parts in used.values()):
            yield f'no formula uses the query {name!r}'


def names_in(formula: str) -> set[str]:
    """Of queries. Raises InvalidFormula."""
    try:
        nodes = list(ast.walk(ast.parse(formula, mode='eval').body))
    except SyntaxError:
        raise InvalidFormula(f'the formula {formula!r} cannot be read') from None
    for node in nodes:
        if not _is_allowed(node):
            part = ast.unparse(node)
            raise InvalidFormula(f'{part!r} in a formula, allowed: names, numbers, + - * / and calls')
    functions = [node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for function in functions:
        if function not in FUNCTIONS:
            raise InvalidFormula(f'the function {function!r} in a formula, allowed: {", ".join(sorted(FUNCTIONS))}')
    return {node.id for node in nodes if isinstance(node, ast.Name)} - set(functions)


def _is_allowed(node: ast.AST) -> bool:
    match node:
        case ast.BinOp(op=op):
            return isinstance(op, ARITHMETIC)
        case ast.Constant(value=value):
            return isinstance(value, int | float)
        case ast.Call(func=func, keywords=keywords):
            return isinstance(func, ast.Name) and not keywords
    return isinstance(node, (ast.Name, ast.Load, *ARITHMETIC))
