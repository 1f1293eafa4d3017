"""The playbooks of rollout/ansible put the check on a host, keep it there and take it away, and say so."""

from pathlib import Path

import pytest

from tests.rollout.ansible_controller import (
    MODULES,
    PLAYBOOKS,
    REPOSITORY,
    VAULT,
    Controller,
    Played,
    add,
    controller_on,
)
from tests.rollout.distributions import Distributions, copy_to, newer_distributions
from tests.rollout.host import Entry, Host

CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
COMPILED = '/etc/datadog-agent/checks.d/__pycache__/aws_diagnostics.cpython-313.pyc'
APP_KEY = 'a' * 40
CONTRADICTORY = {'account': {'app_key': APP_KEY}, 'min_hop_limit': 2}
CONTRADICTION = (
    'aws_diagnostics_instances: instances[0]: min_hop_limit: for host instances only, not allowed next to account; '
    'use two instances for the two scopes'
)
DEFAULT = """\
# Managed by Ansible, role aws_diagnostics: changes made here are overwritten.
init_config: {}
instances:
- identity_tags:
  - account_id
  - region
  min_collection_interval: 300
"""
SECRETS = 'aws_diagnostics_instances:\n  - account:\n      app_key: '
WITH_SECRET = f"""\
# Managed by Ansible, role aws_diagnostics: changes made here are overwritten.
init_config:
  docs_url: https://docs.internal/aws-diagnostics/
instances:
- account:
    app_key: {APP_KEY}
"""


@pytest.fixture
def controller(
    host: Host, wheel: Path, newer_wheel: Path, single_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Controller:
    copy_to(host, Distributions(wheel, single_file), f'{REPOSITORY}/dist')
    ready = controller_on(host)
    add(host, newer_distributions(newer_wheel, single_file, tmp_path_factory.mktemp('newer')), '0.2.0')
    return ready


def test_a_host_from_the_first_dry_run_to_the_removal(controller: Controller, wheel: Path, single_file: Path) -> None:
    """One host has it all happen to it: every run of a playbook costs seconds."""
    host, install, before = controller.host, controller.documented('Install'), snapshot(controller)
    dry = next(install)
    assert (dry.status, dry.changed > 0, snapshot(controller) == before, host.restarts()) == (0, True, True, 0)
    assert (next(install).status, host.read(CONF), host.restarts()) == (0, DEFAULT, 1)
    assert (host.stat(CHECK), host.stat(CONF)) == (('root', 'root', 0o644), ('dd-agent', 'dd-agent', 0o640))
    assert ([again.changed for again in install], host.restarts()) == ([0], 1)
    upgraded = next(controller.documented('Upgrade and roll back'))
    assert (upgraded.changed, version_in_checks_d(host), host.restarts()) == (2, '0.2.0', 2), 'the file and the restart'

    kept = snapshot(controller)
    for options, way in (('--check', 'wheel'), ('-vvv', 'checks_d')):
        refused = controller.play(options, '--diff', method=way, version='0.1.0', instances=[CONTRADICTORY])
        assert (refused.message, snapshot(controller) == kept, host.restarts()) == (CONTRADICTION, True, 2)
        assert APP_KEY not in refused.printed

    add(host, Distributions(wheel, single_file), '0.1.0')
    host.write(f'{PLAYBOOKS}/secrets.yml', SECRETS + controller.encrypted(APP_KEY))
    secret = ('-e', '@secrets.yml', *VAULT, '-vvv', '--diff')
    host.run('systemctl', 'stop', 'datadog-agent')
    linked = {'docs_url': 'https://docs.internal/aws-diagnostics/'}
    older = beside_datadog(controller, *secret, method='wheel', version='0.1.0', **linked)
    assert (older.message, host.installed(), host.exists(CHECK), APP_KEY in older.printed) == (
        '',
        '0.1.0',
        False,
        False,
    )
    assert (host.stat(CONF), host.read(CONF)) == (('dd-agent', 'dd-agent', 0o640), WITH_SECRET)
    assert (host.stat(SKIP_FILE), host.exists('/var/cache/aws_diagnostics')) == (('root', 'root', 0o644), False)
    state = host.run('systemctl', 'is-active', 'datadog-agent', check=False).stdout
    assert (state, host.restarts()) == ('inactive\n', 2), 'an Agent that is stopped stays stopped'
    host.run('systemctl', 'start', 'datadog-agent')

    host.write(COMPILED, 'what Python leaves behind', owner='dd-agent')
    host.write(SKIP_FILE, 'for a package of somebody else')
    assert [removed.status for removed in controller.documented('Remove')] == [0]
    assert (host.read(SKIP_FILE), host.exists(COMPILED), host.restarts()) == (
        'for a package of somebody else',
        False,
        3,
    )
    left = {path for path in snapshot(controller).keys() - before.keys() if 'aws' in path}
    assert (left, host.installed(), host.exists(CONF)) == (set(), '', False)


def beside_datadog(controller: Controller, *options: str, **variables: object) -> Played:
    return controller.play(*options, playbook='with-datadog-role.yml', **variables)


def snapshot(controller: Controller) -> dict[str, Entry]:
    """Without what the tests themselves put there."""
    return {path: e for path, e in controller.host.snapshot().items() if not path.startswith(str(MODULES))}


def version_in_checks_d(host: Host) -> str:
    return host.run('python3', CHECK, '--version').stdout.strip()
