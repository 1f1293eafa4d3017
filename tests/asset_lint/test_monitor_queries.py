"""Mutations of shipped monitors: query and thresholds. Each leads to exactly its own complaint."""

import pytest

from tools.asset_lint.monitors import monitor_complaints

from .mutations import GONE, Change, in_query, mutant, put, threshold

HOST_TAGS = 'autoscaling_group, availability-zone, aws_account, host, image, instance-type, instance_id, region, team'

QUERIES: dict[str, tuple[str, Change, list[str]]] = {
    'a query that is none': (
        'token_latency',
        in_query('by {host}', 'by host'),
        ["definition.query: column 66: 'host > 0.3', allowed: {"],
    ),
    'the query of another type of monitor': (
        'token_latency',
        put('definition.type', 'service check'),
        ["definition.query: column 1: 'avg(last_30m):avg:aw', allowed: something in quotes"],
    ),
    'an unknown metric': (
        'token_latency',
        in_query('imds.latency', 'imds.latencies'),
        [
            "definition.query: unknown metric 'aws_diagnostics.imds.latencies', allowed: "
            'aws_diagnostics.imds.latency, aws_diagnostics.imds.gateways, aws_diagnostics.imds.ok'
        ],
    ),
    'an unknown tag': (
        'group_failing',
        in_query('region', 'aws_region'),
        [f"definition.query: aws_diagnostics.imds.ok has no tag 'aws_region', allowed: {HOST_TAGS}"],
    ),
    'a diagnosis that does not exist': (
        'hop_limit_too_low',
        in_query('too-low', 'too-small'),
        [
            "definition.query: the tag 'diagnosis:imds-hop-limit-too-small' does not exist, allowed: "
            'imds-hop-limit-too-low, imds-hop-limit-above-policy'
        ],
    ),
    'an unknown service check': (
        'imdsv2_unusable',
        in_query('aws_diagnostics.imds"', 'aws_diagnostics.imdsv2"'),
        [
            "definition.query: unknown service check 'aws_diagnostics.imdsv2', allowed: aws_diagnostics.hop_limit, "
            'aws_diagnostics.hostname, aws_diagnostics.hostname_provider, aws_diagnostics.imds, '
            'aws_diagnostics.imds_fleet, aws_diagnostics.imdsv1, aws_diagnostics.integration_role, '
            'aws_diagnostics.inventory, aws_diagnostics.metric_collection, aws_diagnostics.permissions'
        ],
    ),
    'a service check of an account by host': (
        'integration_role',
        in_query('"aws_account"', '"host"'),
        ["definition.query: aws_diagnostics.integration_role has no tag 'host', allowed: aws_account"],
    ),
    'a service check in a scope that nothing has': (
        'imdsv2_unusable',
        in_query('.over("*")', '.over("environment:prod")'),
        [f"definition.query: aws_diagnostics.imds has no tag 'environment', allowed: {HOST_TAGS}"],
    ),
}

THRESHOLD: dict[str, tuple[str, Change, list[str]]] = {
    'a threshold that differs from the query': (
        'token_latency',
        threshold('critical', 0.5),
        ['definition.options.thresholds.critical: 0.5, allowed: 0.3, the number in the query'],
    ),
    'a query that differs from the threshold': (
        'token_latency',
        in_query('> 0.3', '> 0.25'),
        ['definition.options.thresholds.critical: 0.3, allowed: 0.25, the number in the query'],
    ),
    'no threshold': (
        'hop_limit_too_low',
        threshold('critical', GONE),
        ['definition.options.thresholds.critical: None, allowed: 1, the number in the query'],
    ),
    'a warning beyond the alert': (
        'token_latency',
        threshold('warning', 0.35),
        ['definition.options.thresholds.warning: 0.35, allowed: less than 0.3, as the query has >'],
    ),
    'a warning that comes with the alert': (
        'token_latency',
        threshold('warning', 0.3),
        ['definition.options.thresholds.warning: 0.3, allowed: less than 0.3, as the query has >'],
    ),
    'the comparison turned round': (
        'token_latency',
        in_query('> 0.3', '< 0.3'),
        ['definition.options.thresholds.warning: 0.15, allowed: more than 0.3, as the query has <'],
    ),
    'runs in a metric monitor': (
        'token_latency',
        threshold('ok', 2),
        ["definition.options.thresholds: 'ok', allowed in a metric monitor: critical, warning"],
    ),
    'fewer runs looked at than are counted': (
        'imdsv2_unusable',
        in_query('.last(4)', '.last(2)'),
        ['definition.query: .last(2), allowed: from 3, the largest threshold, to 100'],
    ),
    'more runs than the API looks at': (
        'imdsv2_unusable',
        in_query('.last(4)', '.last(101)'),
        ['definition.query: .last(101), allowed: from 3, the largest threshold, to 100'],
    ),
    'half a run': (
        'imdsv2_unusable',
        threshold('ok', 1.5),
        ['definition.options.thresholds.ok: 1.5, allowed: a number of runs, at least 1'],
    ),
    'UNKNOWN that notifies': (
        'imdsv2_unusable',
        threshold('unknown', 1),
        ["definition.options.thresholds: 'unknown' is there, allowed: critical, warning, ok, each of them"],
    ),
    'a status left to its default of one run': (
        'imdsv2_unusable',
        threshold('ok', GONE),
        ["definition.options.thresholds: 'ok' is missing, allowed: critical, warning, ok, each of them"],
    ),
}


@pytest.mark.parametrize(('name', 'change', 'complaints'), QUERIES.values(), ids=QUERIES)
def test_a_query_that_asks_for_what_is_not_there_is_named(name: str, change: Change, complaints: list[str]) -> None:
    assert monitor_complaints(mutant(name, change)) == complaints


@pytest.mark.parametrize(('name', 'change', 'complaints'), THRESHOLD.values(), ids=THRESHOLD)
def test_thresholds_that_contradict_the_query_are_named(name: str, change: Change, complaints: list[str]) -> None:
    assert monitor_complaints(mutant(name, change)) == complaints


@pytest.mark.parametrize(
    ('critical', 'complaints'),
    [
        pytest.param(5, [], id='five percent'),
        pytest.param(
            101, ['definition.options.thresholds: 101, allowed: a percentage from 0 to 100'], id='more than all'
        ),
    ],
)
def test_the_thresholds_of_a_share_are_percentages(critical: int, complaints: list[str]) -> None:
    share = mutant('imdsv2_unusable', in_query('count_by_status', 'pct_by_status'), threshold('critical', critical))
    assert monitor_complaints(share) == complaints
