"""`fleet`: how the instances of the account offer IMDS, counted by region, and each that is wrong as a line of CSV."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import click

from ..collect.account_defaults import with_agent_defaults
from ..configuration import Options
from ..diagnoses import diagnose
from ..diagnoses.imds_fleet import DIAGNOSES
from ..facts import Facts, Unobserved
from ..facts.account import Feature, Fleet, Region, WrongInstance
from ..findings import Status, worst
from . import page
from .agent_options import described_agent
from .exit_status import MEANINGS
from .fleet_csv import csv_sink
from .page import BLANK, Line
from .permissions import account_instance
from .printable import printable

FLEET_ALONE = frozenset({Feature.IMDS_POSTURE})
ROW = '{:20} {:12} {:>9}  {:10} {:>17}'


@click.command(epilog=f'Exit status: {MEANINGS}')
@click.option(
    '--csv',
    'csv_file',
    metavar='FILE|-',
    help='Write every instance that is wrong as it is found; - is stdout, and the counts go to stderr then.',
)
@click.option(
    '--config',
    metavar='conf.yaml',
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='With exactly one account instance. Without it: one with the defaults.',
)
@click.option('--no-color', 'colour', is_flag=True, flag_value=False, default=True, help='No escape sequences.')
def fleet(csv_file: str | None, config: Path | None, colour: bool) -> int:
    """Look at the instances of the account that can be wrong, region by region. Nothing is changed."""
    options = account_instance(config)
    with csv_sink(csv_file) as each:
        facts = swept(options, each)
    console = page.stderr(colour) if csv_file == '-' else page.stdout(colour)
    findings = diagnose(DIAGNOSES, facts, options.expectations)
    page.write(console, table(facts.of_account.fleet))
    page.write(console, [BLANK, *(Line(f'{f.diagnosis.id}: {f.verdict.evidence}', f'{f.word:15}') for f in findings)])
    return Status(worst(finding.status for finding in findings))


def swept(options: Options, each: Callable[[WrongInstance], None]) -> Facts:
    """The fleet alone, whatever the instance looks at otherwise."""
    from ..collect.account import AccountCollector

    assert options.account is not None
    account = replace(options.account, features=FLEET_ALONE)
    with page.waiting(f'Asking AWS, at most {account.deadline:g} s'):
        agent = described_agent(None, None, None, None)
        return AccountCollector(with_agent_defaults(account, agent), each=each).collect()


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
        yield Line(f'not known: {region.counts.reason}', f'{printable(region.name):20} ')
        return
    for count in region.counts:
        yield _row(region.name, count.http_tokens, count.hop_limit, count.endpoint, count.instances)
    if not region.counts:
        yield _row(region.name, '-', '-', '-', 0)
    if not region.complete:
        yield Line(f'not complete: {region.note}', f'{printable(region.name):20} ')


def _row(*cells: object) -> Line:
    return Line(ROW.format(*map(str, cells)), pasted=True)
