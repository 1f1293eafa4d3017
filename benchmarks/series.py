"""How many series one host sends, counted in the stand-in of the Agent's aggregator: `python -m benchmarks.series`.

A series is a metric with one set of tags. Datadog counts it as one custom metric in every hour in which it has a point.
"""

from datadog_checks.aws_diagnostics.emit import Metrics
from tests.agent_process import RunningAgent, run_check
from tools.demo.scenarios import SCENARIOS, Scenario

FLEETS = (1000, 10_000, 60_000)
OPTIONS = tuple(reversed(Metrics))


def series_of(scenario: Scenario, metrics: Metrics) -> int:
    """Of a run in which the host is as the scenario says. Raises RuntimeError where the check fails."""
    agent = RunningAgent(
        scenario.agent.hostname, scenario.agent.provider, scenario.agent.version, scenario.agent.errors
    )
    with scenario.world() as world:
        [submitted] = world.run(run_check, {'metrics': str(metrics)}, agent)
    if submitted.error:
        raise RuntimeError(submitted.error)
    return submitted.series


def main() -> None:
    counted = {s.name: {metrics: series_of(s, metrics) for metrics in OPTIONS} for s in SCENARIOS}
    print(f'{"series of one host":20}', *(f'{metrics:>10}' for metrics in OPTIONS))
    for name, series in counted.items():
        print(f'{name:20}', *(f'{series[metrics]:10}' for metrics in OPTIONS))
    print(f'\n{"healthy hosts":20}', *(f'{metrics:>10}' for metrics in OPTIONS))
    for hosts in FLEETS:
        print(f'{hosts:<20,}', *(f'{hosts * counted["healthy"][metrics]:10,}' for metrics in OPTIONS))


if __name__ == '__main__':
    main()
