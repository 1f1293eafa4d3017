"""Runs the check in the world of a scenario, as a user without privileges."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from datadog_checks.aws_diagnostics.cli import saved_facts
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.findings import Status
from tests.simulator.loopback import EXPVAR_PORT, expvar_server, loopback_imds
from tools.demo.scenarios import Scenario, StandIn

REPOSITORY = Path(__file__).parents[2]
CHECK = (sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'check')


class CheckFailed(Exception):
    """The check did not finish. `str()` is what it printed."""


@dataclass(frozen=True)
class Outcome:
    output: str
    exit_status: int
    failed: frozenset[str]
    seconds: float
    imds_requests: int = 0

    @property
    def status(self) -> str:
        return Status(self.exit_status).word


def run_in_world(scenario: Scenario, display: Mapping[str, str]) -> Outcome:
    """`display`: environment variables for the output of the check. Raises CheckFailed."""
    with scenario.world() as world:
        outcome = world.run(run_check, scenario.agent, display)
        return replace(outcome, imds_requests=len(world.requests))


def run_on_loopback(scenario: Scenario, display: Mapping[str, str]) -> Outcome:
    """Raises CheckFailed."""
    with loopback_imds(scenario.behaviour) as imds:
        outcome = run_check(scenario.agent, display, {'imds_endpoint': imds.endpoint, 'ec2': 'always'})
        return replace(outcome, imds_requests=len(imds.requests))


def arguments_of_check(agent: StandIn) -> list[str]:
    return ['--agent-hostname', agent.hostname, '--agent-version', agent.version]


def run_check(agent: StandIn, display: Mapping[str, str], instance: Mapping[str, object] | None = None) -> Outcome:
    """The check as a person would run it, while something publishes at 127.0.0.1:5000 what the Agent says of itself.

    With the options of an instance of conf.yaml, at any free port. Of our own environment, only PATH reaches the check.
    Raises CheckFailed.
    """
    port = EXPVAR_PORT if instance is None else 0
    with expvar_server(port, agent.provider, dict(agent.errors)) as server, TemporaryDirectory() as directory:
        Thread(target=server.serve_forever, daemon=True).start()
        facts, configuration = Path(directory, 'facts.json'), Path(directory, 'conf.yaml')
        command = [*CHECK, '--save-facts', str(facts), *arguments_of_check(agent)]
        if instance is not None:
            options = {**instance, 'agent_expvar_port': server.server_port}
            configuration.write_text(json.dumps({'instances': [options]}), encoding='utf-8')
            command += ['--config', str(configuration)]
        environ = {'PATH': os.environ.get('PATH', ''), 'PYTHONDONTWRITEBYTECODE': '1', **display, **agent.environ}
        started = time.monotonic()
        ended = subprocess.run(command, cwd=REPOSITORY, env=environ, capture_output=True, text=True)
        seconds = time.monotonic() - started
        server.shutdown()
        output = ended.stdout + ended.stderr
        if ended.returncode not in set(Status) or not facts.exists():
            raise CheckFailed(output)
        return Outcome(output, ended.returncode, failed_diagnoses(facts.read_text(encoding='utf-8')), seconds)


def failed_diagnoses(facts: str) -> frozenset[str]:
    """The same judgement, repeated here from the facts that the check saved."""
    return frozenset(
        finding.diagnosis.id
        for observed in saved_facts.loads(facts).instances
        for finding in diagnose(DIAGNOSES, observed.facts, observed.expectations)
        if finding.failed
    )
