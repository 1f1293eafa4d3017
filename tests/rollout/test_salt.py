"""The states of rollout/salt put the check on a minion, keep it there and take it away, and say so."""

from pathlib import Path

import pytest

from tests.rollout.distributions import Distributions, copy_to, newer_distributions
from tests.rollout.host import Host
from tests.rollout.salt_minion import REPOSITORY, Applied, Minion, add, minion_on

CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
COMPILED = '/etc/datadog-agent/checks.d/__pycache__/aws_diagnostics.cpython-313.pyc'
APP_KEY = 'a' * 40
ACCOUNT = {'account': {'app_key': APP_KEY, 'regions': ['eu-west-1']}}
DEFAULT = """\
init_config: {}
instances:
- identity_tags:
  - account_id
  - region
  min_collection_interval: 300
"""
CONTRADICTION = (
    'instance 1: min_hop_limit: for host instances only, not allowed next to account; '
    'use two instances for the two scopes'
)


@pytest.fixture
def built(wheel: Path, single_file: Path) -> Distributions:
    return Distributions(wheel, single_file)


@pytest.fixture
def newer(newer_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    return newer_distributions(newer_wheel, tmp_path_factory.mktemp('newer'))


@pytest.fixture
def minion(host: Host, built: Distributions) -> Minion:
    copy_to(host, built, f'{REPOSITORY}/dist')
    return minion_on(host)


def test_the_readme_rolls_the_check_out_upgrades_it_rolls_it_back_and_removes_it(
    minion: Minion, newer: Distributions
) -> None:
    host, install = minion.host, minion.documented('Install')
    dry = next(install)
    assert (dry.failed, None in dry.results.values()) == ({}, True)
    assert (minion.snapshot() == host.pristine, host.restarts()) == (True, 0)
    first = next(install)
    assert (first.failed, host.read(CONF), host.restarts()) == ({}, DEFAULT, 1)
    assert (host.stat(CHECK), host.stat(CONF)) == (('root', 'root', 0o644), ('dd-agent', 'dd-agent', 0o640))
    before = minion.snapshot()
    again = next(install)
    assert (again.failed, again.changed, host.restarts()) == ({}, (), 1)
    assert minion.snapshot() == before

    add(host, newer, '0.2.0')
    versions = [(run.changed, version_in_checks_d(host)) for run in minion.documented('Upgrade and roll back')]
    change = ('aws_diagnostics_agent', 'aws_diagnostics_file')
    assert versions == [(change, '0.2.0'), (change, '0.1.0')]

    host.write(COMPILED, 'what Python leaves behind', owner='dd-agent')
    host.write(SKIP_FILE, 'for a package of somebody else')
    assert [run.failed for run in minion.documented('Remove')] == [{}]
    assert host.read(SKIP_FILE) == 'for a package of somebody else'
    host.remove(SKIP_FILE)
    assert (minion.snapshot() == host.pristine, host.exists(COMPILED), host.restarts()) == (True, False, 4)


def test_the_wheel_stays_beside_datadog_formula_and_across_upgrades_of_the_agent(
    minion: Minion, built: Distributions, newer: Distributions
) -> None:
    host = minion.host
    host.run('cp', '-r', f'{REPOSITORY}/rollout/salt/aws_diagnostics', '/srv/salt/')
    add(host, built, '0.1.0')
    add(host, newer, '0.2.0')
    first = beside_formula(minion, method='wheel', version='0.1.0')
    assert (first.failed, host.installed(), host.exists(CHECK), host.restarts()) == ({}, '0.1.0', False, 1)
    assert not host.exists('/var/cache/aws_diagnostics')
    installed = minion.snapshot()
    assert beside_formula(minion, method='wheel', version='0.1.0').changed == ()
    assert (minion.snapshot(), host.restarts()) == (installed, 1)

    assert (host.upgrade_agent().returncode, host.installed()) == (0, '')
    again = beside_formula(minion, method='wheel', version='0.2.0', instances=[ACCOUNT])
    assert (again.failed, host.installed(), host.restarts()) == ({}, '0.2.0', 2)
    assert (host.stat(CONF), APP_KEY in host.read(CONF)) == (('dd-agent', 'dd-agent', 0o640), True)

    configured = beside_formula(minion, method='wheel', version='0.2.0', instances=[{'min_hop_limit': 2}])
    assert configured.changed == ('aws_diagnostics_configuration', 'datadog-agent-service')
    before = host.read(CONF)
    assert (before, host.restarts()) == ('init_config: {}\ninstances:\n- min_hop_limit: 2\n', 3)

    refused = minion.apply(version='0.1.0', instances=[{**ACCOUNT, 'min_hop_limit': 2}])
    assert refused.failed == {'aws_diagnostics_configuration': f'check_cmd execution failed\n{CONTRADICTION}'}
    assert host.read(CONF) == before
    assert (host.installed(), version_in_checks_d(host), host.restarts()) == ('', '0.1.0', 4), 'the new file runs'
    assert not host.exists(SKIP_FILE)
    assert APP_KEY not in again.printed + refused.printed


def beside_formula(minion: Minion, **settings: object) -> Applied:
    return minion.apply(pillar={'datadog': {'config': {'tags': ['team:platform']}}}, datadog_formula=True, **settings)


def version_in_checks_d(host: Host) -> str:
    return host.run('python3', CHECK, '--version').stdout.strip()
