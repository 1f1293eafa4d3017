"""Writes the manual pages of `aws-diagnostics` and of each of its commands, from their own help.

`python -m tools.man_pages [DIRECTORY]`, dist/man without one. `man -l dist/man/aws-diagnostics-check.1` shows one. The
same sources give the same bytes: the date in the pages is that of SOURCE_DATE_EPOCH, else that of the last commit.
"""

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
from click_man.core import generate_man_page

from datadog_checks.aws_diagnostics.__about__ import __version__
from datadog_checks.aws_diagnostics.cli.options import MEANINGS
from datadog_checks.aws_diagnostics.cli.program import whole_program

ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str]) -> int:
    directory = Path(arguments[0]) if arguments else ROOT / 'dist' / 'man'
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages(_date()):
        (directory / f'{name}.1').write_text(text, encoding='utf-8')
        print(directory / f'{name}.1')
    return 0


def pages(date: str, context: click.Context | None = None) -> Iterator[tuple[str, str]]:
    """The name of each page and its text, of a command and of those in it. `date` is ISO 8601."""
    context = context or click.Context(whole_program(), info_name='aws-diagnostics')
    yield context.command_path.replace(' ', '-'), _page(context, date)
    if isinstance(context.command, click.Group):
        for name, command in context.command.commands.items():
            yield from pages(date, click.Context(command, info_name=name, parent=context))


def _page(context: click.Context, date: str) -> str:
    """With the exit statuses, which click-man leaves out; a backslash in a text is no escape of roff."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)  # click-man calls a function that click 9 will not have
        text = generate_man_page(context, version=__version__, date=date)
    meanings = (context.command.epilog or MEANINGS).removeprefix('Exit status: ')
    return f'{text.rstrip()}\n.SH EXIT STATUS\n{_escaped(meanings)}\n'


def _escaped(text: str) -> str:
    return re.sub(r"^([.'])", r'\\&\1', text.replace('\\', r'\e'), flags=re.MULTILINE)


def _date() -> str:
    committed = subprocess.run(['git', 'log', '-1', '--format=%ct'], cwd=ROOT, capture_output=True, text=True)
    seconds = os.environ.get('SOURCE_DATE_EPOCH') or committed.stdout or '0'
    return datetime.fromtimestamp(int(seconds), UTC).date().isoformat()


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
