"""`python -m tools.demo [--loopback] [SCENARIO]` runs the check in simulated worlds, as a user without privileges."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import click

from datadog_checks.aws_diagnostics.cli import saved_facts
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.findings import Status
from tests.simulator import namespaces_available
from tests.simulator.loopback import EXPVAR_PORT, expvar_server, loopback_imds
from tools.demo.scenarios import SCENARIOS, Scenario, StandIn

REPOSITORY = Path(__file__).parents[2]
CHECK = (sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'check')
IN_WORLDS = (
    'The check, the kernel, its routes and the TTL of every packet are real, in network namespaces that end with the '
    'demo.\nSimulated: the server at 169.254.169.254, the files that identify EC2, and the hostname that the Agent '
    'reports.\n'
)
ON_LOOPBACK = (
    'The check runs against 127.0.0.1 instead. Scenarios that need a gateway, a firewall or files of another machine '
    'are left out.\n'
)


@dataclass(frozen=True)
class Outcome:
    output: str
    exit_status: int
    failed: frozenset[str] | None
    """None where the check did not finish."""
    seconds: float
    imds_requests: int = 0


def run_in_world(scenario: Scenario, display: Mapping[str, str]) -> Outcome:
    """`display`: environment variables for the output of the check."""
    with scenario.world() as world:
        outcome = world.run(run_check, scenario.agent, display)
        return replace(outcome, imds_requests=len(world.requests))


def run_on_loopback(scenario: Scenario, display: Mapping[str, str]) -> Outcome:
    with loopback_imds(scenario.behaviour) as imds:
        outcome = run_check(scenario.agent, display, {'imds_endpoint': imds.endpoint, 'ec2': 'always'})
        return replace(outcome, imds_requests=len(imds.requests))


def arguments_of_check(agent: StandIn) -> list[str]:
    return ['--agent-hostname', agent.hostname, '--agent-version', agent.version]


def run_check(agent: StandIn, display: Mapping[str, str], instance: Mapping[str, object] | None = None) -> Outcome:
    """The check as a person would run it, while something publishes at 127.0.0.1:5000 what the Agent says of itself.

    With the options of an instance of conf.yaml, at any free port. Of our own environment, only PATH reaches the check.
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
        finished = ended.returncode in set(Status) and facts.exists()
        failed = failed_diagnoses(facts.read_text(encoding='utf-8')) if finished else None
        return Outcome(ended.stdout + ended.stderr, ended.returncode, failed, seconds)


def failed_diagnoses(facts: str) -> frozenset[str]:
    """The same judgement, repeated here from the facts that the check saved."""
    return frozenset(
        finding.diagnosis.id
        for observed in saved_facts.loads(facts).instances
        for finding in diagnose(DIAGNOSES, observed.facts, observed.expectations)
        if finding.failed
    )


@click.command(help=__doc__)
@click.argument('name', metavar='[SCENARIO]', type=click.Choice([s.name for s in SCENARIOS]), required=False)
@click.option('--loopback', is_flag=True, help='do what is done where network namespaces are not allowed')
def main(name: str | None, loopback: bool) -> None:
    """Exits with 1 if a scenario did not give the expected result, with 2 if it cannot run here."""
    if not namespaces_available():
        print(namespaces_available().reason)
        loopback = True
    print(ON_LOOPBACK if loopback else IN_WORLDS)
    shown = [s for s in SCENARIOS if name in (None, s.name) and (s.failed_on_loopback is not None or not loopback)]
    if not shown:
        raise click.UsageError(f'{name} needs network namespaces')
    results = [(scenario, show(scenario, loopback)) for scenario in shown]
    wrong = [scenario for scenario, outcome in results if not is_as_expected(scenario, outcome, loopback)]
    print_summary(results, wrong)
    sys.exit(1 if wrong else 0)


def show(scenario: Scenario, loopback: bool) -> Outcome:
    print(f'== {scenario.name} '.ljust(columns(), '='))
    print(scenario.headline)
    print('   ' + ' ----- '.join(f'[ {node} ]' for node in scenario.path))
    print(f'   The Agent reports the hostname provider {scenario.agent.provider} (expvar).')
    print(f'$ {command_line(scenario)}', flush=True)
    outcome = (run_on_loopback if loopback else run_in_world)(scenario, display())
    print(outcome.output)
    asked = f'{outcome.imds_requests} requests to IMDS' if outcome.imds_requests else 'No requests to IMDS'
    print(f'Exit status {outcome.exit_status}. {asked}. {outcome.seconds:.1f} s.\n', flush=True)
    return outcome


def command_line(scenario: Scenario) -> str:
    """What a person would type, with the environment variables of the Agent, which the check reads too."""
    environ = [f'{name}={value}' for name, value in scenario.agent.environ.items()]
    return ' '.join([*environ, 'aws-diagnostics', 'check', *arguments_of_check(scenario.agent)])


def print_summary(results: Sequence[tuple[Scenario, Outcome]], wrong: Collection[Scenario]) -> None:
    print('== summary '.ljust(columns(), '='))
    width = max(len(scenario.name) for scenario, _ in results)
    for scenario, outcome in results:
        status = 'no result' if outcome.failed is None else Status(outcome.exit_status).word
        print(f'{scenario.name:{width}}  {status:9}  {named(outcome.failed or ())}')
        if scenario in wrong:
            print(f'{"":{width}}  EXPECTED   {scenario.status.word}: {named(scenario.failed)}')


def named(failed: Collection[str]) -> str:
    return ', '.join(sorted(failed)) or 'nothing failed'


def is_as_expected(scenario: Scenario, outcome: Outcome, loopback: bool) -> bool:
    if outcome.failed is None or outcome.exit_status != scenario.status:
        return False
    return outcome.failed >= (scenario.failed_on_loopback or set()) if loopback else outcome.failed == scenario.failed


def columns() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def display() -> Mapping[str, str]:
    """The check formats its output for this terminal, although it does not write to it directly."""
    colour = {'FORCE_COLOR': '1', 'TERM': 'xterm-256color'} if sys.stdout.isatty() else {}
    return {'COLUMNS': str(columns()), 'LANG': 'C.UTF-8', **colour}
