"""`python -m tools.demo [--loopback] [SCENARIO]`."""

import shutil
import sys
from collections.abc import Collection, Mapping, Sequence

import click

from tests.simulator import namespaces_available
from tools.demo.running import CheckFailed, Outcome, arguments_of_check, run_in_world, run_on_loopback
from tools.demo.scenarios import SCENARIOS, Scenario

IN_WORLDS = (
    'The check, the kernel, its routes and the TTL of every packet are real, in network namespaces that end with the '
    'demo.\nSimulated: the server at 169.254.169.254, the files that identify EC2, and the hostname that the Agent '
    'reports.\n'
)
ON_LOOPBACK = (
    'The check runs against 127.0.0.1 instead. Scenarios that need a gateway, a firewall or files of another machine '
    'are left out.\n'
)
Result = tuple[Scenario, Outcome | None]


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


def show(scenario: Scenario, loopback: bool) -> Outcome | None:
    """What was found; None if the check did not finish."""
    print(f'== {scenario.name} '.ljust(columns(), '='))
    print(scenario.headline)
    print('   ' + ' ----- '.join(f'[ {node} ]' for node in scenario.path))
    print(f'   The Agent reports the hostname provider {scenario.agent.provider} (expvar).')
    print(f'$ {command_line(scenario)}', flush=True)
    try:
        outcome = (run_on_loopback if loopback else run_in_world)(scenario, display())
    except CheckFailed as e:
        print(f'The check did not finish:\n{e}')
        return None
    print(outcome.output)
    asked = f'{outcome.imds_requests} requests to IMDS' if outcome.imds_requests else 'No requests to IMDS'
    print(f'Exit status {outcome.exit_status}. {asked}. {outcome.seconds:.1f} s.\n', flush=True)
    return outcome


def command_line(scenario: Scenario) -> str:
    """What a person would type, with the environment variables of the Agent, which the check reads too."""
    environ = [f'{name}={value}' for name, value in scenario.agent.environ.items()]
    return ' '.join([*environ, 'aws-diagnostics', 'check', *arguments_of_check(scenario.agent)])


def print_summary(results: Sequence[Result], wrong: Collection[Scenario]) -> None:
    print('== summary '.ljust(columns(), '='))
    width = max(len(scenario.name) for scenario, _ in results)
    for scenario, outcome in results:
        status = outcome.status if outcome else 'no result'
        print(f'{scenario.name:{width}}  {status:9}  {named(outcome.failed if outcome else ())}')
        if scenario in wrong:
            print(f'{"":{width}}  EXPECTED   {scenario.status.word}: {named(scenario.failed)}')


def named(failed: Collection[str]) -> str:
    return ', '.join(sorted(failed)) or 'nothing failed'


def is_as_expected(scenario: Scenario, outcome: Outcome | None, loopback: bool) -> bool:
    if outcome is None or outcome.exit_status != scenario.status:
        return False
    return outcome.failed >= (scenario.failed_on_loopback or set()) if loopback else outcome.failed == scenario.failed


def columns() -> int:
    return min(shutil.get_terminal_size((100, 24)).columns, 120)


def display() -> Mapping[str, str]:
    """The check formats its output for this terminal, although it does not write to it directly."""
    colour = {'FORCE_COLOR': '1', 'TERM': 'xterm-256color'} if sys.stdout.isatty() else {}
    return {'COLUMNS': str(columns()), 'LANG': 'C.UTF-8', **colour}


if __name__ == '__main__':
    main(prog_name='python -m tools.demo')
