"""What the commands that list hosts share: the list with its progress, and rows as CSV or JSON while they come."""

import csv
import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import click

from ...collect.datadog_api import DatadogApi
from ...collect.foreign import is_object, parsed
from ...collect.inventory import Listing
from ...collect.run import Deadline
from ...collect.tagged_hosts import WholeList
from ...facts.account import TaggedHost
from ...facts.values import AccountId, InstanceId
from ...findings import Status
from .. import ExitStatus, Failure, page
from ..codec import Json
from ..document import SCHEMA, about, iso_time
from ..files import read_text
from ..fleet import harmless
from ..options import Display
from ..page import Line
from .asked import Organization

LONGEST_RUN = 3600.0
"""Seconds: 100,000 hosts are a hundred requests, and Datadog may ask for waits between them."""
MOST_PAGES = 2000
LINGERING_TAGS = 'hosts lingering-tags'
MOST_BYTES = 256 << 20
"""Of a list that an earlier run printed: 100,000 hosts are about 30 MiB."""

csv_option = click.option(
    '--csv', 'as_csv', is_flag=True, help='Print every row as CSV, as it is found; the counts go to stderr.'
)


@contextmanager
def whole_list(
    organization: Organization, deadline: Deadline, display: Display, *, streams: bool
) -> Iterator[WholeList]:
    """With its progress on a terminal; not where rows are `streams` to the same terminal."""

    def ask() -> DatadogApi:
        return organization.api(deadline)

    shows = display.colour and not display.quiet and not (streams and sys.stdout.isatty())
    with page.changing("Reading Datadog's host list", shows) as say:
        yield WholeList(
            lambda: Listing(ask, deadline, MOST_PAGES), lambda some, all: say(f'{some:,} of {all:,} hosts read')
        )


class Rows(Protocol):
    """Takes each row when it is found, and what is known when all are."""

    def add(self, row: Mapping[str, Json]) -> None: ...

    def end(self, **more: Json) -> None: ...


def rows_of(command: str, name: str, display: Display, columns: Sequence[str], *, as_csv: bool) -> Rows:
    """For JSON, which has every column but the last, rows are in the list called `name`. Raises UsageError."""
    if as_csv and (display.as_json or display.verbose):
        raise click.UsageError('--csv excludes --json and -v')
    if as_csv:
        return CsvRows(columns)
    return JsonRows(command, name, columns[:-1]) if display.as_json else NoRows()


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
        self._writer.writerow([harmless(_cell(row[column])) for column in self._columns])

    def end(self, **_: Json) -> None:
        """Nothing follows the rows."""


def _cell(value: Json) -> str:
    """Several words with spaces between them, true and false as in JSON, and nothing for null."""
    if isinstance(value, list):
        return ' '.join(map(_cell, value))
    return '' if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


class JsonRows:
    """One document on stdout. Each row is a line, and what is known at the end, the time too, follows the rows."""

    def __init__(self, command: str, name: str, columns: Iterable[str]) -> None:
        self._columns = tuple(columns)
        self._before = f'{json.dumps(about(command))[:-1]}, "{name}": [\n'

    def add(self, row: Mapping[str, Json]) -> None:
        sys.stdout.write(f'{self._before}{json.dumps({column: row[column] for column in self._columns})}')
        self._before = ',\n'

    def end(self, **more: Json) -> None:
        before = '' if self._before == ',\n' else self._before
        click.echo(f'{before}\n], {json.dumps({"time": iso_time(time.time()), **more})[1:]}')


def show(status: Status, lines: Iterable[Line], display: Display, *, as_csv: bool) -> int:
    """Beside rows the lines go to stderr. The exit status."""
    if not display.as_json:
        console = page.stderr(display.colour) if as_csv else page.stdout(display.colour)
        page.write(console, islice(lines, 1) if display.quiet else lines)
    return display.exit_status(status)


def noted(note: str) -> dict[str, Json]:
    """`complete`, and why it is false."""
    return {'complete': False, 'note': note} if note else {'complete': True}


# What an earlier `hosts lingering-tags --json` printed


@dataclass(frozen=True, slots=True)
class SeenHost:
    name: str
    instance_id: str | None
    account_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    time: float
    """When the list had been read, in seconds since the epoch."""
    removable: frozenset[SeenHost]

    def has(self, host: TaggedHost) -> bool:
        """The same host, in the same account, as one whose tags could be removed then."""
        return SeenHost(host.name, host.instance_id, host.account_id or '') in self.removable


def read_seen(path: Path, option: str = '--seen-in') -> Seen:
    """Raises Failure (DAMAGED_FACTS) for a file that is something else or damaged."""
    text = read_text(path, option, ExitStatus.DAMAGED_FACTS, MOST_BYTES)
    try:
        return _seen(parsed(text, _compact))
    except ValueError as e:
        what = f'is not what `{LINGERING_TAGS} --json` prints: {e}'
        raise Failure(f'{option} {path}: {what}', ExitStatus.DAMAGED_FACTS) from None


def _compact(pairs: list[tuple[str, Any]]) -> object:
    """A row becomes what counts of it at once: all of them as objects take several times as much memory."""
    found = dict(pairs)
    if 'hosts' in found or 'name' not in found:
        return found
    name, account_id = found['name'], AccountId.of(found.get('account'))
    if found.get('removable') is not True or not isinstance(name, str) or account_id is None:
        return None
    return SeenHost(name, InstanceId.of(found.get('instance_id')), account_id)


def _seen(document: object) -> Seen:
    """Raises ValueError."""
    if not is_object(document) or document.get('command') != LINGERING_TAGS or document.get('schema') != SCHEMA:
        raise ValueError(f'allowed is "command": "{LINGERING_TAGS}" with "schema": {SCHEMA}')
    hosts, at = document.get('hosts'), document.get('time')
    if not isinstance(hosts, list) or not isinstance(at, str):
        raise ValueError('hosts or time is missing')
    time = datetime.fromisoformat(at)
    if time.tzinfo is None:
        raise ValueError('time has no offset from UTC')
    return Seen(time.timestamp(), frozenset(host for host in hosts if isinstance(host, SeenHost)))
