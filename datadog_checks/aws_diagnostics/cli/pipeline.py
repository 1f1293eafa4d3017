"""Configuration -> facts -> findings -> a person or a program: what the commands share."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..collect import HostCollector
from ..collect.account_options import with_agent_defaults
from ..collect.agent import DescribedAgent
from ..configuration import Options
from ..facts import Facts
from ..facts.values import FilePath
from ..findings import Status
from . import ExitStatus, Failure, page
from .codec import Json
from .configuration_file import read_instances
from .document import of_reports, printed
from .judged import Judged, Observation, overall, plural
from .options import Display
from .page import BLANK, Line
from .report import report, verdict
from .saved_facts import SavedFacts

if TYPE_CHECKING:
    from .redaction import Redaction

LONGEST_WAIT = 60.0
"""Seconds between two looks of `--wait-ok`."""
LIBRARIES_OF_ACCOUNTS = ('botocore', 'requests')
LATE = 0.5
"""Seconds that a sleep may take longer than asked: the machine was busy, not stopped."""


def instances_of(config: Path | None) -> tuple[Options, ...]:
    """Of a configuration, whose file the commands in remedies name again. Raises Failure (CONFIGURATION)."""
    given = None if config is None else FilePath.of(str(config.absolute()))
    return tuple(
        replace(options, expectations=replace(options.expectations, config_file=given))
        for options in read_instances(config)
    )


def observe(instances: Sequence[Options], agent: DescribedAgent, display: Display) -> tuple[Observation, ...]:
    """Each within its own deadline, one after the other."""
    observations = []
    for number, options in enumerate(instances, 1):
        message = _message(options)
        numbered = message if len(instances) == 1 else f'{message} ({number} of {len(instances)})'
        with page.waiting(numbered, display.shows_progress):
            facts = _collect(options, agent)
        observations.append(Observation(facts, options.expectations))
    return tuple(observations)


def _message(options: Options) -> str:
    if options.account is None:
        return f'Asking IMDS and the Agent, at most {options.collect.deadline:g} s'
    return f'Asking AWS and Datadog, at most {options.account.deadline:g} s'


def _collect(options: Options, agent: DescribedAgent) -> Facts:
    if options.account is None:
        return HostCollector(options.collect, agent).collect()
    need_libraries_of_accounts()
    # What the account scope needs is loaded for an account only.
    from ..collect.account import AccountCollector

    return AccountCollector(with_agent_defaults(options.account, agent)).collect()


def need_libraries_of_accounts() -> None:
    """Raises ModuleNotFoundError before anything is asked: a collector would say that AWS could not be observed."""
    for name in LIBRARIES_OF_ACCOUNTS:
        if find_spec(name) is None:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)


def redaction_of(redact: bool) -> 'Redaction | None':
    """It knows all words that are public, and is loaded for whoever asks for it."""
    if not redact:
        return None
    from .redaction import Redaction

    return Redaction()


def until_ok(
    look: Callable[[], Sequence[Judged]],
    patience: float,
    say: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Sequence[Judged]:
    """Look again until everything is OK or `patience` seconds are over; the last look counts.

    The waits grow from 5 to 60 seconds. The last look starts at the end of the patience, and none starts later.
    """
    end, wait = clock() + patience, 5.0
    while True:
        reports = look()
        left = end - clock()
        if overall(reports) is Status.OK or left <= 0:
            return reports
        wait_now = min(wait, left)
        worst = next(report for report in reports if report.status is overall(reports))
        say(f'waiting for {worst.subject}: {worst.sentence}; next look in {wait_now:.0f} s, {left:.0f} s left')
        sleep(wait_now)
        if clock() > end + LATE:
            return reports
        wait = min(2 * wait, LONGEST_WAIT)


def expecting(saved: SavedFacts, instances: Sequence[Options], config: Path) -> tuple[Observation, ...]:
    """The same facts under the expectations of another configuration. Raises Failure (CONFIGURATION)."""
    count = len(saved.instances)
    if len(instances) not in (1, count):
        counts = f'instances: there are {len(instances)}, allowed is 1 or as many as were saved, {count}'
        raise Failure(f'--config {config}: {counts}', ExitStatus.CONFIGURATION)
    pairs = zip(saved.instances, instances if len(instances) == count else [*instances] * count, strict=True)
    return tuple(_under(observation, options, config, number) for number, (observation, options) in enumerate(pairs, 1))


def _under(saved: Observation, options: Options, config: Path, number: int) -> Observation:
    if (saved.facts.account is None) is not (options.account is None):
        scope = 'the host' if saved.facts.account is None else 'an account'
        raise Failure(f'--config {config}: what was saved as number {number} is of {scope}', ExitStatus.CONFIGURATION)
    return replace(saved, expectations=options.expectations)


def show(
    command: str,
    reports: Sequence[Judged],
    display: Display,
    lines: Iterable[Line],
    skipped: int | None = None,
    unread: int = 0,
    **more: Json,
) -> int:
    """JSON, `lines`, or the first of them; the exit status. `skipped` counts files; None for a command without any.
    `unread` counts what else was asked for and is not known."""
    status = overall(reports, (skipped or 0) + unread)
    if skipped is not None:
        more['skipped'] = skipped
    if display.as_json:
        click.echo(printed(command, time.time(), {**of_reports(reports), 'status': status.word, **more}))
    else:
        page.write(page.stdout(display.colour), display.shown(lines))
    return display.exit_status(status)


def first_line(reports: Sequence[Judged]) -> Line:
    """Of several instances: the worst status and the verdict of one that has it."""
    status = overall(reports)
    worst = next(report for report in reports if report.status is status)
    if len(reports) == 1:
        return verdict(status, worst.subject, worst.sentence)
    count = sum(report.status is status for report in reports)
    return verdict(status, f'{count} of {plural(len(reports), "instance")}', f'{worst.subject}: {worst.sentence}')


def report_lines(reports: Sequence[Judged], display: Display) -> Iterable[Line]:
    """Each instance in full; of several, the verdict over all of them first."""
    if len(reports) > 1:
        yield first_line(reports)
    for each in reports:
        yield from ([BLANK] if len(reports) > 1 else [])
        yield from report(each, verbose=display.verbose)


def tell(message: str, colour: bool) -> None:
    """On stderr, beside what the command prints."""
    if sys.stderr is not None:
        page.write(page.stderr(colour), [Line(message, wrap=page.Wrap.ON_A_TERMINAL)])
