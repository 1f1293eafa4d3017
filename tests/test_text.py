import pytest
from hypothesis import given
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.text import (
    LONGEST_TEXT,
    ago,
    clean,
    counted,
    duration,
    escaped,
    go_reason,
    listed,
    literal,
    one_line,
    quoted,
    reason,
    several_lines,
    trimmed,
    with_last_line,
)

ANYTHING = st.text(st.characters(codec=None), max_size=300)
"""Surrogates included."""
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@given(text=ANYTHING, at_most=st.integers(4, 400))
def test_clean_text_is_one_bounded_printable_line_that_has_a_utf8_form(text: str, at_most: int) -> None:
    line = clean(text, at_most)
    assert line.isprintable()
    assert line == line.strip()
    assert len(line) <= at_most
    line.encode('utf-8')


def test_a_last_line_stays_whole_whatever_the_text_has_to_lose() -> None:
    assert (with_last_line('a\nb', 'end'), with_last_line('a\nb', '')) == ('a\nb\nend', 'a\nb')
    cut = with_last_line('a' * LONGEST_TEXT, 'end')
    assert (len(cut), cut[-8:], several_lines(cut)) == (LONGEST_TEXT, 'a...\nend', cut)


@given(text=ANYTHING, at_most=st.integers(4, 400))
def test_a_line_keeps_its_length_and_lines_keep_their_breaks(text: str, at_most: int) -> None:
    assert len(one_line(text, at_most)) == min(len(text), at_most)
    assert one_line(text, at_most).isprintable()
    lines = several_lines(text, at_most)
    assert len(lines) <= at_most
    assert all(line.isprintable() for line in lines.split('\n'))
    assert several_lines(text) == '\n'.join(one_line(line) for line in text.split('\n'))


@given(text=ANYTHING)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ('text', 'line'),
    [
        pytest.param('ip-10-0-0-12', 'ip-10-0-0-12', id='plain'),
        pytest.param('Zürich 東京', 'Zürich 東京', id='letters of other scripts'),
        pytest.param('  two\n\tlines\u2028and\xa0more ', 'two lines and more', id='white space of any kind'),
        pytest.param('\x1b[31mred', '\ufffd[31mred', id='an escape sequence of a terminal'),
        pytest.param('a\u202ecba', 'a\ufffdcba', id='a bidirectional override'),
        pytest.param('web\u200b1', 'web\ufffd1', id='a zero-width space, which would make another name of it'),
        pytest.param('a\ud800b', 'a\ufffdb', id='a lone surrogate'),
        pytest.param('a\ue000b', 'a\ufffdb', id='a private character'),
        pytest.param('', '', id='nothing'),
        pytest.param('x' * 40, 'x' * 40, id='as long as allowed'),
        pytest.param('x' * 41, 'x' * 37 + '...', id='one character too long'),
        pytest.param('x' * 36 + ' ' + 'y' * 9, 'x' * 36 + ' ...', id='cut behind a space'),
    ],
)
def test_clean(text: str, line: str) -> None:
    assert clean(text) == line


@given(text=ANYTHING)
def test_escaped_text_is_printable_and_leaves_alone_what_was_so_already(text: str) -> None:
    assert escaped(text).isprintable()
    if text.isprintable():
        assert escaped(text) == text


@pytest.mark.parametrize(
    ('text', 'line'),
    [
        pytest.param('a\nb', 'a\\nb', id='a newline'),
        pytest.param('\x1b[0m', '\\x1b[0m', id='an escape sequence'),
        pytest.param('\u202e', '\\u202e', id='a bidirectional override'),
        pytest.param('\ud800', '\\ud800', id='a lone surrogate'),
    ],
)
def test_escaped(text: str, line: str) -> None:
    assert escaped(text) == line


def test_a_quoted_text_is_clean() -> None:
    assert quoted('a\x00b', 10) == "'a\ufffdb'"


def test_a_reason_is_never_empty() -> None:
    assert reason('no permission') == 'no permission'
    assert reason(' \n') == 'no reason given'


BLOCKED = (
    'Unable to determine hostname from EC2: Get "http://169.254.169.254/latest/meta-data/instance-id": dial tcp '
    '169.254.169.254:80: connect: permission denied'
)


@pytest.mark.parametrize(
    ('text', 'told'),
    [
        pytest.param(
            BLOCKED,
            'Unable to determine hostname from EC2: Get "http://169.254.1...: dial tcp 169.254.169.254:80: connect: '
            'permission denied',
            id='a long one loses its middle',
        ),
        pytest.param('connect:  permission\ndenied', 'connect: permission denied', id='a short one is only cleaned'),
        pytest.param('x' * 300, f'{"x" * 117}...', id='without clauses it loses its end'),
        pytest.param(f'dial: {"x" * 300}', f'dial: {"x" * 111}...', id='so it does where the last clause is too long'),
        pytest.param('', 'no reason given', id='never empty'),
    ],
)
def test_a_reason_of_go_keeps_its_cause_which_stands_last(text: str, told: str) -> None:
    assert go_reason(text) == told


@pytest.mark.parametrize(
    ('count', 'words'), [(0, '0 instances'), (1, '1 instance'), (2, '2 instances'), (500, '500 instances')]
)
def test_a_noun_agrees_with_its_count(count: int, words: str) -> None:
    assert counted(count, 'instance') == words


def test_an_irregular_plural_is_given() -> None:
    assert counted(1, 'policy', 'policies') == '1 policy'
    assert counted(2, 'policy', 'policies') == '2 policies'


@pytest.mark.parametrize(
    ('items', 'words'),
    [
        ((), ''),
        (('a',), 'a'),
        (('a', 'b', 'c'), 'a, b, c'),
        (('a', 'b', 'c', 'd'), 'a, b, c and 1 more'),
        (('a\nb',), 'a b'),
    ],
)
def test_a_list_says_how_many_it_leaves_out(items: tuple[str, ...], words: str) -> None:
    assert listed(items) == words


@pytest.mark.parametrize(
    ('seconds', 'words'),
    [
        pytest.param(-5.0, '0 seconds', id='a clock that was set back'),
        pytest.param(1.9, '1 second', id='rounded down'),
        pytest.param(MINUTE - 1, '59 seconds', id='below a minute'),
        pytest.param(MINUTE, '1 minute', id='a minute'),
        pytest.param(2 * HOUR - 1, '1 hour', id='almost two hours'),
        pytest.param(6 * HOUR, '6 hours', id='hours'),
        pytest.param(3 * DAY, '3 days', id='days'),
        pytest.param(1e300, 'more than 10 years', id='an absurd time'),
        pytest.param(float('inf'), 'more than 10 years', id='for ever'),
    ],
)
def test_a_duration_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ('seconds', 'words'), [(-5.0, 'just now'), (59.0, 'just now'), (60.0, '1 minute ago'), (250.0, '4 minutes ago')]
)
def test_how_long_ago(seconds: float, words: str) -> None:
    assert ago(seconds) == words


def test_a_trimmed_value_keeps_letters_of_every_script_and_spaces_between_words() -> None:
    assert trimmed(' Größe  箱 \u200b\u202e1 \0\0') == 'Größe  箱 \ufffd\ufffd1'
    assert trimmed('x' * 300) == 'x' * 255


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        pytest.param({'a': [1]}, "{'a': [1]}", id='a mapping'),
        pytest.param('\x1b[0m', "'\\x1b[0m'", id='an escape sequence'),
        pytest.param('x' * 90, f"'{'x' * 76}...", id='too long'),
    ],
)
def test_a_literal_is_short_and_printable(value: object, text: str) -> None:
    assert literal(value) == text
