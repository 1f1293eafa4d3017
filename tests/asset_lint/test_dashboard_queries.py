"""A dashboard that asks for what does not exist, or past its own filters."""

import copy

import pytest

from tests.asset_lint.dashboards import SHIPPED, Mutation, definition, replaced, request
from tools.asset_lint.dashboards import broken_rules

CASES: dict[str, tuple[Mutation, list[str]]] = {
    'a metric that does not exist': (
        replaced('IMDSv1 answers', 'imds.imdsv1_enabled', 'imds.imdsv1'),
        [
            "Overview / IMDSv1 answers: unknown metric 'aws_diagnostics.imds.imdsv1', allowed: "
            'aws_diagnostics.imds.imdsv1_enabled, aws_diagnostics.imdsv1.ok, aws_diagnostics.imds.ok'
        ],
    ),
    'a value that its tag does not have': (
        replaced('Ready to be switched', 'state:ready', 'state:redy'),
        [
            "From IMDSv1 to IMDSv2 / Ready to be switched: the tag 'state:redy' does not exist, allowed: optional, "
            'ready, required'
        ],
    ),
    'a wildcard that matches no value': (
        replaced('Latency of the token', 'request:token', 'request:tk*'),
        ["Latency / Latency of the token: the tag 'request:tk*' does not exist, allowed: metadata, token"],
    ),
    'a tag that the metric does not have': (
        replaced('Instances by state', 'state:optional', 'severity:critical'),
        [
            'From IMDSv1 to IMDSv2 / Instances by state: aws_diagnostics.imdsv2.transition has no tag '
            "'severity', allowed: "
            'autoscaling_group, availability-zone, aws_account, host, image, instance-type, instance_id, region, '
            'state, team'
        ],
    ),
    'a tag to group by that the metric does not have': (
        replaced('Left by team', '{team,state}', '{team,request}'),
        [
            "Where the work is / Left by team: aws_diagnostics.imdsv2.transition has no tag 'request', allowed: "
            'autoscaling_group, availability-zone, aws_account, host, image, instance-type, instance_id, region, '
            'state, team'
        ],
    ),
    'a query of a distribution that ends too early': (
        lambda d: request(d, 'Hosts by latency of the token').update(q='avg:x'),
        ["Latency / Hosts by latency of the token: the query 'avg:x', column 6: the end, allowed: {"],
    ),
    'a filter that is not applied': (
        replaced('IMDSv1 answers', ',$team', ''),
        [
            'Overview / IMDSv1 answers: a query of aws_diagnostics.imds.imdsv1_enabled ignores the template variable '
            '$team'
        ],
    ),
    'a filter that does not exist': (
        replaced('IMDSv1 answers', '$team', '$team,$squad'),
        [
            'Overview / IMDSv1 answers: a query of aws_diagnostics.imds.imdsv1_enabled has $squad, and the template '
            'variables are $scope, $aws_account, $region, $team'
        ],
    ),
    'a filter that the status of a check ignores': (
        lambda d: definition(d, 'IMDS')['tags'].remove('$region'),
        ['Overview / IMDS: the status of aws_diagnostics.imds ignores the template variable $region'],
    ),
    'a filter that events on a graph ignore': (
        lambda d: definition(d, 'Instances by state')['events'][0].update(
            q='source:aws_diagnostics $scope $aws_account $team'
        ),
        ['From IMDSv1 to IMDSv2 / Instances by state: a query of events ignores the template variable $region'],
    ),
    'events of somebody else': (
        lambda d: request(d, 'Latest changes of name')['query'].update(
            query_string='source:amazon_ec2 $scope $aws_account $region $team'
        ),
        [
            "Names that changed / Latest changes of name: the query of events 'source:amazon_ec2 $scope $aws_account "
            "$region $team' does not ask for 'source:aws_diagnostics'"
        ],
    ),
    'a service check that does not exist': (
        lambda d: definition(d, 'IMDSv1').update(check='aws_diagnostics.imdsv3'),
        [
            "Overview / IMDSv1: unknown service check 'aws_diagnostics.imdsv3', allowed: aws_diagnostics.hop_limit, "
            'aws_diagnostics.hostname, aws_diagnostics.hostname_provider, aws_diagnostics.imds, '
            'aws_diagnostics.imds_fleet, aws_diagnostics.imdsv1, aws_diagnostics.integration_role, '
            'aws_diagnostics.inventory, aws_diagnostics.metric_collection, aws_diagnostics.permissions'
        ],
    ),
    'a query that ends too early': (
        replaced('IMDSv1 answers', ' by {instance_id}.rollup(max).fill(last, 600)', ' by {instance_id'),
        [
            "Overview / IMDSv1 answers: the query 'max:aws_diagnostics.imds.imdsv1_enabled"
            "{$scope,$aws_account,$region,$team} by {instance_id', column 91: the end, allowed: a comma, }"
        ],
    ),
    'points in time that are averaged by chance': (
        replaced('IMDSv1 answers', '.rollup(max)', ''),
        [
            "Overview / IMDSv1 answers: the query 'max:aws_diagnostics.imds.imdsv1_enabled"
            "{$scope,$aws_account,$region,$team} by {instance_id}.fill(last, 600)' leaves open how points in time are "
            'put together, allowed: .rollup(...)'
        ],
    ),
    'a number that does not say which of its values it is': (
        lambda d: request(d, 'IMDSv1 answers')['queries'][0].pop('aggregator'),
        ["Overview / IMDSv1 answers: the query 'answers' has no aggregator, and its request wants one value"],
    ),
    'no filter for everything': (
        lambda d: d['template_variables'][0].update(prefix='env'),
        ['the dashboard: no template variable scope for any tag, which is one without a prefix'],
    ),
}


@pytest.mark.parametrize(('mutate', 'expected'), CASES.values(), ids=CASES)
def test_what_is_asked_in_vain_is_named(mutate: Mutation, expected: list[str]) -> None:
    mutate(mutant := copy.deepcopy(SHIPPED['fleet']))
    assert broken_rules(mutant) == expected
