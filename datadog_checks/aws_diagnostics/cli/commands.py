"""`check` and `judge`, and the program that the other commands join. Each returns the exit status."""

import sys
import time
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..__about__ import __version__
from . import saved_facts, survey
from .all_accounts_options import Wanted, all_accounts_options
from .html_page import page_file
from .html_report import MARK, html_option, write_reports
from .judged import Judged, Observation, judged, overall
from .options import (
    FILE,
    MEANINGS,
    Display,
    agent_options,
    config_option,
    described_agent,
    display_options,
    only_option,
    redact_option,
)
from .page import Line, stderr, write
from .parameter_types import Duration
from .pipeline import expecting, first_line, instances_of, observe, redaction_of, report_lines, show, tell, until_ok
from .program import Program

if TYPE_CHECKING:
    from .redaction import Redaction

PATHS = click.Path(exists=True, allow_dash=True, path_type=Path)
STANDARD = saved_facts.STANDARD


@click.group(cls=Program, context_settings={'help_option_names': ['-h', '--help']}, epilog=f'Exit status: {MEANINGS}')
@click.version_option(__version__, message='%(version)s')
def program() -> None:
    """Find what is wrong between AWS and Datadog, and how to fix it. Only `hosts remove-lingering-tags` changes data.

    For a host: can it reach the instance metadata service (IMDS), and does the Datadog Agent report its instance
    ID? For an AWS account: can Datadog use its role, what is not collected, which hosts are duplicates
    or have stale tags, and which instances have unsafe IMDS settings?
    """


@program.command(epilog=f'Exit status: {MEANINGS}')
@config_option
@only_option
@all_accounts_options
@click.option(
    '--save-facts',
    metavar='FILE|-',
    type=click.Path(path_type=Path, allow_dash=True),
    help='Save what was observed, for `judge`; - is stdout, and the report goes to stderr then.',
)
@redact_option
@click.option(
    '--wait-ok',
    metavar='5m',
    type=Duration(('', 's', 'm', 'h'), 86400, 'it must be like 30s, 5m or 1h, and at most a day'),
    help='Look again until everything is OK. No look starts after this time; the last one may end later.',
)
@agent_options
@survey.csv_option
@html_option
@display_options
def check(
    config: Path | None,
    only: Sequence[str],
    save_facts: Path | None,
    redact: bool,
    wait_ok: float | None,
    agent_hostname: str | None,
    agent_version: str | None,
    agent_provider: str | None,
    agent_config: Path | None,
    every: Wanted | None,
    as_csv: bool,
    html_file: Path | None,
    display: Display,
) -> int:
    """Look at this host, at an AWS account, or at all accounts now.

    Once for every instance of conf.yaml: one with `account` looks at that account, any other at this host. With
    --all-accounts, the one instance with `account` says how to look at each.
    """
    _refuse_two_outputs(display, save_facts, html_file, as_csv=as_csv)
    if every is not None:
        from .all_accounts import check_all

        return check_all(every, config, agent_config, only, display, as_csv=as_csv, html_file=html_file)
    instances = instances_of(config)
    agent = described_agent(agent_hostname, agent_version, agent_provider, agent_config)
    if save_facts not in (None, STANDARD):
        saved_facts.refuse_to_overwrite(save_facts)
    redaction = redaction_of(redact)

    def look() -> Sequence[Judged]:
        seen = observe(instances, agent, display)
        return [_judged(each, only, redaction) for each in seen]

    say = partial(tell, colour=display.colour)
    reports = look() if wait_ok is None else until_ok(look, wait_ok, say)
    write_reports(html_file, reports)
    return _saved_and_shown(save_facts, reports, display, as_csv=as_csv, redacted=redact)


def _refuse_two_outputs(display: Display, save_facts: Path | None, html_file: Path | None, *, as_csv: bool) -> None:
    """Raises UsageError, and Failure for a file that is something else, before anything is looked at."""
    if as_csv and (display.as_json or display.verbose or display.quiet):
        raise click.UsageError('--csv excludes --json, -v and -q')
    if (display.as_json or as_csv) and save_facts == STANDARD:
        raise click.UsageError('--json, --csv and --save-facts - exclude each other: all are stdout')
    if html_file is not None:
        page_file(html_file, MARK)


def _saved_and_shown(
    save_facts: Path | None, reports: Sequence[Judged], display: Display, *, as_csv: bool, redacted: bool
) -> int:
    if save_facts is not None:
        text = saved_facts.dumps([r.observation for r in reports], saved_at=time.time(), redacted=redacted)
        if save_facts == STANDARD:
            sys.stdout.write(text)
            write(stderr(display.colour), [first_line(reports)] if display.quiet else report_lines(reports, display))
            return display.exit_status(overall(reports))
        saved_facts.write(save_facts, text)
    if as_csv:
        survey.write_csv(sys.stdout, reports)
        return display.exit_status(overall(reports))
    return show('check', reports, display, report_lines(reports, display))


@program.command(epilog=f'Exit status: {MEANINGS}')
@click.argument('facts', metavar='FACTS...', type=PATHS, nargs=-1, required=True)
@click.option('--config', metavar='conf.yaml', type=FILE, help='Judge by its expectations instead of the saved ones.')
@only_option
@redact_option
@survey.csv_option
@html_option
@display_options
def judge(
    facts: Sequence[Path],
    config: Path | None,
    only: Sequence[str],
    redact: bool,
    as_csv: bool,
    html_file: Path | None,
    display: Display,
) -> int:
    """Diagnose facts that `check --save-facts` saved, on any machine.

    FACTS are files, directories of files that end in .json, or - for stdin. Several hosts become a table by cause; -v
    shows each of them as well.

    Without --config, the expectations saved with the facts apply. With it, its instances apply in order,
    or its only instance to all saved facts.
    """
    _refuse_two_outputs(display, None, html_file, as_csv=as_csv)
    redaction = redaction_of(redact)
    instances = None if config is None else instances_of(config)
    reports: list[Judged] = []
    files = saved_facts.Files(facts, partial(tell, colour=display.colour), redacted=redact)
    for file, saved in files.read():
        expected = saved.instances if config is None or instances is None else expecting(saved, instances, config)
        source = '' if redaction else str(file)
        reports += [_judged(each, only, redaction, saved.saved_at, source) for each in expected]
    write_reports(html_file, reports, skipped=files.skipped)
    if as_csv:
        survey.write_csv(sys.stdout, reports)
        return display.exit_status(overall(reports, files.skipped))
    lines = _told(reports, display, files.skipped)
    return show('judge', reports, display, lines, files.skipped)


def _judged(
    observation: Observation, only: Sequence[str], redaction: 'Redaction | None', saved_at: str = '', source: str = ''
) -> Judged:
    seen = redaction.observation(observation) if redaction else observation
    return judged(seen, only, saved_at=saved_at, source=source)


def _told(reports: Sequence[Judged], display: Display, skipped: int) -> Iterable[Line]:
    """One host in full; of several, or where files were skipped, the table by cause, and each in full with -v."""
    if len(reports) == 1 and not skipped:
        yield from report_lines(reports, display)
        return
    yield from survey.table(reports, skipped)
    if display.verbose:
        for each in reports:
            yield from (Line(''), *report_lines([each], display))
