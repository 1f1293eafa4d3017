"""`permissions`: what the integration role lacks, and policies that would close the difference. It applies nothing."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from ..configuration import Options, read_configuration
from ..facts import MissingFact
from ..facts.account import Feature
from . import ExitStatus, Failure
from .configuration_file import OF_ENVIRONMENT
from .judged import Judged, judged
from .options import MEANINGS, Display, config_option, described_agent, display_options
from .page import Line
from .permission_difference import Difference, Written, difference, listed, table, told_policies, write_policies
from .pipeline import instances_of, observe, show
from .report import explained, verdict

LOOKED_AT = frozenset({Feature.ROLE, Feature.PERMISSIONS})
DIAGNOSIS = 'integration-permissions-missing'


@click.command(epilog=f'Exit status: {MEANINGS}')
@click.option('--diff', is_flag=True, help='Print what is missing, by service and by what it costs in Datadog.')
@click.option(
    '--policy-json',
    metavar='DIR',
    type=click.Path(file_okay=False, path_type=Path),
    help='Write policies that grant what is missing, and print the commands that apply them.',
)
@config_option
@display_options
def permissions(diff: bool, policy_json: Path | None, config: Path | None, display: Display) -> int:
    """Compare what Datadog requires with what the policies of its integration role grant. Nothing is applied.

    The configuration holds one account instance. The status is that of `check` for the same role.
    """
    if diff is (policy_json is not None):
        raise click.UsageError('exactly one of --diff and --policy-json DIR is needed')
    options = narrowed(account_instance(config), LOOKED_AT)
    (observation,) = observe((options,), described_agent(), display)
    report = judged(observation, (DIAGNOSIS,))
    found = _difference(report)
    written = write_policies(policy_json, found) if found and policy_json else ()
    lines = _told(report, found, written, diff=diff)
    needed, paths = listed(found) if found else None, [str(path) for path, _ in written]
    return show('permissions', [report], display, lines, permissions=needed, policies=[*paths])


def _difference(report: Judged) -> Difference | None:
    try:
        return difference(report.observation)
    except MissingFact:
        return None


def _told(report: Judged, found: Difference | None, written: Written, *, diff: bool) -> Iterator[Line]:
    yield verdict(report.status, report.subject, report.sentence)
    if found is None:
        yield from explained(report)
    elif diff:
        yield from table(found)
    else:
        yield from told_policies(found, report.observation, written)


def account_instance(config: Path | None) -> Options:
    """The one account instance of the configuration. Raises Failure (CONFIGURATION)."""
    if config is None:
        told = {setting: os.environ[name] for setting, name in OF_ENVIRONMENT.items() if os.environ.get(name)}
        return read_configuration({'account': told})
    accounts = [options for options in instances_of(config) if options.account is not None]
    if len(accounts) != 1:
        counted = f'holds {len(accounts)} instances with account, allowed is 1'
        raise Failure(f'--config {config}: {counted}', ExitStatus.CONFIGURATION)
    return accounts[0]


def narrowed(options: Options, features: frozenset[Feature]) -> Options:
    """The same instance with these features, whichever it has on: in what is collected and in what is judged."""
    assert options.account is not None
    expected = replace(options.expectations.of_account, features=features)
    return replace(
        options,
        account=replace(options.account, features=features),
        expectations=replace(options.expectations, account=expected),
    )
