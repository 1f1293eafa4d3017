"""Configuration -> facts -> findings -> a person or a program: what `check` and `judge` share."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from ..collect import HostCollector
from ..collect.account_defaults import with_agent_defaults
from ..collect.agent import DescribedAgent
from ..configuration import Options
from ..diagnoses import DIAGNOSES, diagnose
from ..facts import Facts
from ..findings import Finding, Status, worst
from . import page
from .agent_options import options_that_would_tell
from .document import document
from .exit_status import ExitStatus
from .failure import Failure
from .report import report
from .saved_facts import Observation

Judged = tuple[Observation, tuple[Finding, ...]]


def observe(instances: Sequence[Options], agent: DescribedAgent) -> tuple[Observation, ...]:
    """Each within its own deadline, one after the other."""
    observations = []
    for number, options in enumerate(instances, 1):
        message = _message(options)
        with page.waiting(message if len(instances) == 1 else f'{message} ({number} of {len(instances)})'):
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
    # What the account scope needs is loaded for an account alone.
    from ..collect.account import AccountCollector

    return AccountCollector(with_agent_defaults(options.account, agent)).collect()


def expecting(
    observations: Sequence[Observation], instances: Sequence[Options], config: Path
) -> tuple[Observation, ...]:
    """The same facts under the expectations of another configuration. Raises Failure (CONFIGURATION)."""
    if len(instances) == 1:
        instances = [instances[0]] * len(observations)
    if len(instances) != len(observations):
        counts = f'instances: there are {len(instances)}, allowed is 1 or as many as were saved, {len(observations)}'
        raise Failure(f'--config {config}: {counts}', ExitStatus.CONFIGURATION)
    pairs = tuple(zip(observations, instances, strict=True))
    for number, (saved, options) in enumerate(pairs, 1):
        if (saved.facts.account is None) is not (options.account is None):
            scope = 'the host' if saved.facts.account is None else 'an account'
            raise Failure(
                f'--config {config}: what was saved as number {number} is of {scope}', ExitStatus.CONFIGURATION
            )
    return tuple(Observation(saved.facts, options.expectations) for saved, options in pairs)


def show(observations: Sequence[Observation], as_json: bool, colour: bool, can_be_told: bool = False) -> Status:
    judged = [(o, diagnose(DIAGNOSES, o.facts, o.expectations)) for o in observations]
    if as_json:
        click.echo(json.dumps([document(o.facts, findings) for o, findings in judged], indent=2))
    else:
        show_reports(judged, page.stdout(colour), can_be_told)
    return worst(finding.status for _, findings in judged for finding in findings)


def show_reports(judged: Sequence[Judged], console: Console, can_be_told: bool) -> None:
    for number, (observation, findings) in enumerate(judged, 1):
        if len(judged) > 1:
            before = [page.BLANK] if number > 1 else []
            page.write(console, [*before, page.Line(f'instance {number} of {len(judged)}')])
        page.write(console, report(observation.facts, findings))
        options = options_that_would_tell(observation.facts, findings) if can_be_told else ()
        if options:
            text = f'Not everything about the Agent is known: {", ".join(options)} would tell more.'
            page.write(console, [page.BLANK, page.Line(text)])
