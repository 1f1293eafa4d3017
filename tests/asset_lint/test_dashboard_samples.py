"""Every query of a dashboard selects something that this check really sends."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, RunStats, gauges, tags_of
from datadog_checks.aws_diagnostics.emit.series import Metrics, chosen
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import Count, Lag
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Passed, Scope, Verdict
from tests.account.balancers import classic, later, load_balancers
from tests.account.builders import account_facts, fleet, region
from tests.account.lag_builders import metric_lag
from tests.asset_lint.dashboards import SHIPPED
from tests.builders import answered, facts, imds
from tools.asset_lint.dashboards import widgets_of
from tools.asset_lint.names import FOREIGN_METRICS, HOST_TAGS, PREFIX
from tools.asset_lint.queries import Condition, Selector, expression

Sample = tuple[str, dict[str, str]]
"""The name of a metric and its tags."""
V1_ANSWERS = {'imds': imds(tokenless=answered())}
V1_ALLOWED = {'fleet': fleet(region(counts=(Count('optional', 1, 'enabled', 3),)))}
WATCHED = {'lag': Lag((metric_lag(),), ())}
FAILS, PASSES = Failed('wrong'), Passed('fine')
SITUATIONS: list[tuple[Facts, Scope, Verdict]] = [
    (facts(), Scope.HOST, PASSES),
    (facts(), Scope.HOST, FAILS),
    (facts(**V1_ANSWERS), Scope.HOST, PASSES),
    (facts(**V1_ANSWERS), Scope.HOST, FAILS),
    (account_facts(**WATCHED), Scope.ACCOUNT, PASSES),
    (account_facts(load_balancers=load_balancers(classic(), later())), Scope.ACCOUNT, PASSES),
    (account_facts(**V1_ALLOWED), Scope.ACCOUNT, FAILS),
]


def sent() -> Iterator[Sample]:
    for observed, scope, verdict in SITUATIONS:
        findings = [Finding(diagnosis, verdict) for diagnosis in DIAGNOSES if diagnosis.scope is scope]
        of_all = tags_of(observed, (), tuple(IDENTITY_TAGS))
        for gauge in chosen(gauges(observed, findings, RunStats(duration=0.1)), Metrics.STANDARD, ()):
            tags = dict(tag.split(':', 1) for tag in (*of_all, *gauge.tags))
            yield f'{PREFIX}{gauge.name}', tags


SENT = list(sent())


def selectors() -> Iterator[tuple[str, str, Selector]]:
    """Each with its place and the text of its query."""
    for name, dashboard in SHIPPED.items():
        for place, definition in widgets_of(dashboard):
            for request in definition.get('requests', ()):
                queries = [query['query'] for query in request.get('queries', ()) if query['data_source'] == 'metrics']
                for query in (*queries, *filter(None, [request.get('q')])):
                    yield from ((f'{name} / {place}', query, each) for each in expression(query).selectors)


OWN = [(place, query, selector) for place, query, selector in selectors() if selector.metric not in FOREIGN_METRICS]


def selects(condition: Condition, query: str, tags: dict[str, str]) -> bool:
    """Template variables let everything through, as they do when a dashboard is opened."""
    if condition.key.startswith('$'):
        return True
    value = tags.get(condition.key)
    matches = value is not None and fnmatchcase(value, condition.value)
    excluded = re.search(rf'!{re.escape(f"{condition.key}:{condition.value}")}(?![\w*-])', query)
    return not matches if excluded else matches


@pytest.mark.parametrize(('place', 'query', 'selector'), OWN, ids=[f'{p}: {s.metric}' for p, _, s in OWN])
def test_a_query_selects_and_groups_samples_that_are_sent(place: str, query: str, selector: Selector) -> None:
    selected = [
        tags
        for metric, tags in SENT
        if metric == selector.metric and all(selects(condition, query, tags) for condition in selector.scope)
    ]
    assert selected, f'{place}: {query}'
    grouped_by = set(selector.by) - HOST_TAGS - {'host'}
    assert all(grouped_by <= tags.keys() for tags in selected), f'{place}: {query}'


def test_the_samples_tell_what_is_selected_from_what_is_not() -> None:
    """The test above can fail: a state that is never sent selects nothing, and an exclusion excludes."""
    (only,) = expression('sum:aws_diagnostics.imdsv2.transition{!state:required}').selectors
    (state,) = only.scope
    query = 'sum:aws_diagnostics.imdsv2.transition{!state:required}'
    assert [selects(state, query, {'state': s}) for s in ('optional', 'required')] == [True, False]
    assert not selects(Condition('state', 'gone'), '', {'state': 'required'})
