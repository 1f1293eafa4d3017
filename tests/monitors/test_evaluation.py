"""The evaluator does what Datadog's documentation says: its own examples, and each option of a monitor."""

from typing import Any

import pytest

from tools.asset_lint.monitor import read_monitor
from tools.asset_lint.queries import expression_of, parsed

from .evaluation import Query, Reading, Values
from .replay import EXPECTED, Notification, replay
from .series import Sent, Series


def values(query: str, *series: Series, end: int = 6, begin: int = 0, **reading: bool) -> dict[tuple[str, ...], Values]:
    sent = Sent([*series], [])
    return Query(parsed(query, 'expression'), sent, end, Reading(**reading)).window(begin, end)


def series(name: str, *points: float | None, **tags: str) -> Series:
    return Series(name, tags, {minute: value for minute, value in enumerate(points) if value is not None})


NONE = None
WEB, DB = series('a', 1, NONE, 3, host='web', env='prod'), series('a', 5, 5, 5, host='db', env='prod')
SPARSE = series('a', 10, 10, 10), series('b', 0, 1, NONE)

EXAMPLES: dict[str, tuple[str, tuple[Series, ...], dict[tuple[str, ...], Values]]] = {
    'division by zero and by nothing, as in the guide on sparse metrics': (
        'avg:a{*} / avg:b{*}',
        SPARSE,
        {(): [NONE, 10, NONE]},
    ),
    'a gap of a gauge is filled by a line': ('avg:a{host:web}', (WEB,), {(): [1, 2, 3]}),
    'a gap that is filled by the last value': ('avg:a{host:web}.fill(last, 60)', (WEB,), {(): [1, 1, 3]}),
    'a gap that is not filled': ('avg:a{host:web}.fill(null, 60)', (WEB,), {(): [1, NONE, 3]}),
    'groups': ('max:a{*} by {host}', (WEB, DB), {('web',): [1, 2, 3], ('db',): [5, 5, 5]}),
    'space': ('sum:a{env:prod}', (WEB, DB), {(): [6, 7, 8]}),
    'the average': ('avg:a{*} by {env}', (WEB, DB), {('prod',): [3, 3.5, 4]}),
    'a series without the tag is in no group': ('avg:a{*} by {team}', (WEB,), {}),
    'a tag that is asked for': ('avg:a{team:*}', (WEB,), {}),
    'one of two values': ('min:a{host IN (web,db) AND env:p*}', (WEB, DB), {(): [1, 2, 3]}),
    'groups that only one side has': ('avg:a{*} by {host} - avg:a{host:db} by {host}', (WEB, DB), {('db',): [0, 0, 0]}),
    'empty minutes are zero': ('default_zero(avg:a{host:web}.fill(null, 60))', (WEB,), {(): [1, 0, 3]}),
    'a count of groups': ('count_not_null(avg:a{*} by {host}.fill(null, 60))', (WEB, DB), {(): [2, 1, 2]}),
    'a count of groups that are not zero': ('count_nonzero(avg:a{*} by {host} - 5)', (WEB, DB), {(): [1, 1, 1]}),
    'numbers and signs': ('-2 * (avg:a{host:db} - 3) + 1', (DB,), {(): [-3, -3, -3]}),
    'a least number, as in the guide on error rates': (
        '100 * avg:a{host:db} * is_greater(avg:a{host:web}, 2)',
        (WEB, DB),
        {(): [0, 0, 500]},
    ),
}


@pytest.mark.parametrize(('query', 'given', 'expected'), EXAMPLES.values(), ids=EXAMPLES)
def test_a_query_has_the_values_of_the_documentation(query: str, given: tuple[Series, ...], expected: object) -> None:
    assert values(query, *given, end=3) == expected


def test_nothing_fills_more_than_its_limit() -> None:
    far = Series('a', {}, {0: 1, 8: 9})
    assert values('avg:a{*}', far, end=10)[()] == [1, *[NONE] * 7, 9, NONE]
    assert values('avg:a{*}.fill(last, 120)', far, end=10)[()] == [1, 1, 1, *[NONE] * 5, 9, 9]
    assert values('avg:a{*}.fill(linear, 600)', far, end=10)[()] == [1, 2, 3, 4, 5, 6, 7, 8, 9, NONE]
    assert values('avg:a{*}.fill(last, 9000)', Series('a', {}, {0: 1}), end=20)[()] == [*[1] * 11, *[NONE] * 9]


@pytest.mark.parametrize(('looks_back', 'expected'), [(True, [1, 1, 2]), (False, [NONE, NONE, 2])])
def test_a_value_from_before_the_window_fills_it_or_not(looks_back: bool, expected: Values) -> None:
    one = Series('a', {}, {0: 1, 4: 2})
    assert values('avg:a{*}.fill(last, 600)', one, begin=2, end=5, looks_back=looks_back)[()] == expected


