"""Which organization of Datadog is asked, and with which keys: what the commands about hosts share.

The keys come from the configuration, the environment, the Agent's datadog.yaml, or, at a terminal, a prompt that does
not show them. No option takes one: the arguments of a program are visible to every user of the machine.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TypeVar

import click

from ...collect.account_options import AccountOptions, with_agent_defaults
from ...collect.agent.settings import as_text
from ...collect.bounded_http import Connection
from ...collect.datadog_api import TIMEOUT, DatadogApi
from ...collect.datadog_side import DatadogSide
from ...collect.integration import read_all, recorded_in
from ...collect.run import Deadline
from ...configuration import Options
from ...configuration.account import KEY, SITES
from ...configuration.errors import shown
from ...facts.account import Recorded
from .. import ExitStatus, Failure
from ..options import FILE, config_option, described_agent
from ..permissions import account_instance

Command = TypeVar('Command', bound=Callable[..., object])
KEYS = {'api_key': 'DD_API_KEY', 'app_key': 'DD_APP_KEY'}
ALL_SITES = ' or '.join(sorted(SITES))
NAMES = {'api_key': 'API key', 'app_key': 'application key'}


@dataclass(frozen=True, slots=True)
class DatadogOrganization:
    """Of Datadog, as its keys determine it."""

    account: AccountOptions
    options: Options

    def api(self, deadline: Deadline, timeout: float = TIMEOUT, connection: Connection | None = None) -> DatadogApi:
        """With the time that is left, for each request. Raises DeadlineExceeded."""
        return DatadogSide(self.account).api(deadline, with_keys=True, seconds=timeout, connection=connection)

    def recorded(self, deadline: Deadline) -> tuple[Recorded, ...]:
        """What Datadog has on record for every account. Raises RequestFailed, DeadlineExceeded."""
        return recorded_in(read_all(self.api(deadline)))


def organization_options(command: Callable[..., int]) -> Callable[..., int]:
    """`--config` and `--agent-config`; the command gets an `DatadogOrganization` as `organization`."""

    @wraps(command)
    def with_organization(config: Path | None, agent_config: Path | None, **others: object) -> int:
        return command(organization=organization_of(config, agent_config), **others)

    agent_option = click.option(
        '--agent-config',
        metavar='datadog.yaml',
        type=FILE,
        help='Take the keys, the site and the proxy from the configuration of the Agent.',
    )
    return config_option(agent_option(with_organization))


def organization_of(config: Path | None, agent_config: Path | None) -> DatadogOrganization:
    """Raises Failure (CONFIGURATION) for a configuration that cannot be used, and where a key is missing."""
    options, agent = account_instance(config), described_agent(config=agent_config)
    assert options.account is not None
    account = with_agent_defaults(options.account, agent)
    if not options.account.api_key:
        account = replace(account, datadog_site=_site(as_text(agent.setting('site'), ''), account.datadog_site))
    if not account.datadog_api_url:  # the Agent's keys are sent to Datadog only
        account = replace(account, app_key=account.app_key or as_text(agent.setting('app_key'), ''))
    account = _with_keys(account)
    return DatadogOrganization(account, replace(options, account=account))


def _site(of_agent: str, otherwise: str) -> str:
    """Raises Failure: a site that is not known could belong to anybody."""
    if of_agent and of_agent not in SITES:
        raise Failure(f'site: {shown(of_agent)} is not allowed, it must be {ALL_SITES}', ExitStatus.CONFIGURATION)
    return of_agent or otherwise


def _with_keys(account: AccountOptions) -> AccountOptions:
    missing = [setting for setting in KEYS if not KEY.fullmatch(getattr(account, setting))]
    if missing and not sys.stdin.isatty():
        names, variables = (' and '.join(named[each] for each in missing) for named in (NAMES, KEYS))
        raise Failure(
            f'Missing: {names}. Both Datadog keys are needed: set {variables} in the environment, or name '
            'the file that has it with --config or --agent-config',
            ExitStatus.CONFIGURATION,
        )
    given = {setting: _prompted(NAMES[setting]) for setting in missing}
    api_key, app_key = given.get('api_key', account.api_key), given.get('app_key', account.app_key)
    return replace(account, api_key=api_key, app_key=app_key)


def _prompted(name: str) -> str:
    key: str = click.prompt(f'{name} of Datadog', hide_input=True, err=True)
    if not KEY.fullmatch(key):
        raise Failure(f'{name}: must be a key: printable ASCII without spaces', ExitStatus.CONFIGURATION)
    return key
