"""A widget whose formulas and queries do not belong together."""

import copy
from typing import Any

import pytest

from tests.asset_lint.dashboards import SHIPPED, Mutation, request
from tools.asset_lint.dashboards import broken_rules
from tools.asset_lint.formulas import InvalidFormula, names_in
from tools.asset_lint.widgets import Document

AT = 'Overview / Not reporting'


def silent(dashboard: Document) -> Any:
    """The request of a widget with two queries, `running` and `here`."""
    return request(dashboard, 'Not reporting')


def written(formula: str) -> Mutation:
    return lambda dashboard: silent(dashboard)['formulas'][0].update(formula=formula)


CASES: dict[str, tuple[Mutation, list[str]]] = {
    'a formula with another query': (
        written('running - here - gone'),
        [f"{AT}: the formula 'running - here - gone' names the query 'gone', allowed: running, here"],
    ),
    'a query without a formula': (
        written('running'),
        [f"{AT}: no formula uses the query 'here'"],
    ),
    'two queries of one name': (
        lambda d: (silent(d)['queries'][1].update(name='running'), written('running')(d)),
        [f"{AT}: 2 queries are called 'running'"],
    ),
    'a formula without a name for the legend': (
        lambda d: silent(d)['formulas'][0].pop('alias'),
        [f"{AT}: the formula 'running - default_zero(count_not_null(here))' has no alias"],
    ),
    'a misspelt function': (
        written('running - count_notnull(here)'),
        [
            f"{AT}: the function 'count_notnull' in a formula, allowed: count_nonzero, count_not_null, cutoff_max, "
            'default_zero'
        ],
    ),
    'a formula with a parenthesis too few': (
        written('running - count_not_null(here'),
        [f"{AT}: the formula 'running - count_not_null(here' cannot be read"],
    ),
}


@pytest.mark.parametrize(('mutate', 'expected'), CASES.values(), ids=CASES)
def test_a_formula_that_does_not_fit_its_queries_is_named(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(SHIPPED['fleet']))
    assert broken_rules(mutant) == expected


@pytest.mark.parametrize(
    ('formula', 'names'),
    [
        ('a', {'a'}),
        ('100 * a / (a + b)', {'a', 'b'}),
        ('default_zero(count_not_null(cutoff_max(ok, 0.5)))', {'ok'}),
        ('a - 1.5', {'a'}),
    ],
)
def test_the_queries_of_a_formula_are_its_names(formula: str, names: set[str]) -> None:
    assert names_in(formula) == names


@pytest.mark.parametrize(
    ('formula', 'part'),
    [
        ('a ** 2', 'a ** 2'),
        ('a if b else c', 'a if b else c'),
        ('a.rollup(max)', 'a.rollup(max)'),
        ("count_nonzero('a')", "'a'"),
        ('default_zero(a, value=1)', 'default_zero(a, value=1)'),
    ],
)
def test_what_is_python_and_no_formula_is_refused(formula: str, part: str) -> None:
    with pytest.raises(InvalidFormula) as refused:
        names_in(formula)
    assert str(refused.value) == f'{part!r} in a formula, allowed: names, numbers, + - * / and calls'
