"""`accounts`: every account that Datadog has on record beside every account of the AWS organization."""

from collections.abc import Callable
from pathlib import Path

import click

from ...collect.aws.caller import read_caller
from ...collect.aws.session import open_session
from ...collect.datadog_api import DatadogApi
from ...collect.datadog_side import LONGEST_ANSWER, all_errors, all_records
from ...collect.organization import MOST_CALLS, read_organization
from ...collect.run import CallBudget, Deadline, attempt
from ...facts.account import AccountsOnBothSides, Organization, RoleTemplate
from ...facts.values import Malformed
from ...rules.organization import side_by_side
from .. import page
from ..hosts.asked import DatadogOrganization, organization_options
from ..hosts.lists import CsvRows, csv_option, show
from ..options import ENDINGS, Display, display_options
from .answer import Answer
from .instances import Plan, planned
from .shown import COLUMNS, csv_rows, document, report


@click.command(
    epilog='Exit status: 0 nothing is wrong; 1 something is certainly wrong, such as a closed account on record; '
    f'3 Datadog or AWS could not be read completely. An account that is not on record is no fault. {ENDINGS}'
)
@csv_option
@click.option(
    '--write-config',
    'directory',
    metavar='DIR',
    type=click.Path(file_okay=False, path_type=Path),
    help='Write one cluster check for each account on record, and values for Helm, into this directory.',
)
@click.option(
    '--role-template',
    metavar='ARN',
    help="With --write-config, the role to assume in each account, like 'arn:aws:iam::{account}:role/aws-diagnostics'.",
)
@organization_options
@display_options
def accounts(
    as_csv: bool,
    directory: Path | None,
    role_template: str | None,
    organization: DatadogOrganization,
    display: Display,
) -> int:
    """Which accounts does Datadog have on record, and which does the AWS organization have? Nothing is changed.

    Of each account: its state in AWS, and what Datadog has on record: regions, metrics, role and the errors that it
    reports. The credentials should be those of the management account or of a delegated administrator.
    """
    if as_csv and (display.as_json or display.verbose):
        raise click.UsageError('--csv excludes --json and -v')
    plan = _plan(click.get_current_context().params.get('config'), directory, role_template)
    sides = both_sides(organization, display)
    answer = Answer(sides, side_by_side(sides, organization.account.datadog_site))
    written = plan.write(answer) if plan else None
    if as_csv:
        rows = CsvRows(COLUMNS)
        for row in csv_rows(answer):
            rows.add(row)
    if display.as_json:
        click.echo(document(answer, written))
    return show(answer.status, report(answer, written, verbose=display.verbose), display, as_csv=as_csv)


def _plan(config: Path | None, directory: Path | None, role_template: str | None) -> Plan | None:
    """Raises UsageError, and Failure where the directory or the configuration cannot be used."""
    if (directory is None) is not (role_template is None):
        raise click.UsageError('--write-config and --role-template need each other')
    if directory is None or role_template is None:
        return None
    try:
        template = RoleTemplate(role_template)
    except Malformed:
        raise click.UsageError(f'--role-template {role_template!r}: allowed is {RoleTemplate.ALLOWED}') from None
    return planned(directory, template, config)


def both_sides(asked: DatadogOrganization, display: Display) -> AccountsOnBothSides:
    """Never raises for what AWS or Datadog do."""
    deadline = Deadline(asked.account.deadline)
    with page.changing('Asking Datadog for its accounts', display.shows_progress) as say:
        records = attempt('the records of Datadog', lambda: all_records(_api(asked, deadline), deadline))
        errors = attempt('the errors', lambda: all_errors(_api(asked, deadline), deadline))
        say('Asking AWS for the accounts of the organization')
        organization = attempt(
            'the organization',
            lambda: _organization(asked, deadline, lambda count: say(f'{count:,} accounts of the organization read')),
        )
    return AccountsOnBothSides(organization, records, errors)


def _api(asked: DatadogOrganization, deadline: Deadline) -> DatadogApi:
    """Raises DeadlineExceeded."""
    return asked.api(deadline, LONGEST_ANSWER)


def _organization(asked: DatadogOrganization, deadline: Deadline, each: Callable[[int], None]) -> Organization:
    """Raises CallFailed, where not even the caller is known."""
    with open_session(asked.account, CallBudget(MOST_CALLS, deadline)) as session:
        return read_organization(session, read_caller(session), each)
