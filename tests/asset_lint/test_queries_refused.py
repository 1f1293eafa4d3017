"""What is said about a query that is none: where it goes wrong, and what is allowed there."""

import pytest

from tools.asset_lint.queries import InvalidQuery, metric_monitor, service_check_monitor


@pytest.mark.parametrize(
    ('query', 'message'),
    [
        pytest.param(
            'median(last_5m):avg:a{*} > 1',
            "cannot be read from column 1: 'median(last_5m):avg:'",
            id='no such aggregation',
        ),
        pytest.param(
            'avg(last_5):avg:a{*} > 1',
            "cannot be read from column 5: 'last_5):avg:a{*} > 1'",
            id='a window without a unit',
        ),
        pytest.param('avg(last_5m):avg:a > 1', "cannot be read from column 20: '> 1'", id='no scope'),
        pytest.param(
            'avg(last_5m):avg:a{*} by host > 1', "cannot be read from column 26: 'host > 1'", id='groups without braces'
        ),
        pytest.param('avg(last_5m):avg:a{*}', 'cannot be read from column 22: the end', id='no threshold'),
        pytest.param(
            'avg(last_5m):avg:a{env: prod} > 1',
            "cannot be read from column 23: ': prod} > 1'",
            id='a space in a tag',
        ),
        pytest.param(
            'change(avg(last_5m),1d):avg:a{*} > 1',
            "cannot be read from column 21: '1d):avg:a{*} > 1'",
            id='a shift that says neither last nor ago',
        ),
    ],
)
def test_what_is_no_metric_monitor_is_refused_with_its_place(query: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        metric_monitor(query)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ('query', 'place'),
    [
        pytest.param('ntp.over("*").by("host").last(4).count_by_status()', "1: 'ntp.", id='a check without quotes'),
        pytest.param('"ntp".by("host").last(4).count_by_status()', "6: '.by(", id='no scope'),
        pytest.param('"ntp".over("*").by("host").last(4).last(5).count_by_status()', "36: 'last(5)", id='twice'),
        pytest.param('"ntp".over("*").by("host").last(4)', '35: the end', id='nothing counted'),
        pytest.param('"ntp".over("*").by("host").last("4").count_by_status()', '33: \'"4"', id='runs as a string'),
        pytest.param('"ntp".over().by("host").last(4).count_by_status()', "12: ').by(", id='an empty scope'),
        pytest.param('"ntp".over("").by("host").last(4).count_by_status()', '12: \'"")', id='a scope without a name'),
    ],
)
def test_what_is_no_service_check_monitor_is_refused_with_its_place(query: str, place: str) -> None:
    with pytest.raises(InvalidQuery) as refused:
        service_check_monitor(query)
    assert str(refused.value).startswith(f'cannot be read from column {place}')
