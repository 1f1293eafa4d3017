"""Mutations of a shipped dashboard: each leads to exactly its own complaint."""

import copy

import pytest

from tests.asset_lint.dashboards import SHIPPED, Mutation, definition, note, renamed, replaced, request
from tools.asset_lint.dashboards import broken_rules

WORST = 'Hosts with the most failed findings'
ANSWERS = 'Overview / IMDSv1 responds'
QUERY = 'max:aws_diagnostics.imds.imdsv1_enabled{$scope,$env,$aws_account,$region,$team} by {instance_id}'
SILENT = 'Overview / Not reporting'


def formula(text: str) -> Mutation:
    """Of a widget with two queries, `running` and `here`."""
    return lambda dashboard: request(dashboard, 'Not reporting')['formulas'][0].update(formula=text)


QUERIES: dict[str, tuple[Mutation, list[str]]] = {
    'a query in the older form that ends too early': (
        lambda d: request(d, 'Latency of the token').update(q='avg:x'),
        ['Latency / Latency of the token: avg:x: cannot be read from column 6: the end'],
    ),
    'a metric that does not exist': (
        replaced('IMDSv1 responds', 'imds.imdsv1_enabled', 'imds.imdsv1'),
        [f"{ANSWERS}: unknown metric 'aws_diagnostics.imds.imdsv1'"],
    ),
    'a value that its tag does not have': (
        replaced('Ready for IMDSv2', 'state:ready', 'state:prepared'),
        ['From IMDSv1 to IMDSv2 / Ready for IMDSv2: the tag state:prepared does not exist'],
    ),
    'a wildcard that matches no value': (
        replaced('Latency of the token', 'request:token', 'request:tk*'),
        ['Latency / Latency of the token: the tag request:tk* does not exist'],
    ),
    'a tag that the metric does not have': (
        replaced('Instances by state', 'state:optional', 'severity:critical'),
        ["From IMDSv1 to IMDSv2 / Instances by state: aws_diagnostics.imdsv2.transition has no tag 'severity'"],
    ),
    'a tag to group by that the metric does not have': (
        replaced('Remaining by team', '{team,state}', '{team,request}'),
        ["Where the work is / Remaining by team: aws_diagnostics.imdsv2.transition has no tag 'request'"],
    ),
    'a query that ends too early': (
        replaced('IMDSv1 responds', ' by {instance_id}.rollup(max).fill(last, 600)', ' by {instance_id'),
        [f'{ANSWERS}: {QUERY.removesuffix("}")}: cannot be read from column 96: the end'],
    ),
    'points in time that are averaged by accident': (
        replaced('IMDSv1 responds', '.rollup(max)', ''),
        [f'{ANSWERS}: {QUERY}.fill(last, 600): no .rollup(), so Datadog averages the points in time'],
    ),
    'a number that does not say which of its values it is': (
        lambda d: request(d, 'IMDSv1 responds')['queries'][0].pop('aggregator'),
        [f"{ANSWERS}: the query 'answers' has no aggregator, but its request wants one value"],
    ),
    'a service check that does not exist': (
        lambda d: definition(d, 'IMDSv1').update(check='aws_diagnostics.imdsv3'),
        ["Overview / IMDSv1: unknown service check 'aws_diagnostics.imdsv3'"],
    ),
    'a service check by a tag that it does not have': (
        lambda d: definition(d, 'IMDS').update(group_by=['diagnosis']),
        ["Overview / IMDS: aws_diagnostics.imds has no tag 'diagnosis'"],
    ),
    'events of somebody else': (
        lambda d: request(d, 'Latest hostname changes')['query'].update(
            query_string='source:amazon_ec2 $scope $env $aws_account $region $team'
        ),
        [
            'Hostname changes / Latest hostname changes: source:amazon_ec2 $scope $env $aws_account $region $team: '
            'not restricted to source:aws_diagnostics'
        ],
    ),
}
FILTERS: dict[str, tuple[Mutation, list[str]]] = {
    'a filter that a query ignores': (
        replaced('IMDSv1 responds', ',$team', ''),
        [f'{ANSWERS}: it ignores the template variable $team'],
    ),
    'a filter that does not exist': (
        replaced('IMDSv1 responds', '$team', '$team,$squad'),
        [f'{ANSWERS}: there is no template variable $squad'],
    ),
    'a filter that the status of a check ignores': (
        lambda d: definition(d, 'IMDS')['tags'].remove('$region'),
        ['Overview / IMDS: it ignores the template variable $region'],
    ),
    'a filter that events on a graph ignore': (
        lambda d: definition(d, 'Instances by state')['events'][0].update(
            q='source:aws_diagnostics $scope $env $aws_account $team'
        ),
        ['From IMDSv1 to IMDSv2 / Instances by state: it ignores the template variable $region'],
    ),
}
LINKS: dict[str, tuple[Mutation, list[str]]] = {
    'a link to a page that is not known': (
        lambda d: definition(d, WORST)['custom_links'][0].update(link='https://example.com/{{host.value}}'),
        [f'Worst hosts / {WORST}: unknown link https://example.com/{{{{host.value}}}}'],
    ),
    'a link with a tag that the row does not have': (
        lambda d: definition(d, WORST)['custom_links'][0].update(link='/infrastructure?filter={{pod.value}}'),
        [f"Worst hosts / {WORST}: the link 'Host' needs the tag 'pod', by which nothing is grouped"],
    ),
}
FORMULAS: dict[str, tuple[Mutation, list[str]]] = {
    'a formula with another query': (
        formula('running - here - gone'),
        [f"{SILENT}: a formula names 'gone', which is no query"],
    ),
    'a query without a formula': (formula('running'), [f"{SILENT}: no formula uses the query 'here'"]),
    'two queries of one name': (
        lambda d: (request(d, 'Not reporting')['queries'][1].update(name='running'), formula('running')(d)),
        [f"{SILENT}: two queries are called 'running'"],
    ),
    'a misspelt function': (
        formula('running - count_notnull(here)'),
        [f"{SILENT}: unknown function count_notnull() in 'running - count_notnull(here)'"],
    ),
}
TEXTS: dict[str, tuple[Mutation, list[str]]] = {
    'other monitors': (
        lambda d: definition(d, 'Monitors').update(query='tag:integration:aws'),
        [
            "Overview / Monitors: it lists 'tag:integration:aws', but the monitors have "
            "'tag:integration:aws-diagnostics'"
        ],
    ),
    'a note that points to a widget that was renamed': (
        renamed('Would lose their hostname', 'Would be renamed'),
        ["About / note 2: there is no widget 'Would lose their hostname'"],
    ),
    'a note with a command that its program refuses': (
        lambda d: note(d, 'About', 1).update(content='`aws-diagnostics explain imds`'),
        ['About / note 2: `aws-diagnostics explain imds`: no such diagnosis'],
    ),
    'a note with a dead link': (
        lambda d: note(d, 'About', 1).update(content='[more](https://example.com/)'),
        ['About / note 2: unknown link https://example.com/'],
    ),
}
CASES = QUERIES | FILTERS | LINKS | FORMULAS | TEXTS


@pytest.mark.parametrize(('mutate', 'expected'), CASES.values(), ids=CASES)
def test_a_broken_rule_is_named(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(SHIPPED['fleet']))
    assert list(broken_rules(mutant)) == expected
