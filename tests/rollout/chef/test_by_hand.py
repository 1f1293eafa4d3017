"""What the recipes of the Chef cookbook declare, carried out by hand on a host with an Agent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout import rolled_out
from tests.rollout.chef.by_hand import COOKBOOK, carry_out, declared
from tests.rollout.host import Host
from tests.rollout.rolled_out import CHECKS_D, CONF, WAYS, WHEELS, running, without_memory

INSTALL = 'execute[install the wheel of aws_diagnostics]'

Rollout = Callable[..., list[str]]


@pytest.fixture
def artifacts(wheel: Path, newer_wheel: Path, single_file: Path, tmp_path: Path) -> dict[str, Path]:
    return rolled_out.artifacts(wheel, newer_wheel, single_file, tmp_path)


@pytest.fixture
def roll_out(host: Host, artifacts: dict[str, Path]) -> Rollout:
    """Carries out a recipe, and returns what it changed."""

    def carry(recipe: str = 'default', **attributes: Any) -> list[str]:
        return carry_out(host, declared(recipe, **attributes), artifacts)

    return carry


def readme_attributes() -> dict[str, Any]:
    """The first JSON block of the README."""
    block = (COOKBOOK.parents[1] / 'README.md').read_text().split('```json\n')[1].split('```')[0]
    attributes: dict[str, Any] = json.loads(block)['aws_diagnostics']
    return attributes


def test_the_configuration_is_what_was_asked_for(host: Host, roll_out: Rollout) -> None:
    roll_out(**readme_attributes())
    assert yaml.safe_load(host.read(CONF)) == {'init_config': {}, 'instances': readme_attributes()['instances']}
    assert host.stat(CONF) == ('dd-agent', 'dd-agent', 0o640)


@pytest.mark.parametrize('way', WAYS)
def test_the_second_run_changes_nothing_and_the_check_survives_an_upgrade_of_the_agent(
    host: Host, roll_out: Rollout, way: str
) -> None:
    roll_out(version='0.1.0', method=way)
    assert (running(host), host.restarts()) == ((way, '0.1.0'), 1)
    after = host.snapshot()
    assert roll_out(version='0.1.0', method=way) == []
    assert (host.snapshot(), host.restarts()) == (after, 1)

    assert host.upgrade_agent().returncode == 0
    assert roll_out(version='0.1.0', method=way) == {'wheel': [INSTALL], 'checks.d': []}[way]
    assert (running(host), host.restarts()) == ((way, '0.1.0'), {'wheel': 2, 'checks.d': 1}[way])


@pytest.mark.parametrize('way', WAYS)
def test_a_newer_version_the_older_one_again_and_a_removal(host: Host, roll_out: Rollout, way: str) -> None:
    for version in ('0.2.0', '0.1.0'):
        roll_out(version=version, method=way)
        assert running(host) == (way, version)
    roll_out('remove', version='0.1.0', method=way)
    assert (without_memory(host.snapshot()), host.restarts(), host.exists(WHEELS)) == (host.pristine, 3, False)


def test_the_other_way_goes(host: Host, roll_out: Rollout) -> None:
    roll_out(version='0.1.0', method='wheel')
    roll_out(version='0.2.0', method='checks.d')
    assert (running(host), host.installed()) == (('checks.d', '0.2.0'), '')
    roll_out(version='0.1.0', method='wheel')
    assert (running(host), host.exists(CHECKS_D)) == (('wheel', '0.1.0'), False)
