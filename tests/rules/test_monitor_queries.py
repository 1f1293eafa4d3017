"""Queries of monitors: what is read of them, and what is left alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.facts.values import AccountId, DatadogMetric
from datadog_checks.aws_diagnostics.rules.monitor_queries import (
    LONGEST_FORMULA,
    LONGEST_QUERY,
    Formula,
    MonitorQuery,
    Selection,
    degree,
    is_one_selection,
    monitor_formula,
    monitor_query,
)

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


def test_the_formula_that_is_compared_with_a_number():
    query = (
        'change(avg(last_5m),last_1h): ( sum:aws.elb.request_count{a:b, c:d} by {name,region}.as_count()'
        ' / default_zero(aws.ec2.cpuutilization{*}) ) * 100 >= -0.5 '
    )
    requests = Selection('sum', REQUESTS, ('a:b', 'c:d'), ('name', 'region'))
    cpu = Selection('', CPU, ('*',), ())
    formula = monitor_formula('query alert', query)
    assert formula == Formula('change', (requests, cpu), '( q0.as_count() / default_zero(q1) ) * 100', '>=', -0.5)


@pytest.mark.parametrize(('type_', 'query'), LEFT.values(), ids=LEFT.keys())
def test_a_query_that_cannot_be_read_has_no_formula(type_, query):
    assert monitor_formula(type_, query) is None


@pytest.mark.parametrize('end', ['', ' > ', ' > a', ' > 1 > 2', ' => 1', ' + > 1 x'])
def test_without_a_comparison_there_is_no_formula(end):
    assert monitor_formula('query alert', f'avg(last_5m):avg:aws.ec2.cpuutilization{{*}}{end}') is None


X, Y = 'avg:aws.ec2.cpuutilization{*}', 'avg:system.load.1{*}'
DEGREES = {
    X: 1,
    f'-({X})': 1,
    f'{X}.rollup(max, 60).fill(zero)': 1,
    Y: 0,
    f'{X} * {X}': 2,
    f'{X} / {Y}': 1,
    f'{Y} / {X}': -1,
    f'{X} / ({X} + {X}) * 100 - 2': 0,
    f'{X} + {Y}': None,
    f'{X} ** 2': None,
    f'{X} // 2': None,
    f'not {X}': None,
    f'log2({X})': None,
    f'{X}.rollup(count, 60)': None,
    f'{X}.unknown()': None,
    f'{X} {X}': None,
    f'({X}': None,
    f'{X} and __import__("os")': None,
    f'{X} + {"1 + " * (LONGEST_FORMULA // 4)} 1': None,
    f'{"(" * 240}{X}{")" * 240}': None,
    f'{"-" * 480}{X}': 1,
}


def shortened(text: str) -> str:
    return text[:80]


@pytest.mark.parametrize('text', DEGREES, ids=shortened)
def test_how_a_formula_grows_with_a_metric(text):
    formula = monitor_formula('query alert', _whole(text))
    assert formula is not None
    assert degree(formula, [each for each in formula.selections if each.metric == CPU]) == DEGREES[text]


def _whole(text: str) -> str:
    return f'avg(last_5m):{text} > 1'


ALONE = (X, f'({X})', f'default_zero({X}.fill(zero)).as_count()')
EVERY = dict.fromkeys((*DEGREES, *ALONE))


@pytest.mark.parametrize('text', EVERY, ids=shortened)
def test_one_selection_is_compared_as_it_is(text):
    formula = monitor_formula('query alert', _whole(text))
    assert formula is not None
    assert is_one_selection(formula) is (text in {*ALONE, f'{X}.rollup(max, 60).fill(zero)', Y})


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(alphabet='q+-*/(). 012,', max_size=60))
def test_no_arithmetic_breaks_the_reader(text):
    formula = monitor_formula('query alert', _whole(f'{X} {text}'))
    assert formula is None or degree(formula, formula.selections) in (*range(-60, 60), None)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(alphabet='avgsum(last_5mh):{}*. ,\'"aws.ec2!>', max_size=200))
def test_no_text_breaks_the_reader(query):
    monitor_query('query alert', f'avg(last_5m):{query}')
