"""What the commands share: looking again until it is OK, and one verdict over several instances."""

from collections.abc import Iterator, Sequence

import pytest

from datadog_checks.aws_diagnostics.cli.judged import Judged
from datadog_checks.aws_diagnostics.cli.pipeline import first_line, until_ok
from datadog_checks.aws_diagnostics.findings import Finding, Status

from ..emit.findings import failed, passed, unknown
from .seen import seen

BAD, UNSEEN, FINE = failed(), unknown(), passed()


class Clock:
    """Time that only passes while somebody sleeps, and while somebody looks."""

    def __init__(self, a_look_takes: float = 0.0, late: float = 0.0) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []
        self.a_look_takes = a_look_takes
        self.late = late

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds + self.late


def waited(findings: Sequence[Finding], patience: float, clock: Clock) -> tuple[Sequence[Judged], list[str]]:
    """What each look finds; the last one goes on for ever."""
    told: list[str] = []
    looks: Iterator[Finding] = iter(findings)
    last = [findings[0]]

    def look() -> Sequence[Judged]:
        clock.now += clock.a_look_takes
        last[0] = next(looks, last[0])
        return [seen(last[0])]

    return until_ok(look, patience, told.append, clock, clock.sleep), told


def test_what_is_ok_at_once_is_not_waited_for() -> None:
    clock = Clock()
    (report,), told = waited([FINE], 300, clock)
    assert (report.status, clock.sleeps, told) == (Status.OK, [], [])


def test_it_says_what_it_waits_for_until_it_is_ok() -> None:
    clock = Clock()
    (report,), told = waited([BAD, UNSEEN, FINE], 300, clock)
    assert (report.status, clock.sleeps) == (Status.OK, [5.0, 10.0])
    assert told == [
        'waiting for i-0123456789abcdef0: Something is wrong (1 finding, 1 cause); next look in 5 s, 300 s left',
        'waiting for i-0123456789abcdef0: 1 not judged: could not look; next look in 10 s, 295 s left',
    ]


def test_the_waits_grow_to_a_minute_and_the_last_look_is_at_the_end() -> None:
    clock = Clock()
    (report,), _ = waited([BAD], 300, clock)
    assert report.status is Status.CRITICAL
    assert clock.sleeps == [5.0, 10.0, 20.0, 40.0, 60.0, 60.0, 60.0, 45.0]


@pytest.mark.parametrize(
    ('a_look_takes', 'sleeps'),
    [
        pytest.param(400, [], id='one look is longer than the patience'),
        pytest.param(140, [5.0], id='no third look begins after the end'),
    ],
)
def test_slow_looks_do_not_prolong_the_wait(a_look_takes: float, sleeps: list[float]) -> None:
    clock = Clock(a_look_takes)
    waited([BAD], 200, clock)
    assert clock.sleeps == sleeps


@pytest.mark.parametrize(
    ('late', 'looks'),
    [
        pytest.param(0.01, 2, id='as late as any sleep'),
        pytest.param(3.2, 1, id='stopped meanwhile'),
    ],
)
def test_no_look_starts_after_the_end(late: float, looks: int) -> None:
    clock = Clock(a_look_takes=1, late=late)
    started = 1000.0
    waited([BAD], 4, clock)
    assert clock.sleeps == [3.0]
    assert clock.now == pytest.approx(started + 3 + looks + late)


def test_several_instances_have_the_worst_verdict_with_its_count() -> None:
    line = first_line([seen(FINE), seen(BAD), seen(UNSEEN), seen(BAD)])
    assert (line.lead, line.text) == (
        'CRITICAL ',
        '2 of 4 instances: i-0123456789abcdef0: Something is wrong (1 finding, 1 cause)',
    )
