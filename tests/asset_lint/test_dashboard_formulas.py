"""A widget whose formulas and queries do not belong together."""

import copy

import pytest

from tests.asset_lint.dashboards import SHIPPED, Mutation, request
from tools.asset_lint.dashboards import broken_rules

CASES: dict[str, tuple[Mutation, list[str]]] = {
    'a formula with another query': (
        lambda d: request(d, 'Not reporting')['formulas'][0].update(formula='running - here - gone'),
        [
            "Overview / Not reporting: the formula 'running - here - gone' names the query 'gone', allowed: running, "
            'here'
        ],
    ),
    'a query without a formula': (
        lambda d: request(d, 'Not reporting')['formulas'][0].update(formula='running'),
        ["Overview / Not reporting: no formula uses the query 'here'"],
    ),
    'two queries of one name': (
        lambda d: (
            request(d, 'Not reporting')['queries'][1].update(name='running')
            or request(d, 'Not reporting')['formulas'][0].update(formula='running')
        ),
        ["Overview / Not reporting: 2 queries are called 'running'"],
    ),
    'a formula without a name for the legend': (
        lambda d: request(d, 'IMDSv1 answers')['formulas'][0].pop('alias'),
        ["Overview / IMDSv1 answers: the formula 'default_zero(count_nonzero(answers))' has no alias"],
    ),
    'a misspelt function': (
        lambda d: request(d, 'IMDSv1 answers')['formulas'][0].update(formula='count_non_zero(answers)'),
        [
            "Overview / IMDSv1 answers: the function 'count_non_zero' in a formula, allowed: count_nonzero, "
            'count_not_null, cutoff_max, default_zero',
            "Overview / IMDSv1 answers: no formula uses the query 'answers'",
        ],
    ),
    'a formula with a parenthesis too few': (
        lambda d: request(d, 'IMDSv1 answers')['formulas'][0].update(formula='count_nonzero(answers'),
        [
            "Overview / IMDSv1 answers: the formula 'count_nonzero(answers' is none",
            "Overview / IMDSv1 answers: no formula uses the query 'answers'",
        ],
    ),
}


@pytest.mark.parametrize(('mutate', 'expected'), CASES.values(), ids=CASES)
def test_a_formula_that_does_not_fit_its_queries_is_named(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(SHIPPED['fleet']))
    assert broken_rules(mutant) == expected
