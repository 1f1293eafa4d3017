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
    'aws_diagnostics:instances[0]: min_hop_limit: for host instances only, not allowed next to account; '
    'use two instances for the two scopes'
)


@pytest.fixture
def built(wheel: Path, single_file: Path) -> Distributions:
    return Distributions(wheel, single_file)


@pytest.fixture
def newer(newer_wheel: Path, single_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    return newer_distributions(newer_wheel, single_file, tmp_path_factory.mktemp('newer'))


@pytest.fixture
def minion(host: Host, built: Distributions) -> Minion:
    copy_to(host, built, f'{REPOSITORY}/dist')
    return minion_on(host)


def test_a_minion_from_the_first_dry_run_to_the_removal(
    minion: Minion, built: Distributions, newer: Distributions
) -> None:
    """One minion has it all happen to it: every run of Salt costs seconds."""
    host, install = minion.host, minion.documented('Install')
    dry = next(install)
    assert (dry.failed, None in dry.results.values()) == ({}, True)
    assert (minion.snapshot() == host.pristine, host.restarts()) == (True, 0)
    first = next(install)
    assert (first.failed, host.read(CONF), host.restarts()) == ({}, DEFAULT, 1)
    assert (host.stat(CHECK), host.stat(CONF)) == (('root', 'root', 0o644), ('dd-agent', 'dd-agent', 0o640))
    before = minion.snapshot()
    again = next(install)
    assert (again.failed, again.changed, host.restarts(), minion.snapshot() == before) == ({}, (), 1, True)

    add(host, newer, '0.2.0')
    upgraded = next(minion.documented('Upgrade and roll back'))
    assert (upgraded.changed, version_in_checks_d(host)) == (('aws_diagnostics_agent', 'aws_diagnostics_file'), '0.2.0')

    kept = minion.snapshot()
    for options, way in (('test=True', 'wheel'), ('', 'checks_d')):
        refused = minion.apply(options, method=way, version='0.1.0', instances=[{**ACCOUNT, 'min_hop_limit': 2}])
        assert ([*refused.failed], CONTRADICTION in refused.printed) == (['aws_diagnostics_pillar_1'], True)
        assert (minion.snapshot() == kept, host.restarts(), APP_KEY in refused.printed) == (True, 2, False)

    older = beside_formula(minion, method='wheel', version='0.1.0', instances=[ACCOUNT])
    assert (older.failed, host.installed(), host.exists(CHECK), host.restarts()) == ({}, '0.1.0', False, 3)
    assert (host.stat(CONF), APP_KEY in host.read(CONF)) == (('dd-agent', 'dd-agent', 0o640), True)
    assert (host.stat(SKIP_FILE), host.exists('/var/cache/aws_diagnostics')) == (('root', 'root', 0o644), False)
    assert (host.upgrade_agent().returncode, host.installed()) == (0, '')

    host.run('systemctl', 'stop', 'datadog-agent')
    stopped = minion.apply(method='wheel', version='0.2.0', docs_url='https://docs.internal/')
    linked = DEFAULT.replace(' {}', '\n  docs_url: https://docs.internal/')
    assert (stopped.failed, host.installed(), host.read(CONF)) == ({}, '0.2.0', linked)
    assert host.run('systemctl', 'is-active', 'datadog-agent', check=False).stdout == 'inactive\n'
    assert APP_KEY not in older.printed + stopped.printed
    host.run('systemctl', 'start', 'datadog-agent')

    host.write(COMPILED, 'what Python leaves behind', owner='dd-agent')
    host.write(SKIP_FILE, 'for a package of somebody else')
    assert [run.failed for run in minion.documented('Remove')] == [{}]
    assert (host.read(SKIP_FILE), host.exists(COMPILED), host.restarts()) == (
        'for a package of somebody else',
        False,
        4,
    )
    left = {path for path in minion.snapshot().keys() - host.pristine.keys() if 'aws' in path}
    assert (left, host.installed(), host.exists(CONF)) == (set(), '', False)


def beside_formula(minion: Minion, **settings: object) -> Applied:
    return minion.apply(pillar={'datadog': {'config': {'tags': ['team:platform']}}}, datadog_formula=True, **settings)


def version_in_checks_d(host: Host) -> str:
    return host.run('python3', CHECK, '--version').stdout.strip()
