"""`check --all-accounts`: its options, its progress and what it prints."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from pathlib import Path

import click

from ..facts.account import RoleTemplate
from ..facts.values import AccountId, Malformed
from ..findings import Status
from ..remedies import shell
from ..text import counted
from . import page, survey
from .account_runs import LEFT_OUT, Result, Run, Wanted
from .document import about, iso_time
from .hosts.asked import organization_of
from .html_report import write_reports
from .judged import overall
from .options import Display, Duration
from .page import BLANK, Line, Wrap
from .permissions import narrowed
from .pipeline import tell
from .report import report

MOST_THREADS = 32
NOT_ALL = 'not all accounts are known'
HOURS = ('', 's', 'm', 'h', 'd')


def all_accounts_options(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets a `Wanted` as `every`, None without --all-accounts."""

    @wraps(command)
    def with_accounts(all_accounts: bool, **given: object) -> int:
        own = {name: given.pop(name) for name in OWN}
        if not all_accounts:
            named = [f'--{name.replace("_", "-")}' for name in OWN if _given(name)]
            if named:
                raise click.UsageError(f'{", ".join(named)}: only with --all-accounts')
            return command(every=None, **given)
        excluded = [f'--{name.replace("_", "-")}' for name in EXCLUDED if _given(name)]
        if excluded:
            raise click.UsageError(f'--all-accounts excludes {", ".join(excluded)}')
        return command(every=_wanted(**own), **given)  # type: ignore[arg-type]

    for option in reversed(tuple(OWN.values())):
        with_accounts = option(with_accounts)
    flag = click.option(
        '--all-accounts', is_flag=True, help='Look at every account that Datadog has on record, several at a time.'
    )
    return flag(with_accounts)


OWN: Mapping[str, Callable[..., Callable[..., int]]] = {
    'role_template': click.option(
        '--role-template', metavar='ARN', help='The role in each: arn:aws:iam::{account}:role/aws-diagnostics.'
    ),
    'accounts': click.option('--accounts', metavar='ID,...', help='Only these accounts.'),
    'accounts_from': click.option(
        '--accounts-from',
        type=click.Choice(('datadog', 'organization')),
        default='datadog',
        help='Take those on record (datadog), or the active ones of the AWS organization.',
    ),
    'threads': click.option(
        '--threads', type=click.IntRange(1, MOST_THREADS), default=8, show_default=True, help='Accounts at a time.'
    ),
    'state': click.option(
        '--state',
        metavar='DIR',
        type=click.Path(file_okay=False, path_type=Path),
        help='Keep the facts of each account, for `judge`; the same command goes on with those that are missing.',
    ),
    'max_age': click.option(
        '--max-age',
        metavar='24h',
        default='24h',
        type=Duration(HOURS, 30 * 86400, 'it must be like 90m, 24h or 7d, and at most 30 days'),
        help='Look again at accounts whose facts in --state are older.',
    ),
    'account_limit': click.option(
        '--account-limit',
        metavar='5m',
        default='5m',
        type=Duration(('', 's', 'm'), 3600, 'it must be like 90s or 5m, and at most an hour'),
        help='Give up an account after this time.',
    ),
    'time_limit': click.option(
        '--time-limit',
        metavar='4h',
        default='4h',
        type=Duration(HOURS, 86400, 'it must be like 30m or 4h, and at most a day'),
        help='Begin with no account after this time.',
    ),
}
"""Options that go with --all-accounts."""
EXCLUDED = ('save_facts', 'redact', 'wait_ok', 'agent_hostname', 'agent_version', 'agent_provider')


def _given(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is not None and source.name in ('COMMANDLINE', 'ENVIRONMENT')


def _wanted(
    role_template: str | None,
    accounts: str | None,
    accounts_from: str,
    threads: int,
    state: Path | None,
    max_age: float,
    account_limit: float,
    time_limit: float,
) -> Wanted:
    try:
        template = RoleTemplate(role_template or '')
    except Malformed:
        found = f' {role_template!r}' if role_template else ''
        raise click.UsageError(f'--role-template{found}: --all-accounts needs {RoleTemplate.ALLOWED}') from None
    chosen = tuple(AccountId.of(id.strip()) for id in accounts.split(',')) if accounts else ()
    known = tuple(dict.fromkeys(id for id in chosen if id))
    if None in chosen:
        raise click.UsageError(f'--accounts {accounts!r}: allowed are ids of 12 digits, with commas between them')
    return Wanted(template, known, accounts_from == 'organization', threads, state, max_age, account_limit, time_limit)


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
    with page.changing('Asking Datadog about all accounts', display.colour and not display.quiet) as show:
        run = Run(every, options.account, options.expectations, lambda text: tell(text, display.colour))

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
        lines = _lines(result, every, display)
        page.write(page.stdout(display.colour), lines if not display.quiet else [next(lines)])
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
