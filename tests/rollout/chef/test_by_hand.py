"""What the recipes of the Chef cookbook declare, carried out by hand on a host with an Agent."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout import rolled_out
from tests.rollout.chef.by_hand import COOKBOOK, carry_out, declared
from tests.rollout.host import Host
from tests.rollout.rolled_out import CHECKS_D, CONF, SKIP_FILE, WAYS, left_on, running

APP_KEY = 'a' * 40
CONTRADICTORY = {'account': {'app_key': APP_KEY}, 'min_hop_limit': 2}
CONTRADICTION = 'instances[0]: min_hop_limit: for host instances only, not allowed next to account'
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


def test_a_host_from_the_first_run_to_the_removal(host: Host, roll_out: Rollout) -> None:
    """One host has it all happen to it: to carry out a recipe costs seconds."""
    wanted = readme_attributes()
    roll_out(**wanted)
    assert (running(host), host.restarts()) == (('checks.d', '0.1.0'), 1)
    assert yaml.safe_load(host.read(CONF)) == {'init_config': {}, 'instances': wanted['instances']}
    assert (host.stat(CHECKS_D), host.stat(CONF)) == (('root', 'root', 0o644), ('dd-agent', 'dd-agent', 0o640))
    kept = host.snapshot()
    assert (roll_out(**wanted), host.snapshot() == kept, host.restarts()) == ([], True, 1)

    for way in WAYS:
        with pytest.raises(AssertionError, match=re.escape(CONTRADICTION)) as refused:
            roll_out(version='0.2.0', method=way, instances=[CONTRADICTORY])
        assert (APP_KEY in str(refused.value), host.snapshot() == kept, host.restarts()) == (False, True, 1)

    roll_out(version='0.2.0', method='wheel')
    assert (running(host), host.exists(CHECKS_D), host.restarts()) == (('wheel', '0.2.0'), False, 2)
    assert (host.upgrade_agent().returncode, host.stat(SKIP_FILE)) == (0, ('root', 'root', 0o644))
    host.run('systemctl', 'stop', 'datadog-agent')
    assert roll_out(version='0.2.0', method='wheel') == [INSTALL]
    assert host.run('systemctl', 'is-active', 'datadog-agent', check=False).stdout == 'inactive\n'
    host.run('systemctl', 'start', 'datadog-agent')

    roll_out(version='0.1.0')
    assert (running(host), host.installed(), host.exists(SKIP_FILE)) == (('checks.d', '0.1.0'), '', False)
    host.write(SKIP_FILE, 'for a package of somebody else')
    roll_out('remove', version='0.1.0')
    assert host.read(SKIP_FILE) == 'for a package of somebody else'
    host.remove(SKIP_FILE)
    assert (left_on(host), host.installed(), host.restarts()) == (set(), '', 4)
