"""At 3 a.m.: a healthy host is at most 4 lines, and one fault with its fix at most 40."""

import pytest

from datadog_checks.aws_diagnostics.findings import Status
from tests.simulator import namespaces_available
from tools.demo import run_in_world
from tools.demo.scenarios import SCENARIOS, Scenario

WIDTH = {'COLUMNS': '100', 'LANG': 'C.UTF-8'}
LONGEST = {Status.OK: 4}
"""By status; 40 for any other."""


@pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')
@pytest.mark.parametrize('scenario', SCENARIOS, ids=lambda scenario: scenario.name)
def test_what_a_person_sees_fits_a_screen(scenario: Scenario) -> None:
    outcome = run_in_world(scenario, WIDTH)
    lines = outcome.output.splitlines()
    assert len(lines) <= LONGEST.get(scenario.status, 40), outcome.output
    assert lines[0].startswith(f'{scenario.status.name} ')
