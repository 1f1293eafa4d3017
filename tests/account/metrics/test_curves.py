"""Two curves in braille: no wider than the terminal, in the same columns, with gaps where there are no values."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.cli.metrics.curves import NARROWEST, curves
from datadog_checks.aws_diagnostics.facts.metrics import Points

START, END = 1_800_000_000, 1_800_010_800
TIMES = st.integers(0, 179).map(lambda minute: START + 60 * minute)
POINTS = st.dictionaries(TIMES, st.floats(-1e12, 1e12, allow_nan=False), max_size=180).map(
    lambda found: tuple(sorted(found.items()))
)
WAVE = tuple((START + 60 * n, 100 + 50 * math.sin(n / 10)) for n in range(180))


def drawn(points: Points, width: int = 60) -> list[str]:
    return list(curves((('one', points), ('other', points)), START, END, width))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(POINTS, POINTS, st.integers(1, 250))
def test_no_line_is_wider_than_the_terminal(one: Points, other: Points, width: int) -> None:
    lines = list(curves((('one', one), ('other', other)), START, END, width))
    assert max(map(len, lines), default=0) <= width
    assert all(line == line.rstrip() and line.isprintable() for line in lines)


def test_the_same_values_are_drawn_alike_under_one_axis() -> None:
    lines = drawn(WAVE)
    assert (lines[0], lines[5], len(lines)) == ('one', 'other', 11)
    assert lines[1:5] == lines[6:10]
    assert lines[-1].split() == ['08:00', '09:30', '11:00']
    assert [lines[1].split()[0], lines[4].split()[0]] == ['149.98', '50']


def test_values_that_differ_by_a_factor_have_the_same_form_and_their_own_scale() -> None:
    ours, theirs = WAVE, tuple((t, v / 60) for t, v in WAVE)
    lines = list(curves((('one', ours), ('other', theirs)), START, END, 80))
    assert [line[7:] for line in lines[1:5]] == [line[7:] for line in lines[6:10]]
    assert lines[1].split()[0] != lines[6].split()[0]


def test_a_gap_stays_empty() -> None:
    """Of an hour in the middle, and none of the line around it."""
    whole, holed = drawn(WAVE)[1:5], drawn(tuple(p for p in WAVE if not 60 <= (p[0] - START) // 60 < 120))[1:5]
    margin = len('149.98 ')
    middle = slice(margin + 22, margin + 32)
    assert any(line[middle].strip() for line in whole)
    assert not any(line.ljust(80)[middle].strip() for line in holed)


def test_a_constant_is_a_straight_line_and_nothing_is_said_to_be_nothing() -> None:
    lines = drawn(tuple((t, 5.0) for t, _ in WAVE))
    assert sum(any('\u2800' < c <= '\u28ff' for c in line) for line in lines[1:5]) == 1
    assert drawn(())[1].strip() == '(no values)'


@pytest.mark.parametrize(('width', 'is_drawn'), [(NARROWEST - 1, False), (NARROWEST + 10, True)])
def test_a_terminal_that_is_too_narrow_gets_none(width: int, is_drawn: bool) -> None:
    assert bool(drawn(WAVE, width)) is is_drawn
