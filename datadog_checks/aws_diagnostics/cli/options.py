"""Options that several commands share, and what a person can tell about the Agent where it cannot be asked."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from itertools import islice
from pathlib import Path
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from .. import diagnoses
from ..collect.agent import DescribedAgent
from ..collect.agent.settings import parse_version
from ..collect.users import is_of_this_user
from ..configuration import PROVIDERS
from ..findings import WORST_FIRST, Status
from . import ExitStatus
from .configuration_file import read_mapping

Command = TypeVar('Command', bound=Callable[..., object])
Shown = TypeVar('Shown')
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ENDINGS = (
    f'{ExitStatus.USAGE:d} wrong usage, {ExitStatus.DAMAGED_FACTS:d} damaged facts or backup file, '
    f'{ExitStatus.NOT_INSTALLED:d} a package is missing, {ExitStatus.DEFECT:d} defect of this program, '
    f'{ExitStatus.CANNOT_WRITE:d} a file cannot be written, {ExitStatus.OUTPUT_FAILED:d} standard output cannot be '
    f'written, {ExitStatus.CONFIGURATION:d} wrong configuration, {ExitStatus.INTERRUPTED:d} interrupted, '
    f'{ExitStatus.OUTPUT_CLOSED:d} output closed.'
)
MEANINGS = (
    f'{Status.OK:d} ok: judged and fine, or known not to be EC2. {Status.WARNING:d} warning, {Status.CRITICAL:d} '
    f'critical, {Status.UNKNOWN:d} unknown: not everything could be judged. The worst of all counts. {ENDINGS}'
)

config_option = click.option(
    '--config', metavar='conf.yaml', type=FILE, help='Without it: one instance with the defaults.'
)
json_option = click.option('--json', 'as_json', is_flag=True, help='Print JSON (docs/schemas) for a program.')
colour_option = click.option(
    '--no-color', 'colour', is_flag=True, flag_value=False, default=True, help='No escape sequences, as with NO_COLOR.'
)
redact_option = click.option(
    '--redact',
    is_flag=True,
    help='Replace names, ids and addresses by pseudonyms, in facts and in the report: for a support ticket.',
)


def diagnosis_ids() -> tuple[str, ...]:
    """Of both scopes, loaded for whoever names one."""
    return tuple(diagnosis.id for diagnosis in diagnoses.DIAGNOSES)


class DiagnosisId(click.ParamType[str]):
    name = 'ID'

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in diagnosis_ids():
            self.fail(f"there is no diagnosis {value!r}: 'aws-diagnostics list' shows all", param, ctx)
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(id) for id in diagnosis_ids() if id.startswith(incomplete)]


@dataclass(frozen=True, slots=True)
class Display:
    """How a verdict is shown, and from which status on the run fails."""

    as_json: bool = False
    verbose: bool = False
    quiet: bool = False
    fail_on: Status = Status.UNKNOWN
    colour: bool = True

    @property
    def shows_progress(self) -> bool:
        """On a terminal; none where colours are off."""
        return self.colour and not self.quiet

    def shown(self, lines: Iterable[Shown]) -> Iterable[Shown]:
        """All of them, or the first one alone."""
        return islice(lines, 1) if self.quiet else lines

    def exit_status(self, status: Status) -> int:
        """0 for everything that is milder than `--fail-on`."""
        return status if WORST_FIRST.index(status) <= WORST_FIRST.index(self.fail_on) else Status.OK


def display_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of a `Display`, which the command gets as `display`."""

    @wraps(command)
    def with_display(as_json: bool, verbose: bool, quiet: bool, fail_on: str, colour: bool, **others: object) -> int:
        if as_json + verbose + quiet > 1:
            raise click.UsageError('--json, -v and -q exclude each other')
        display = Display(as_json, verbose, quiet, Status[fail_on.upper()], colour)
        return command(display=display, **others)

    return _with(
        with_display,
        json_option,
        click.option('-v', '--verbose', is_flag=True, help='Show every verdict, and how to undo each choice.'),
        click.option('-q', '--quiet', is_flag=True, help='Show the first line only.'),
        click.option(
            '--fail-on',
            type=click.Choice(('critical', 'warning', 'unknown')),
            default='unknown',
            show_default=True,
            help='Exit with 0 for everything that is milder.',
        ),
        colour_option,
    )


def only_option(command: Command) -> Command:
    return click.option(
        '--only', metavar='ID', multiple=True, type=DiagnosisId(), help='Judge this diagnosis only. Repeatable.'
    )(command)


def agent_options(command: Command) -> Command:
    """The options that describe an Agent."""
    return _with(
        command,
        click.option('--agent-hostname', metavar='NAME', help='Name under which the Agent reports this host.'),
        click.option('--agent-version', metavar='X.Y.Z', callback=_version, help='Version of the Agent.'),
        click.option(
            '--agent-provider', type=click.Choice(PROVIDERS), help='Hostname provider that `agent status` shows.'
        ),
        click.option(
            '--agent-config',
            metavar='datadog.yaml',
            type=FILE,
            help="The Agent's configuration. Without it, the defaults of the Agent's version are assumed.",
        ),
    )


def described_agent(
    hostname: str | None = None, version: str | None = None, provider: str | None = None, config: Path | None = None
) -> DescribedAgent:
    """Raises Failure (CONFIGURATION) for a datadog.yaml that cannot be used."""
    configuration = {} if config is None else read_mapping(config, '--agent-config')
    return DescribedAgent(
        hostname,
        version or '',
        configuration,
        os.environ,
        provider=provider,
        configuration_file=config,
        of_this_user=is_of_this_user(),
        of_this_environment=False,
    )


def _version(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and parse_version(value) is None:
        raise click.BadParameter(f'{value!r} is not allowed, it must be like 7.60.0')
    return value


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    """`--help` shows the options in this order."""
    for option in reversed(options):
        command = option(command)
    return command