@pytest.mark.parametrize(
    ('query', 'zero', 'expected'),
    [
        ('default_zero(sum:a{*})', True, {(): [0, 0]}),
        ('default_zero(sum:a{*})', False, {}),
        ('default_zero(count_nonzero(sum:a{*} by {host}))', True, {(): [0, 0]}),
        ('default_zero(sum:a{*} by {host})', True, {}),
    ],
)
def test_the_zero_of_a_query_without_series_is_one_of_its_readings(query: str, zero: bool, expected: object) -> None:
    assert expression_of(parsed(query, 'expression')).by == (('host',) if query[-10:] == 'by {host})' else ())
    assert values(query, end=2, zero_of_nothing=zero) == expected


def told(definition: dict[str, Any], *given: Series, end: int, reading: Reading = EXPECTED) -> list[tuple[int, str]]:
    sent = Sent([*given], [*given])
    found: list[Notification] = replay(read_monitor(definition), sent, end, reading)
    return [(notification.minute, notification.state) for notification in found]


def metric(**options: object) -> dict[str, Any]:
    query = 'max(last_10m):max:a{*} by {host} > 0'
    return {'type': 'query alert', 'query': query, 'options': {'thresholds': {'critical': 0}, **options}}


def always(value: float, begin: int = 0, end: int = 60, name: str = 'a', every: int = 1) -> Series:
    return Series(name, {'host': 'web'}, dict.fromkeys(range(begin, end, every), value))


OPTIONS: dict[str, tuple[dict[str, Any], Series, list[tuple[int, str]]]] = {
    'a group that is new waits': (metric(new_group_delay=900), always(1), [(20, 'alert')]),
    'shown as OK without data': (metric(on_missing_data='resolve'), always(1, end=30), [(5, 'alert'), (40, 'ok')]),
    'notified without data': (
        metric(on_missing_data='show_and_notify_no_data'),
        always(0, end=30),
        [(40, 'no data')],
    ),
    'the last state without data': (metric(on_missing_data='default'), always(1, end=30), [(5, 'alert')]),
    'resolved after a time without data': (
        metric(on_missing_data='default', timeout_h=1),
        always(1, end=30),
        [(5, 'alert'), (95, 'ok')],
    ),
    'notified again': (metric(renotify_interval=60), always(1, end=150), [(5, 'alert'), (65, 'alert'), (125, 'alert')]),
    'a later evaluation': (metric(evaluation_delay=600), always(1), [(15, 'alert')]),
}


@pytest.mark.parametrize(('definition', 'given', 'expected'), OPTIONS.values(), ids=OPTIONS)
def test_an_option_does_what_the_documentation_says(
    definition: dict[str, Any], given: Series, expected: list[tuple[int, str]]
) -> None:
    assert told(definition, given, end=150) == expected


def test_one_notification_stands_for_all_groups_that_it_is_not_by() -> None:
    both = [Series('a', {'host': host, 'env': 'prod'}, dict.fromkeys(range(60), 1)) for host in ('web', 'db')]
    query = 'max(last_10m):max:a{*} by {env,host} > 0'
    assert told({**metric(notify_by=['env']), 'query': query}, *both, end=60) == [(5, 'alert')]
    assert len(told({**metric(), 'query': query}, *both, end=60)) == 2


def check(**options: object) -> dict[str, Any]:
    query = '"a".over("*").by("host").last(4).count_by_status()'
    thresholds = {'critical': 3, 'warning': 3, 'ok': 2}
    return {'type': 'service check', 'query': query, 'options': {'thresholds': thresholds, **options}}


def runs(*statuses: int) -> Series:
    return Series('a', {'host': 'web'}, {5 * number: status for number, status in enumerate(statuses)})


@pytest.mark.parametrize(
    ('statuses', 'in_a_row', 'among_the_last'),
    [
        pytest.param((0, 2, 2, 0, 0), [], [], id='two failures'),
        pytest.param(
            (0, 2, 2, 2, 0, 0), [(15, 'alert'), (25, 'ok')], [(15, 'alert'), (25, 'ok')], id='three, and two good'
        ),
        pytest.param((2, 2, 0, 2, 2, 0), [], [(15, 'alert'), (25, 'ok')], id='three of four'),
        pytest.param((1, 1, 1, 3, 3), [(10, 'warning')], [(10, 'warning')], id='unknown changes nothing'),
        pytest.param((2, 2, 2, 0, 2), [(10, 'alert')], [(10, 'alert')], id='one good run is no recovery'),
    ],
)
def test_runs_are_counted(statuses: tuple[int, ...], in_a_row: object, among_the_last: object) -> None:
    assert told(check(), runs(*statuses), end=30) == in_a_row
    assert told(check(), runs(*statuses), end=30, reading=Reading(in_a_row=False)) == among_the_last


def test_a_check_without_runs_is_no_data_where_that_is_asked_for() -> None:
    silent = check(notify_no_data=True, no_data_timeframe=30, timeout_h=1)
    assert told(silent, runs(0, 0, 0), end=120) == [(40, 'no data'), (70, 'ok')]
    assert told(check(), runs(0, 0, 0), end=120) == []
