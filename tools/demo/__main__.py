"""`python -m tools.demo [--loopback] [SCENARIO]`."""

import argparse
import shutil
import sys
from collections.abc import Collection, Mapping, Sequence

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


def main(arguments: Sequence[str]) -> int:
    """0 if every scenario gave the expected result, 1 if one did not, 2 for a scenario that does not exist or cannot
    run here."""
    parser = argparse.ArgumentParser(prog='python -m tools.demo', description=__doc__)
    parser.add_argument('scenario', nargs='?', metavar='SCENARIO', help=', '.join(s.name for s in SCENARIOS))
    parser.add_argument(
        '--loopback', action='store_true', help='do what is done where network namespaces are not allowed'
    )
    options = parser.parse_args(arguments)
    chosen = [s for s in SCENARIOS if options.scenario in (None, s.name)]
    if not chosen:
        parser.error(f'there is no scenario {options.scenario!r}, there are: {", ".join(s.name for s in SCENARIOS)}')
    loopback = options.loopback or not namespaces_available()
    print(
        ON_LOOPBACK
        if options.loopback
        else f'{namespaces_available().reason}\n{ON_LOOPBACK}'
        if loopback
        else IN_WORLDS
    )
    shown = [s for s in chosen if s.failed_on_loopback is not None or not loopback]
    if not shown:
        parser.error(f'{chosen[0].name} needs network namespaces')
    results = [(scenario, show(scenario, loopback)) for scenario in shown]
    wrong = [scenario for scenario, outcome in results if not is_as_expected(scenario, outcome, loopback)]
    print_summary(results, wrong)
    return 1 if wrong else 0


def show(scenario: Scenario, loopback: bool) -> Outcome | None:
    """What was found; None if the check did not finish."""
    print(f'== {scenario.name} '.ljust(columns(), '='))
    print(scenario.headline)
    print(f'   {picture(scenario)}')
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


def picture(scenario: Scenario) -> str:
    return ' ----- '.join(f'[ {node} ]' for node in scenario.path)


def command_line(scenario: Scenario) -> str:
    """What a person would type, with the environment variables of the Agent, which the check reads too."""
    environ = [f'{name}={value}' for name, value in scenario.agent.environ.items()]
    return ' '.join([*environ, 'aws-diagnostics', 'check', *arguments_of_check(scenario)])


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
    sys.exit(main(sys.argv[1:]))
