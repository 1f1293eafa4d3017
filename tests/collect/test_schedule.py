"""When something is asked again."""

from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.collect.schedule import AtMostEvery, Backoff, Interval, Kept, Remeasuring

from ..account.builders import account, account_facts
from ..builders import facts

NOW = 1_790_000_000.0


def test_an_interval_is_due_at_first_and_then_when_it_has_passed() -> None:
    interval = Interval(3600.0)
    assert interval.due(NOW)
    interval.done(NOW)
    assert [interval.due(NOW + after) for after in (0.0, 15.0, 3599.9, 3600.0, 7200.0)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_an_interval_is_due_when_the_clock_was_set_back() -> None:
    interval = Interval(3600.0)
    interval.done(NOW)
    assert interval.due(NOW - 1.0)


@pytest.mark.parametrize(('zero_is_never', 'due'), [(True, False), (False, True)])
def test_an_interval_of_zero_is_never_only_where_that_was_agreed(zero_is_never: bool, due: bool) -> None:
    assert Interval(0.0, zero_is_never).due(NOW) is due


def failures(backoff: Backoff, count: int) -> list[float]:
    """How long each pause is: the first whole second at which it is over."""
    pauses, now = [], NOW
    for _ in range(count):
        backoff.failed(now)
        pause = next(s for s in range(1000) if not backoff.waiting(now + s))
        pauses.append(float(pause))
        now += pause
    return pauses


def test_each_failure_in_a_row_doubles_the_pause_up_to_the_most() -> None:
    assert failures(Backoff(300.0), 7) == [15.0, 30.0, 60.0, 120.0, 240.0, 300.0, 300.0]


def test_a_success_ends_the_pause_and_the_next_failure_begins_anew() -> None:
    backoff = Backoff(300.0)
    failures(backoff, 4)
    backoff.succeeded()
    assert not backoff.waiting(NOW)
    assert failures(backoff, 1) == [15.0]


def test_no_pause_is_longer_than_the_most() -> None:
    assert failures(Backoff(10.0), 3) == [10.0, 10.0, 10.0]


def test_a_pause_ends_when_the_clock_was_set_back() -> None:
    backoff = Backoff(300.0)
    backoff.failed(NOW)
    assert not backoff.waiting(NOW - 1.0)


def remeasuring(complete: bool) -> Remeasuring:
    result = Remeasuring(3600.0)
    assert result.due(NOW, 'granted')
    result.done(NOW, 'granted', complete)
    return result


DUE = [
    pytest.param(True, 3599.0, 'granted', False, id='nothing changed'),
    pytest.param(True, 3600.0, 'granted', True, id='the interval has passed'),
    pytest.param(True, 15.0, 'lost', True, id='the result changed'),
    pytest.param(False, 14.0, 'granted', False, id='incomplete, a moment ago'),
    pytest.param(False, 15.0, 'granted', True, id='incomplete, a run ago'),
]


@pytest.mark.parametrize(('complete', 'after', 'seen', 'due'), DUE)
def test_a_measurement_is_repeated_when_it_may_tell_something_new(
    complete: bool, after: float, seen: str, due: bool
) -> None:
    assert remeasuring(complete).due(NOW + after, seen) is due


def test_a_measurement_that_stays_incomplete_is_repeated_ever_more_rarely_and_in_the_end_as_a_complete_one():
    path, now, repeated = Remeasuring(3600.0), NOW, []
    for after in range(15, 15_000, 15):
        if path.due(NOW + after, 'granted'):
            path.done(NOW + after, 'granted', complete=False)
            repeated.append(NOW + after - now)
            now = NOW + after
    assert repeated == [15.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3600.0, 3600.0, 3600.0]


@pytest.mark.parametrize(
    ('seconds', 'runs', 'values'),
    [
        pytest.param(3600.0, [(0, 'a'), (15, 'a'), (3599, 'a'), (3600, 'a')], [1, 1, 1, 2], id='hourly'),
        pytest.param(3600.0, [(0, 'a'), (15, 'b'), (30, 'b'), (45, 'a')], [1, 2, 2, 3], id='another is seen'),
        pytest.param(0.0, [(0, 'a'), (15, 'a')], [1, 2], id='with every run'),
        pytest.param(3600.0, [(0, 'a'), (-15, 'a')], [1, 2], id='the clock was set back'),
    ],
)
def test_a_value_is_kept_until_it_may_have_changed(
    seconds: float, runs: list[tuple[float, str]], values: list[int]
) -> None:
    looks = iter(range(1, 100))
    kept = Kept[int](seconds)
    assert [kept.get(NOW + after, seen, lambda: next(looks)) for after, seen in runs] == values


def test_a_value_that_is_not_complete_is_not_kept_nor_is_what_was_known_before() -> None:
    looks = iter([1, -2, -3, 4])
    kept = Kept[int](3600.0)
    runs = [(0, 'a'), (15, 'b'), (30, 'a'), (45, 'a'), (60, 'a')]
    found = [kept.get(NOW + after, seen, lambda: next(looks), lambda value: value > 0) for after, seen in runs]
    assert found == [1, -2, -3, 4, 4]


def numbered(observed):
    """A collector whose facts say how often it has looked."""
    looks = iter(range(1, 100))
    return lambda: replace(observed, observed_at=float(next(looks)))


@pytest.mark.parametrize(
    ('seconds', 'looks'),
    [pytest.param(3600.0, [1.0, 1.0, 1.0], id='hourly'), pytest.param(0.0, [1.0, 2.0, 3.0], id='with every run')],
)
def test_it_looks_again_only_when_it_is_due(seconds, looks):
    collector = AtMostEvery(seconds, numbered(account_facts()))
    assert [collector.collect().observed_at for _ in range(3)] == looks


def test_the_calls_of_a_run_are_counted_once():
    collector = AtMostEvery(3600.0, account_facts)
    first, again = collector.collect(), collector.collect()
    assert (first.account, again.account) == (account(api_calls=25), account(api_calls=0))


def test_a_run_that_fails_leaves_nothing_to_report_again():
    def fails():
        calls.append(1)
        raise RuntimeError('a defect')

    calls: list[int] = []
    collector = AtMostEvery(3600.0, fails)
    with pytest.raises(RuntimeError):
        collector.collect()
    with pytest.raises(RuntimeError):
        collector.collect()
    assert len(calls) == 2


def test_facts_of_a_host_pass_through():
    assert AtMostEvery(3600.0, facts).collect() == facts()
