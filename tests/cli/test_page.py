"""Text is wrapped between words, a command never, and no text acts on the terminal."""

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from datadog_checks.aws_diagnostics.cli.page import NARROWEST, Line, Wrap, progress, write

COMMAND = 'aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0123456789abcdef0'


def written(*lines: Line, width: int = 40, colour: bool = False, terminal: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=width, color_system='standard' if colour else None, force_terminal=colour or terminal
    )
    write(console, lines)
    return file.getvalue()


def test_prose_is_wrapped_between_words_and_indented() -> None:
    assert written(Line('the token reply never arrived behind 1 gateway', 'evidence  '), width=30) == (
        'evidence  the token reply\n          never arrived behind\n          1 gateway\n'
    )


@pytest.mark.parametrize('width', [1, 24, 40, 80, 200])
def test_what_is_to_be_pasted_is_one_line_at_every_width(width: int) -> None:
    assert written(Line(COMMAND, '     ', wrap=Wrap.NEVER), width=width) == f'     {COMMAND}\n'


def test_a_word_that_is_longer_than_the_line_stays_whole() -> None:
    assert written(Line(f'see {"x" * 60}-{"y" * 20} there'), width=30) == f'see\n{"x" * 60}-{"y" * 20}\nthere\n'


@pytest.mark.parametrize('width', range(1, 40))
def test_no_width_is_too_narrow(width: int) -> None:
    text = 'a few short words that tell what was seen'
    lines = written(Line(text, '  evidence'), width=width).splitlines()
    assert ' '.join(line.removeprefix('  evidence').strip() for line in lines).strip() == text
    assert max(map(len, lines)) <= max(width, NARROWEST)


def test_beside_a_lead_that_leaves_no_room_the_text_begins_on_a_line_of_its_own() -> None:
    assert written(Line('an effect of more than twenty columns', 'imds-hop-limit-too-low  '), width=36) == (
        'imds-hop-limit-too-low\n    an effect of more than twenty\n    columns\n'
    )


VERDICT = Line('IMDSv2 hop limit is 1, the Agent needs 2', 'CRITICAL ', wrap=Wrap.ON_A_TERMINAL)


def test_a_verdict_is_one_line_in_a_pipe_as_a_monitoring_system_reads_the_first_line_only() -> None:
    assert written(VERDICT, width=30) == 'CRITICAL IMDSv2 hop limit is 1, the Agent needs 2\n'


def test_a_verdict_is_wrapped_on_a_terminal() -> None:
    shown = written(VERDICT, width=30, terminal=True)
    assert shown == 'CRITICAL IMDSv2 hop limit is\n         1, the Agent needs 2\n'


@pytest.mark.parametrize(
    'text',
    [
        pytest.param('[red]alarm[/red]', id='markup'),
        pytest.param('[/]', id='markup that closes nothing'),
        pytest.param(':smile: :warning:', id='names of emoji'),
        pytest.param('[link=https://example.com]here[/link]', id='a link'),
        pytest.param('C:\\temp\\[x]', id='backslashes'),
    ],
)
def test_markup_in_evidence_is_shown_literally(text: str) -> None:
    assert written(Line(text)) == f'{text}\n'


@pytest.mark.parametrize(
    ('text', 'shown'),
    [
        pytest.param('\x1b[31mred\x07', r'\x1b[31mred\x07', id='escape sequence and bell'),
        pytest.param('\x9b31m', r'\x9b31m', id='escape sequence of one byte'),
        pytest.param('a\rb\nc\td', r'a\rb\nc\td', id='line breaks and tabs'),
        pytest.param('‮txt.exe', r'\u202etxt.exe', id='writing direction'),
        pytest.param('a​b', r'a\u200bb', id='a space without width'),
        pytest.param('\ud800', r'\ud800', id='half a character'),
        pytest.param('größer 東京', 'größer 東京', id='letters of other languages'),
    ],
)
def test_what_acts_on_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert written(Line(text)) == f'{shown}\n'


@given(st.text())
def test_no_text_gets_a_control_character_onto_the_terminal(text: str) -> None:
    assert all(unicodedata.category(c) != 'Cc' for c in written(Line(text), width=1000).rstrip('\n').replace('\n', ''))


def test_colour_is_given_to_the_verdict_alone() -> None:
    assert written(Line('evidence', 'OK  ', 'green'), colour=True) == '\x1b[32mOK  \x1b[0mevidence\n'


def test_a_blank_line_has_no_spaces() -> None:
    assert written(Line(''), Line('', 'evidence  ')) == '\nevidence\n'


@pytest.mark.parametrize(('colour', 'is_shown'), [(True, True), (False, False)])
def test_a_bar_says_on_stderr_what_is_done_where_colours_are_on(
    colour: bool, is_shown: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv('FORCE_COLOR', '1')
    monkeypatch.setenv('TERM', 'xterm-256color')
    monkeypatch.delenv('NO_COLOR', raising=False)
    with progress(2, colour) as step:
        step('asks \x1b[31mone')
        step('asks another')
    printed = capsys.readouterr()
    assert ('asks another' in printed.err, printed.out) == (is_shown, '')
    assert '\x1b[31mone' not in printed.err
