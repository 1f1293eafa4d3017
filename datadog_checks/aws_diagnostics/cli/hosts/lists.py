"""What the commands that list hosts share: the list with its progress, and rows as CSV or JSON while they come."""

import csv
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Protocol, TextIO

import click

from ...collect.datadog_api import DatadogApi
from ...collect.inventory import Listing
from ...collect.run import Deadline
from ...collect.tagged_hosts import WholeList
from ...findings import Status
from ...text import counted
from .. import page
from ..codec import Json
from ..document import about, iso_time
from ..files import harmless
from ..options import Display
from ..page import Line
from .asked import DatadogOrganization

LONGEST_RUN = 3600.0
"""Seconds: 100,000 hosts are a hundred requests, and Datadog may ask for waits between them."""
MOST_PAGES = 2000
LONGEST_CELL = 1000
"""Characters: evidence is a sentence or two."""

csv_option = click.option(
    '--csv', 'as_csv', is_flag=True, help='Print every row as CSV, as it is found; the counts go to stderr.'
)


@contextmanager
def whole_list(
    organization: DatadogOrganization, deadline: Deadline, display: Display, *, streams: bool
) -> Iterator[WholeList]:
    """With its progress on a terminal; not where rows are `streams` to the same terminal."""

    def ask() -> DatadogApi:
        return organization.api(deadline)

    shows = display.shows_progress and not (streams and sys.stdout.isatty())
    with page.changing("Reading Datadog's host list", shows) as say:
        yield WholeList(
            lambda: Listing(ask, deadline, MOST_PAGES), lambda some, all: say(f'{some:,} of {all:,} hosts read')
        )


class Rows(Protocol):
    """Takes each row when it is found, and what is known when all are."""

    def add(self, row: Mapping[str, Json]) -> None: ...

    def end(self, **more: Json) -> None: ...


def rows_of(
    command: str, name: str, display: Display, columns: Sequence[str], *, as_csv: bool, in_csv: Sequence[str] = ()
) -> Rows:
    """JSON has the rows in the list called `name`; `in_csv` are columns of CSV alone. Raises UsageError."""
    if as_csv and (display.as_json or display.verbose):
        raise click.UsageError('--csv excludes --json and -v')
    if as_csv:
        return CsvRows((*columns, *in_csv))
    return JsonRows(command, name, columns, sys.stdout) if display.as_json else NoRows()


class NoRows:
    """For a table, which shows groups."""

    def add(self, row: Mapping[str, Json]) -> None:
        """Forgets it."""

    def end(self, **_: Json) -> None:
        """Has nothing to say."""


class CsvRows:
    """On stdout, the columns first. No cell is a formula."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._writer = csv.writer(sys.stdout, lineterminator='\n')
        self._columns = tuple(columns)
        self._writer.writerow(self._columns)

    def add(self, row: Mapping[str, Json]) -> None:
        self._writer.writerow([harmless(_cell(row[column]), LONGEST_CELL) for column in self._columns])

    def end(self, **_: Json) -> None:
        """Nothing follows the rows."""


def _cell(value: Json) -> str:
    """Several words with spaces between them, true and false as in JSON, and nothing for null."""
    if isinstance(value, list):
        return ' '.join(map(_cell, value))
    return '' if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


class JsonRows:
    """One document. Each row is a line, and what is known at the end, the time too, follows the rows."""

    def __init__(self, command: str, name: str, columns: Iterable[str], file: TextIO) -> None:
        self._file = file
        self._columns = tuple(columns)
        self._before = f'{json.dumps(about(command))[:-1]}, "{name}": [\n'

    def add(self, row: Mapping[str, Json]) -> None:
        self._file.write(f'{self._before}{json.dumps({column: row[column] for column in self._columns})}')
        self._before = ',\n'

    def end(self, **more: Json) -> None:
        before = '' if self._before == ',\n' else self._before
        self._file.write(f'{before}\n], {json.dumps({"time": iso_time(time.time()), **more})[1:]}\n')


def show(status: Status, lines: Iterable[Line], display: Display, *, as_csv: bool) -> int:
    """Beside rows the lines go to stderr. The exit status."""
    if not display.as_json:
        console = page.stderr(display.colour) if as_csv else page.stdout(display.colour)
        page.write(console, display.shown(lines))
    return display.exit_status(status)


def noted(note: str) -> dict[str, Json]:
    """`complete`, and why it is false."""
    return {'complete': False, 'note': note} if note else {'complete': True}


def unread(looked_at: int, total: int, note: str) -> str:
    """What to add to a sentence about a list that was not read to its end."""
    return f'; only {looked_at} of {counted(total, "host")} could be read: {note}' if note else ''
