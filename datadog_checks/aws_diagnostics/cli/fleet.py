"""`fleet`: how the instances of the account offer IMDS, counted by region, and each that is wrong as a line of CSV.

The lines are written as the instances are found: however many there are, none is kept."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from ..collect.account_options import with_agent_defaults
from ..configuration import Options
from ..diagnoses.imds_fleet import DIAGNOSES
from ..facts import Facts, Unobserved
from ..facts.account import Feature, Fleet, Region, WrongInstance
from ..text import escaped
from . import page
from .files import PrivateFile, beginning_of, harmless
from .judged import Judged, Observation, judged
from .options import MEANINGS, Display, config_option, described_agent, display_options
from .page import BLANK, Line
from .permissions import account_instance, narrowed
from .pipeline import first_line, show
from .report import explained

FLEET_ONLY = frozenset({Feature.IMDS_POSTURE})
IDS = tuple(diagnosis.id for diagnosis in DIAGNOSES)
ROW = '{:20} {:12} {:>9}  {:10} {:>17}'


@click.command(epilog=f'Exit status: {MEANINGS}')
@click.option(
    '--csv',
    'csv_file',
    metavar='FILE|-',
    help='Write every instance that is wrong as it is found; - is stdout, and the counts go to stderr then.',
)
@config_option
@display_options
def fleet(csv_file: str | None, config: Path | None, display: Display) -> int:
    """List instances with wrong or risky IMDS settings, region by region. Read-only.

    The configuration must contain one account instance; its `features` are ignored.
    """
    if csv_file == STDOUT and display.as_json:
        raise click.UsageError('--json and --csv - exclude each other: both are stdout')
    options = narrowed(account_instance(config), FLEET_ONLY)
    with csv_sink(csv_file) as each:
        facts = swept(options, each, display)
    reports = [judged(Observation(facts, options.expectations), IDS)]
    if csv_file == STDOUT:
        page.write(page.stderr(display.colour), display.shown(told(reports, display)))
        return display.exit_status(reports[0].status)
    return show('fleet', reports, display, told(reports, display))


def swept(options: Options, each: Callable[[WrongInstance], None], display: Display) -> Facts:
    from ..collect.account import AccountCollector

    assert options.account is not None
    account = options.account
    with page.waiting(f'Asking AWS, at most {account.deadline:g} s', display.shows_progress):
        return AccountCollector(with_agent_defaults(account, described_agent()), each=each).collect()


def told(reports: Sequence[Judged], display: Display) -> Iterator[Line]:
    (report,) = reports
    yield first_line(reports)
    yield BLANK
    yield from table(report.facts.of_account.fleet)
    yield from [BLANK] if report.causes and not display.verbose else []
    yield from explained(report, verbose=display.verbose)


def table(found: Fleet | Unobserved) -> Iterator[Line]:
    """The instances that can be wrong; the others are not described, so nobody knows how many they are."""
    if isinstance(found, Unobserved):
        yield Line(f'The fleet could not be looked at: {found.reason}')
        return
    yield _row('region', 'http_tokens', 'hop limit', 'endpoint', 'running instances')
    for region in found.regions:
        yield from _rows(region)


def _rows(region: Region) -> Iterator[Line]:
    if isinstance(region.counts, Unobserved):
        yield Line(f'not known: {region.counts.reason}', f'{escaped(region.name):20} ')
        return
    for count in region.counts:
        yield _row(region.name, count.http_tokens, count.hop_limit, count.endpoint, count.instances)
    if not region.counts:
        yield _row(region.name, '-', '-', '-', 0)
    if not region.complete:
        yield Line(f'not complete: {region.note}', f'{escaped(region.name):20} ')


def _row(*cells: object) -> Line:
    """Wrapped between its cells where the terminal is narrower."""
    return Line(ROW.format(*map(str, cells)))


COLUMNS = ('instance_id', 'region', 'http_tokens', 'hop_limit', 'endpoint', 'containers', 'reason', 'name')
"""The scripts of the remedies split a line at its commas: only the last column may hold one."""
STDOUT = '-'

Each = Callable[[WrongInstance], None]


@contextmanager
def csv_sink(target: str | None) -> Iterator[Each]:
    """Takes each instance. A file appears as a whole or not at all, readable by its owner alone.

    Raises Failure (CANNOT_WRITE); before anything is asked where the file is something else.
    """
    if target is None:
        yield lambda _: None
    elif target == STDOUT:
        with _writing(sys.stdout) as each:
            yield each
    else:
        file = _file(Path(target))
        file.refuse_to_overwrite()
        with file.replacing() as opened, _writing(opened) as each:
            yield each


def row(instance: WrongInstance) -> tuple[str, ...]:
    i = instance
    cells = (i.instance_id, i.region, i.http_tokens, i.hop_limit, i.endpoint, i.containers, i.fault or '', i.name)
    return tuple(harmless(str(cell)) for cell in cells)


class _Writer:
    """A file that cannot be written is no fault of AWS, as which the sweep would take it: it is told at the end."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator='\n')
        self.failure: OSError | None = None

    def write(self, cells: Iterable[str]) -> None:
        if self.failure is None:
            try:
                self._writer.writerow(cells)
            except OSError as e:
                self.failure = e


@contextmanager
def _writing(file: TextIO) -> Iterator[Each]:
    writer = _Writer(file)
    writer.write(COLUMNS)
    yield lambda instance: writer.write(row(instance))
    if writer.failure is not None:
        raise writer.failure
    file.flush()


def _file(path: Path) -> PrivateFile:
    return PrivateFile(
        path, '--csv', _is_ours, 'it exists and is not a list of instances: remove it or choose another name'
    )


def _is_ours(path: Path) -> bool:
    head = ','.join(COLUMNS).encode() + b'\n'
    return beginning_of(path, len(head)) == head
