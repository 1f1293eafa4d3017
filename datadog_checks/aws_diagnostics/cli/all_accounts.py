"""`check --all-accounts`: its progress and what it prints."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ..findings import Status
from ..remedies import shell
from ..text import counted
from . import page, survey
from .account_runs import LEFT_OUT, AllAccountsRun, Result
from .all_accounts_options import Wanted
from .document import about, iso_time
from .hosts.asked import organization_of
from .html_report import write_reports
from .judged import overall
from .options import Display
from .page import BLANK, Line, Wrap
from .permissions import narrowed
from .pipeline import tell
from .report import report

NOT_ALL = 'not all accounts are known'


def check_all(
    every: Wanted,
    config: Path | None,
    agent_config: Path | None,
    only: Sequence[str],
    display: Display,
    *,
    as_csv: bool,
    html_file: Path | None,
) -> int:
    """The exit status, after everything is printed. Raises Failure where nothing can be looked at."""
    asked = organization_of(config, agent_config)
    options = narrowed(asked.options, asked.account.features - LEFT_OUT)
    assert options.account is not None
    begun = time.monotonic()
    with page.changing('Asking Datadog about all accounts', display.shows_progress) as show:
        run = AllAccountsRun(every, options.account, options.expectations, lambda text: tell(text, display.colour))

        def progress(result: Result) -> None:
            show(how_far(result, time.monotonic() - begun))

        result = run.result(only, progress, as_json=display.as_json)
    status = overall(result.reports, len(result.missing))
    write_reports(html_file, result.reports, tuple(_notes(result, every)), len(result.missing), NOT_ALL)
    if as_csv:
        survey.write_csv(sys.stdout, result.reports)
    elif display.as_json:
        _write_json(result, status)
    else:
        page.write(page.stdout(display.colour), display.shown(_lines(result, every, display)))
    return display.exit_status(status)


def how_far(result: Result, seconds: float) -> str:
    """Like '213 of 500 accounts, 3 not judged, about 2 min left'."""
    done = len(result.reports)
    unknown = sum(not report.known for report in result.reports)
    new = done - result.before
    left = (result.total - done) * seconds / new / 60 if new else 0.0
    parts = (
        f'{done} of {result.total} accounts',
        f', {unknown} not judged' if unknown else '',
        f', about {left:.0f} min left' if left >= 1 else '',
    )
    return ''.join(parts)


def _lines(result: Result, every: Wanted, display: Display) -> Iterator[Line]:
    yield from survey.table(result.reports, len(result.missing), NOT_ALL)
    yield BLANK
    yield from map(Line, _notes(result, every))
    if not display.verbose:
        yield Line('-v shows each account with its fixes.')
        return
    yield Line('Commands with --config need a file for each account, which this writes:')
    written = shell('aws-diagnostics', 'accounts', '--write-config', '.', '--role-template', str(every.template))
    yield Line(written.text, '  ', wrap=Wrap.NEVER)
    for each in result.reports:
        yield from (BLANK, *report(each, verbose=True))


def _notes(result: Result, every: Wanted) -> Iterator[str]:
    yield from (f'Not all accounts are known: {why}.' for why in result.missing)
    if result.before:
        yield f'{counted(result.before, "account")} of {result.total} as an earlier run saw them ({every.state}).'
    yield (
        'The host list is one for all accounts, and not looked at here: see `aws-diagnostics hosts duplicates` and '
        '`aws-diagnostics hosts lingering-tags`.'
    )


def _write_json(result: Result, status: Status) -> None:
    """One account after the other: together they may be large."""
    head = {**about('check'), 'time': iso_time(time.time()), 'status': status.word}
    click.echo('{' + ', '.join(f'{json.dumps(name)}: {json.dumps(value)}' for name, value in head.items()), nl=False)
    click.echo(f', "skipped": {len(result.missing)}, "reports": [')
    for number, text in enumerate(result.written()):
        click.echo(f'{"," if number else ""}{text}')
    click.echo(']}')
