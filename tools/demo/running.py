"""Runs the check in the world of a scenario, as a user without privileges."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datadog_checks.aws_diagnostics.cli import saved_facts
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.findings import Status
from tests.simulator import World
from tests.simulator.loopback import loopback_imds
from tools.demo.scenarios import OS_HOSTNAME, Scenario

REPOSITORY = Path(__file__).parents[2]
Command = Callable[..., 'subprocess.CompletedProcess[str]']


class CheckFailed(Exception):
    """The check did not finish. `str()` is what it printed."""


@dataclass(frozen=True)
class Outcome:
    output: str
    exit_status: int
    failed: frozenset[str]
    imds_requests: int
    seconds: float

    @property
    def status(self) -> str:
        return Status(self.exit_status).word


def run_in_world(scenario: Scenario, display: Mapping[str, str]) -> Outcome:
    """`display`: environment variables for the output of the check. Raises CheckFailed."""
    world = World(
        scenario.topology,
        fault=scenario.fault,
        files=scenario.files,
        os_hostname=OS_HOSTNAME,
        **vars(scenario.behaviour),
    )
    with world:
        return _outcome(scenario, display, None, world.command, lambda: len(world.requests))


def run_on_loopback(scenario: Scenario, display: Mapping[str, str]) -> Outcome:
    """Raises CheckFailed."""
    with loopback_imds(scenario.behaviour) as imds:
        instance = {'imds_endpoint': imds.endpoint, 'ec2': 'always'}
        return _outcome(scenario, display, instance, subprocess.run, lambda: len(imds.requests))


def arguments_of_check(scenario: Scenario) -> list[str]:
    return ['--agent-hostname', scenario.agent.hostname, '--agent-version', scenario.agent.version]


def _outcome(
    scenario: Scenario,
    display: Mapping[str, str],
    instance: Mapping[str, object] | None,
    command: Command,
    count_requests: Callable[[], int],
) -> Outcome:
    agent = scenario.agent
    order = {
        'provider': agent.provider,
        'errors': dict(agent.errors),
        'arguments': arguments_of_check(scenario),
        'instance': instance,
    }
    started = time.monotonic()
    answer = _run(command, order, {**display, **agent.environ})
    seconds = time.monotonic() - started
    failed = failed_diagnoses(answer['facts']) if answer['facts'] else None
    if failed is None or answer['exit_status'] not in set(Status):
        raise CheckFailed(answer['output'])
    return Outcome(answer['output'], answer['exit_status'], failed, count_requests(), seconds)


def _run(command: Command, order: Mapping[str, object], environ: Mapping[str, str]) -> dict[str, Any]:
    """What tools.demo.agent prints. Of our own environment, only PATH reaches it."""
    try:
        ended = command(
            [sys.executable, '-m', 'tools.demo.agent', json.dumps(order)],
            cwd=REPOSITORY,
            env={'PATH': os.environ.get('PATH', ''), 'PYTHONDONTWRITEBYTECODE': '1', **environ},
            capture_output=True,
            text=True,
        )
    except OSError as e:
        raise CheckFailed(str(e)) from e
    if ended.returncode != 0:
        raise CheckFailed(ended.stderr)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def failed_diagnoses(facts: str) -> frozenset[str]:
    """The same judgement, repeated here from the facts that the check saved."""
    return frozenset(
        finding.diagnosis.id
        for observed in saved_facts.loads(facts).instances
        for finding in diagnose(DIAGNOSES, observed.facts, observed.expectations)
        if finding.failed
    )
