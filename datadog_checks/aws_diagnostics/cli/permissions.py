"""`permissions`: what the integration role lacks, and policies that would close the difference. It applies nothing."""

import os
from dataclasses import replace
from pathlib import Path

import click

from ..configuration import Options, read_configuration
from ..facts import MissingFact
from ..facts.account import Feature
from ..findings import Status
from . import page, policies
from .agent_options import described_agent
from .configuration_file import OF_ENVIRONMENT, read_instances
from .exit_status import ExitStatus
from .failure import Failure
from .permission_difference import difference, not_known, table
from .pipeline import observe
from .saved_facts import Observation

LOOKED_AT = frozenset({Feature.ROLE, Feature.PERMISSIONS})
STATUSES = '0 nothing missing, 1 missing, 3 not known. Above 3 as for the other commands.'


@click.command(epilog=f'Exit status: {STATUSES}')
@click.option('--diff', is_flag=True, help='Print what is missing, by service and by what it costs in Datadog.')
@click.option(
    '--policy-json',
    metavar='DIR',
    type=click.Path(file_okay=False, path_type=Path),
    help='Write policies that grant what is missing, and print the commands that apply them.',
)
@click.option(
    '--config',
    metavar='conf.yaml',
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='With exactly one account instance. Without it: one with the defaults.',
)
@click.option('--no-color', 'colour', is_flag=True, flag_value=False, default=True, help='No escape sequences.')
def permissions(diff: bool, policy_json: Path | None, config: Path | None, colour: bool) -> int:
    """Compare what Datadog requires with what the policies of its integration role grant. Nothing is applied."""
    if diff is (policy_json is not None):
        raise click.UsageError('exactly one of --diff and --policy-json DIR is needed')
    observation = _observed(account_instance(config))
    console = page.stdout(colour)
    try:
        found = difference(observation)
    except MissingFact as e:
        page.write(console, [not_known(str(e))])
        return Status.UNKNOWN
    page.write(console, table(found) if policy_json is None else policies.write(policy_json, found, observation))
    return found.status


def account_instance(config: Path | None) -> Options:
    """The one account instance of the configuration. Raises Failure (CONFIGURATION)."""
    if config is None:
        told = {setting: os.environ[name] for setting, name in OF_ENVIRONMENT.items() if os.environ.get(name)}
        return read_configuration({'account': told})
    accounts = [options for options in read_instances(config) if options.account is not None]
    if len(accounts) != 1:
        counted = f'holds {len(accounts)} instances with account, allowed is 1'
        raise Failure(f'--config {config}: {counted}', ExitStatus.CONFIGURATION)
    return accounts[0]


def _observed(options: Options) -> Observation:
    """Without the fleet, whatever the instance looks at otherwise."""
    assert options.account is not None
    expected = options.expectations
    narrowed = replace(
        options,
        account=replace(options.account, features=LOOKED_AT),
        expectations=replace(
            expected, account=replace(expected.account, features=LOOKED_AT) if expected.account else None
        ),
    )
    (observation,) = observe((narrowed,), described_agent(None, None, None, None))
    return observation
