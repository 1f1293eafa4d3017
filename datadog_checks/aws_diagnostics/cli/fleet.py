"""`fleet`: how the instances of the account offer IMDS, counted by region, and each that is wrong as a line of CSV."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from ..collect.account_options import with_agent_defaults
from ..configuration import Options
from ..diagnoses.imds_fleet import DIAGNOSES
from ..facts import Facts, Unobserved
from ..facts.account import Feature, Fleet, Region, WrongInstance
from ..text import escaped
from . import page
from .exit_status import MEANINGS
from .fleet_csv import STDOUT, csv_sink
from .judged import Judged, Observation, judged
from .options import Display, config_option, described_agent, display_options
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
    """Look at the instances of the account that can be wrong, region by region. Nothing is changed.

    The configuration holds one account instance; which of its features are on does not count.
    """
    if csv_file == STDOUT and display.as_json:
        raise click.UsageError('--json and --csv - exclude each other: both are stdout')
    options = narrowed(account_instance(config), FLEET_ONLY)
    with csv_sink(csv_file) as each:
        facts = swept(options, each, display)
    reports = [judged(Observation(facts, options.expectations), IDS)]
    if csv_file == STDOUT:
        lines = [first_line(reports)] if display.quiet else told(reports, display)
        page.write(page.stderr(display.colour), lines)
        return display.exit_status(reports[0].status)
    return show('fleet', reports, display, told(reports, display))


def swept(options: Options, each: Callable[[WrongInstance], None], display: Display) -> Facts:
    from ..collect.account import AccountCollector

    assert options.account is not None
    account = options.account
    with page.waiting(f'Asking AWS, at most {account.deadline:g} s', display.colour and not display.quiet):
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
