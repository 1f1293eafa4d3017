"""Queries of monitors: what is read of them, and what is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.facts.values import AccountId, DatadogMetric
from datadog_checks.aws_diagnostics.rules.monitor_queries import LONGEST_QUERY, MonitorQuery, monitor_query

CPU, REQUESTS = DatadogMetric('aws.ec2.cpuutilization'), DatadogMetric('aws.elb.request_count')
LOAD = DatadogMetric('system.load.1')
OURS, THEIRS = AccountId('123456789012'), AccountId('111122223333')
NOBODY: frozenset[AccountId] = frozenset()

READ = {
    'one metric': ('avg(last_5m):avg:aws.ec2.cpuutilization{*} by {host} > 90', MonitorQuery((CPU,), 300, NOBODY)),
    'without an aggregator': ('max(last_1h):aws.ec2.cpuutilization{*} > 90', MonitorQuery((CPU,), 3600, NOBODY)),
    'a formula of two': (
        'sum(last_15m):sum:aws.elb.request_count{name:web}.as_count() / sum:system.load.1{*} > 5',
        MonitorQuery((REQUESTS, LOAD), 900, NOBODY),
    ),
    'the same metric twice': (
        'avg(last_5m):( sum:aws.elb.request_count{a:b} - sum:aws.elb.request_count{c:d} ) < 1',
        MonitorQuery((REQUESTS,), 300, NOBODY),
    ),
    'a change': (
        'change(avg(last_30m),last_1d):avg:aws.ec2.cpuutilization{*} > 5',
        MonitorQuery((CPU,), 1800, NOBODY),
    ),
    'an anomaly': (
        "avg(last_4h):anomalies(avg:aws.ec2.cpuutilization{host:a}, 'basic', 2) >= 1",
        MonitorQuery((CPU,), 14400, NOBODY),
    ),
    'a month': ('avg(last_1mo):avg:aws.ec2.cpuutilization{*} > 1', MonitorQuery((CPU,), 30 * 86400, NOBODY)),
    'a percentile': ('percentile(last_5m):p95:aws.ec2.cpuutilization{*} > 1', MonitorQuery((CPU,), 300, NOBODY)),
    'of one account': (
        'avg(last_5m):avg:aws.ec2.cpuutilization{aws_account:123456789012,region:eu-west-1} > 9',
        MonitorQuery((CPU,), 300, frozenset({OURS})),
    ),
    'of two accounts': (
        'avg(last_5m):avg:aws.ec2.cpuutilization{aws_account:123456789012 OR aws_account:111122223333} > 9',
        MonitorQuery((CPU,), 300, frozenset({OURS, THEIRS})),
    ),
    'of all accounts but one': (
        'avg(last_5m):avg:aws.ec2.cpuutilization{!aws_account:123456789012} > 9',
        MonitorQuery((CPU,), 300, NOBODY),
    ),
    'one of two is of any account': (
        'avg(last_5m):avg:aws.ec2.cpuutilization{aws_account:123456789012} + avg:system.load.1{*} > 9',
        MonitorQuery((CPU, LOAD), 300, NOBODY),
    ),
}
LEFT = {
    'a composite of others': ('composite', '123 && 456'),
    'an alert of another kind': ('slo alert', 'avg(last_5m):avg:aws.ec2.cpuutilization{*} > 9'),
    'a service check': ('service check', '"aws.up".over("*").last(2).count_by_status()'),
    'a log monitor that quotes a metric': (
        'log alert',
        'logs("avg(last_5m):avg:aws.ec2.cpuutilization{*}").index("*").rollup("count").last("5m") > 1',
    ),
    'a cron window': ('query alert', 'avg(current_1h):avg:aws.ec2.cpuutilization{*} > 9'),
    'no scope': ('query alert', 'avg(last_5m):avg:aws.ec2.cpuutilization > 9'),
    'cut off': ('query alert', 'avg(last_5m):avg:aws.ec2.cpuutilization{host:a'),
    'only in quotes': ('query alert', 'avg(last_5m):"avg:aws.ec2.cpuutilization{*}" > 9'),
    'too long': ('query alert', f'avg(last_5m):avg:aws.ec2.cpuutilization{{{"a" * LONGEST_QUERY}}} > 9'),
    'it waits by a shift of time': (
        'query alert',
        'avg(last_5m):timeshift(avg:aws.ec2.cpuutilization{*}, -900) > 9',
    ),
    'another shift of time': ('query alert', 'avg(last_5m):hour_before(avg:aws.ec2.cpuutilization{*}) > 9'),
    'nothing': ('query alert', ''),
}


@pytest.mark.parametrize(('query', 'expected'), READ.values(), ids=READ.keys())
@pytest.mark.parametrize('type_', ['metric alert', 'query alert'])
def test_what_a_query_evaluates(type_, query, expected):
    assert monitor_query(type_, query) == expected


@pytest.mark.parametrize(('type_', 'query'), LEFT.values(), ids=LEFT.keys())
def test_a_query_that_cannot_be_read_is_left_alone(type_, query):
    assert monitor_query(type_, query) is None


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(alphabet='avgsum(last_5mh):{}*. ,\'"aws.ec2!>', max_size=200))
def test_no_text_breaks_the_reader(query):
    monitor_query('query alert', f'avg(last_5m):{query}')
