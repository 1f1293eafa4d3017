"""Lines of text on a terminal, in a pipe or in a file.

Prose is wrapped between words; a command is printed as one line, however long. No markup is read from any text, and
colour is an addition: every meaning is also in a word.
"""

import errno
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum

from rich.console import Console
from rich.text import Text

from ..text import escaped

NARROWEST = 24
"""Columns that prose is wrapped to at least, whatever the terminal says."""
WITHOUT_TERMINAL = 100
"""Columns in a pipe or a file, unless COLUMNS says otherwise."""
LEAST_BESIDE_LEAD = 20
"""Columns beside a lead below which the text starts on a line of its own."""


class Wrap(Enum):
    ALWAYS = 'always'
    ON_A_TERMINAL = 'on a terminal'
    """In a pipe it is one line, as a monitoring system reads the first line only."""
    NEVER = 'never'
    """To be pasted."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    lead: str = ''
    """Printed before the first line; those that follow are indented by its width."""
    style: str = ''
    """Of the lead."""
    wrap: Wrap = Wrap.ALWAYS


BLANK = Line('')


def stdout(colour: bool) -> Console:
    return _console(colour, stderr=False)


def stderr(colour: bool) -> Console:
    return _console(colour, stderr=True)


def write(console: Console, lines: Iterable[Line]) -> None:
    """Raises OSError where the output cannot be written."""
    for line in lines:
        for text in _laid_out(line, max(NARROWEST, console.width), console.is_terminal):
            console.print(text, soft_wrap=True, highlight=False, markup=False, emoji=False)


def waiting(message: str, colour: bool = True) -> AbstractContextManager[object]:
    """A spinner on stderr while something slow happens; none in a pipe, and none where colours are off."""
    console = _console(colour, stderr=True)
    if not console.is_terminal or console.color_system is None:
        return nullcontext()
    return console.status(message, spinner='line')


@contextmanager
def changing(message: str, colour: bool = True) -> Iterator[Callable[[str], None]]:
    """A spinner as that of `waiting`; the function changes what it says."""
    console = _console(colour, stderr=True)
    if not console.is_terminal or console.color_system is None:
        yield lambda _: None
        return
    with console.status(message, spinner='line') as status:
        yield lambda text: status.update(escaped(text))


@contextmanager
def progress(total: int, colour: bool = True) -> Iterator[Callable[[str], None]]:
    """A bar on stderr, of so many steps at most: the function is called before each with what it does. Where `waiting`
    shows nothing, this shows nothing either."""
    console = _console(colour, stderr=True)
    if not console.is_terminal or console.color_system is None:
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TextColumn  # only for what takes long

    columns = (TextColumn('{task.description}', markup=False), BarColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task('', total=total)
        yield lambda text: bar.update(task, advance=1, description=escaped(text))


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """The outermost layer ends the run; rich itself would end it with status 1, a warning."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def _console(colour: bool, stderr: bool) -> Console:
    """NO_COLOR (https://no-color.org) is read as "no escape sequences": bold and dim are left out with the colours."""
    plain = not colour or bool(os.environ.get('NO_COLOR'))
    file = sys.stderr if stderr else sys.stdout
    console = _Console(file=file, color_system=None if plain else 'auto', soft_wrap=True)
    if not console.is_terminal and 'COLUMNS' not in os.environ:
        console.width = WITHOUT_TERMINAL
    return console


def _laid_out(line: Line, width: int, terminal: bool) -> Iterator[Text]:
    """Trailing space is never printed."""
    text = escaped(line.text)
    if line.wrap is Wrap.NEVER or (line.wrap is Wrap.ON_A_TERMINAL and not terminal):
        yield _first(line, text)
    elif line.lead.strip() and width - len(line.lead) < LEAST_BESIDE_LEAD < len(text):
        yield _first(line, '')
        yield from (Text(f'    {part}') for part in _wrapped(text, width - 4))
    else:
        first, *rest = _wrapped(text, width - len(line.lead)) or ['']
        yield _first(line, first)
        yield from (Text(' ' * len(line.lead) + part) for part in rest)


def _first(line: Line, text: str) -> Text:
    return Text.assemble((line.lead if text else line.lead.rstrip(), line.style), text)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False)
