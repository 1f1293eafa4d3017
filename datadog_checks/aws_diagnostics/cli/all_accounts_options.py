"""What `check --all-accounts` is asked for. Without that option nothing of AWS and Datadog is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

import click

from ..facts.account import RoleTemplate
from ..facts.values import AccountId, Malformed
from .parameter_types import Duration

MOST_THREADS = 32
HOURS = ('', 's', 'm', 'h', 'd')


@dataclass(frozen=True, slots=True)
class Wanted:
    template: RoleTemplate
    chosen: tuple[AccountId, ...]
    of_organization: bool
    threads: int
    state: Path | None
    longest: float
    """Seconds: how old facts of `state` may be."""
    for_one: float
    """Seconds, for one account."""
    seconds: float
    """For the whole run."""


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
        '--role-template',
        metavar='ARN',
        help='With --all-accounts: the role, as arn:aws:iam::{account}:role/aws-diagnostics.',
    ),
    'accounts': click.option('--accounts', metavar='ID,...', help='With --all-accounts: only these accounts.'),
    'accounts_from': click.option(
        '--accounts-from',
        type=click.Choice(('datadog', 'organization')),
        default='datadog',
        help='With --all-accounts: take those on record (datadog), or the active ones of the AWS organization.',
    ),
    'threads': click.option(
        '--threads',
        type=click.IntRange(1, MOST_THREADS),
        default=8,
        show_default=True,
        help='With --all-accounts: accounts at a time.',
    ),
    'state': click.option(
        '--state',
        metavar='DIR',
        type=click.Path(file_okay=False, path_type=Path),
        help='With --all-accounts: keep the facts of each account, for `judge`; the same command goes on with those '
        'that are missing.',
    ),
    'max_age': click.option(
        '--max-age',
        metavar='24h',
        default='24h',
        type=Duration(HOURS, 30 * 86400, 'it must be like 90m, 24h or 7d, and at most 30 days'),
        help='With --all-accounts: look again at accounts whose facts in --state are older.',
    ),
    'account_limit': click.option(
        '--account-limit',
        metavar='5m',
        default='5m',
        type=Duration(('', 's', 'm'), 840, 'it must be like 90s or 5m, and at most 14m'),
        help='With --all-accounts: give up an account after this time.',
    ),
    'time_limit': click.option(
        '--time-limit',
        metavar='4h',
        default='4h',
        type=Duration(HOURS, 86400, 'it must be like 30m or 4h, and at most a day'),
        help='With --all-accounts: start no new account after this time.',
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
