"""Lines of text on a terminal, in a pipe or in a file.

Prose is wrapped between words; what is to be pasted is printed as one line, however long. No markup is read from any
text, and colour is an addition that no meaning rests on.
"""

import os
import textwrap
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from .printable import printable

NARROWEST = 24
"""Columns that prose is wrapped to at least, whatever the terminal says."""
WITHOUT_TERMINAL = 100
"""Columns in a pipe or a file, unless COLUMNS says otherwise."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    lead: str = ''
    """Stands before the first line; those that follow are indented by its width."""
    style: str = ''
    """Of the lead."""
    pasted: bool = False
    """To be pasted: never wrapped."""


BLANK = Line('')


def stdout(colour: bool) -> Console:
    return _console(colour, stderr=False)


def stderr(colour: bool) -> Console:
    return _console(colour, stderr=True)


def write(console: Console, lines: Iterable[Line]) -> None:
    for line in lines:
        for text in _laid_out(line, max(NARROWEST, console.width)):
            console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)


def waiting(message: str) -> AbstractContextManager[object]:
    """A spinner on stderr while something slow happens; rich shows none where stderr is not a terminal."""
    return _console(True, stderr=True).status(message, spinner='line')


def _console(colour: bool, stderr: bool) -> Console:
    """NO_COLOR (https://no-color.org) is read as "no escape sequences": bold and dim are left out with the colours."""
    plain = not colour or bool(os.environ.get('NO_COLOR'))
    console = Console(stderr=stderr, color_system=None if plain else 'auto', soft_wrap=True)
    if not console.is_terminal and 'COLUMNS' not in os.environ:
        console.width = WITHOUT_TERMINAL
    return console


def _laid_out(line: Line, width: int) -> Iterable[Text]:
    """Trailing space is never printed."""
    text = printable(line.text)
    room = max(NARROWEST - len(line.lead), width - len(line.lead), 1)
    wrapped = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    parts = [text] if line.pasted or not wrapped else wrapped
    for number, part in enumerate(parts):
        if number:
            yield Text(' ' * len(line.lead) + part)
        else:
            lead = line.lead if part else line.lead.rstrip()
            yield Text.assemble((lead, line.style), part)
