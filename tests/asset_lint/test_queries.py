"""What is read from the queries of monitors and dashboards."""

import pytest

from tools.asset_lint.queries import (
    Condition,
    Expression,
    MetricMonitor,
    Selector,
    ServiceCheckMonitor,
    expression,
    metric_monitor,
    minutes,
    service_check_monitor,
)

LOAD = Selector('avg', 'system.load')


def load(*scope: str, by: tuple[str, ...] = (), aggregator: str = 'avg') -> Expression:
    """Of one selector, with a scope such as 'env:prod'."""
    conditions = tuple(Condition(key, value) for key, _, value in (tag.partition(':') for tag in scope))
    return Expression((Selector(aggregator, 'system.load', conditions, by),), by=by)


@pytest.mark.parametrize(
    ('query', 'expected'),
    [
        pytest.param('avg:system.load{*}', load(), id='everything'),
        pytest.param(
            'max:system.load{env:prod} by {host,availability-zone}',
            load('env:prod', by=('host', 'availability-zone'), aggregator='max'),
            id='a scope and groups',
        ),
        pytest.param(
            'avg:system.load{$scope,state:ready,!role:web}',
            load('$scope', 'state:ready', 'role:web'),
            id='a template variable and a negation',
        ),
        pytest.param(
            'avg:system.load{a:1 AND (b:2 OR NOT c:3*) AND instance_id:*}',
            load('a:1', 'b:2', 'c:3*', 'instance_id:*'),
            id='words between conditions, and wildcards',
        ),
        pytest.param(
            'avg:system.load{id IN (x-1,y) AND zone NOT IN (c)}', load('id:x-1', 'id:y', 'zone:c'), id='lists of values'
        ),
        pytest.param('p95:system.load{*}', load(aggregator='p95'), id='a percentile'),
        pytest.param(
            'avg:system.load{*}.rollup(max, 3600).fill(zero)',
            Expression((LOAD,), ('rollup', 'fill')),
            id='what follows',
        ),
        pytest.param(
            'top(default_zero(avg:system.load{*}), 10, \'max\', "desc")',
            Expression((LOAD,), ('top', 'default_zero')),
            id='functions around it',
        ),
        pytest.param(
            '100 * ( 1 - avg:system.load{*} ) / sum:system.cpus{*}.as_count() + 0.5',
            Expression((LOAD, Selector('sum', 'system.cpus')), ('as_count',)),
            id='arithmetic of several',
        ),
        pytest.param(
            '100 - count_not_null(avg:system.load{*} by {host}) / sum:system.load{*} by {env}',
            Expression(
                (Selector('avg', 'system.load', by=('host',)), Selector('sum', 'system.load', by=('env',))),
                ('count_not_null',),
                ('env',),
            ),
            id='a count of groups, which has none',
        ),
    ],
)
def test_an_expression_is_read(query: str, expected: Expression) -> None:
    assert expression(query) == expected


@pytest.mark.parametrize(
    ('query', 'expected'),
    [
        pytest.param(
            'avg(last_5m):avg:system.load{*} > 0.3',
            MetricMonitor(Expression((LOAD,)), 'avg', 'last_5m', '>', 0.3),
            id='a threshold',
        ),
        pytest.param(
            'min(last_1d):default_zero(avg:system.load{*}) <= -2',
            MetricMonitor(Expression((LOAD,), ('default_zero',)), 'min', 'last_1d', '<=', -2.0),
            id='a negative threshold',
        ),
        pytest.param(
            'change(max(last_1h),last_1d):avg:system.load{*} > 0',
            MetricMonitor(Expression((LOAD,)), 'max', 'last_1h', '>', 0.0, 'change', 'last_1d'),
            id='a change',
        ),
        pytest.param(
            'pct_change(avg(last_30m),4h_ago):avg:system.load{*} != 50',
            MetricMonitor(Expression((LOAD,)), 'avg', 'last_30m', '!=', 50.0, 'pct_change', '4h_ago'),
            id='a change in percent, as the API reference writes it',
        ),
    ],
)
def test_a_metric_monitor_is_read(query: str, expected: MetricMonitor) -> None:
    assert metric_monitor(query) == expected


@pytest.mark.parametrize(
    ('query', 'expected'),
    [
        pytest.param(
            '"ntp.in_sync".over("*").by("host").last(4).count_by_status()',
            ServiceCheckMonitor('ntp.in_sync', ('*',), ('host',), 4, 'count_by_status'),
            id='by host',
        ),
        pytest.param(
            '"ntp.in_sync".over("env:prod","role:db").exclude("zone:c").by("*").last(1).pct_by_status()',
            ServiceCheckMonitor('ntp.in_sync', ('env:prod', 'role:db'), ('*',), 1, 'pct_by_status', ('zone:c',)),
            id='a share of a cluster, with an exclusion',
        ),
    ],
)
def test_a_service_check_monitor_is_read(query: str, expected: ServiceCheckMonitor) -> None:
    assert service_check_monitor(query) == expected


@pytest.mark.parametrize(
    ('window', 'expected'),
    [('last_5m', 5), ('last_4h', 240), ('last_1d', 1440), ('last_1w', 10080), ('4h_ago', 240)],
)
def test_a_window_has_minutes(window: str, expected: int) -> None:
    assert minutes(window) == expected
