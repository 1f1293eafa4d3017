"""What is said about a query that is none: where it goes wrong, and what is allowed there."""

import pytest

from tools.asset_lint.queries import metric_monitor, service_check_monitor
from tools.asset_lint.query_tree import InvalidQuery


@pytest.mark.parametrize(
    ('query', 'message'),
    [
        pytest.param(
            'median(last_5m):avg:a{*} > 1',
            "column 1: 'median(last_5m):avg:', allowed: avg, sum, min or max, change or pct_change",
            id='no such aggregation',
        ),
        pytest.param(
            'avg(last_5):avg:a{*} > 1',
            "column 5: 'last_5):avg:a{*} > 1', allowed: a window, such as last_4h",
            id='a window without a unit',
        ),
        pytest.param('avg(last_5m):avg:a > 1', "column 20: '> 1', allowed: {", id='no scope'),
        pytest.param(
            'avg(last_5m):avg:a{*} by host > 1', "column 26: 'host > 1', allowed: {", id='groups without braces'
        ),
        pytest.param(
            'avg(last_5m):avg:a{*}', 'column 22: the end, allowed: +, -, <, <=, >, >=, == or !=', id='no threshold'
        ),
        pytest.param(
            'avg(last_5m):avg:a{env: prod} > 1',
            "column 23: ': prod} > 1', allowed: AND, IN, NOT, OR, a comma, }",
            id='a space in a tag',
        ),
        pytest.param(
            'change(avg(last_5m),1d):avg:a{*} > 1',
            "column 21: '1d):avg:a{*} > 1', allowed: a time ago, such as last_1d",
            id='a shift that says neither last nor ago',
        ),
    ],
)
def test_what_is_no_metric_monitor_is_refused_with_its_place(query: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        metric_monitor(query)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ('query', 'message'),
    [
        pytest.param(
            'ntp.over("*").by("host").last(4).count_by_status()',
            """column 1: 'ntp.over("*").by("ho', allowed: something in quotes""",
            id='a check without quotes',
        ),
        pytest.param(
            '"ntp".by("host").last(4).count_by_status()',
            'no .over(), allowed: "CHECK".over(...).by(...).last(N) and the status count',
            id='no scope',
        ),
        pytest.param(
            '"ntp".over("*").by("host").last(4).last(5).count_by_status()', '.last() twice, allowed: once', id='twice'
        ),
        pytest.param('"ntp".over("*").by("host").last(4)', 'column 35: the end, allowed: a dot', id='nothing counted'),
        pytest.param(
            '"ntp".over("*").by("host").last("4").count_by_status()',
            """column 33: '"4").count_by_status', allowed: a number""",
            id='runs as a string',
        ),
    ],
)
def test_what_is_no_service_check_monitor_is_refused_with_its_place(query: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        service_check_monitor(query)
    assert str(refused.value) == message
