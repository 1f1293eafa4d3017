"""The playbooks of rollout/ansible put the check on a host, keep it there and take it away, and say so."""

import subprocess
from pathlib import Path

import pytest

from tests.rollout.ansible_controller import (
    PLAYBOOKS,
    REPOSITORY,
    ROLLOUT,
    VAULT,
    Controller,
    Played,
    add,
    controller_on,
    environment,
)
from tests.rollout.distributions import Distributions, copy_to, newer_distributions
from tests.rollout.environment import program
from tests.rollout.host import Host

CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
COMPILED = '/etc/datadog-agent/checks.d/__pycache__/aws_diagnostics.cpython-313.pyc'
APP_KEY = 'a' * 40
CONTRADICTORY = {'account': {'app_key': APP_KEY}, 'min_hop_limit': 2}
CONTRADICTION = (
    'aws_diagnostics_instances: instance 1: min_hop_limit: for host instances only, not allowed next to account; '
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
init_config: {{}}
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
    add(host, newer_distributions(newer_wheel, tmp_path_factory.mktemp('newer')), '0.2.0')
    return ready


def test_the_readme_rolls_the_check_out_upgrades_it_rolls_it_back_and_removes_it(controller: Controller) -> None:
    host, install = controller.host, controller.documented('Install')
    dry = next(install)
    assert (dry.status, dry.changed > 0, host.snapshot() == host.pristine, host.restarts()) == (0, True, True, 0)
    assert (next(install).status, host.read(CONF), host.restarts()) == (0, DEFAULT, 1)
    assert (host.stat(CHECK), host.stat(CONF)) == (('root', 'root', 0o644), ('dd-agent', 'dd-agent', 0o640))
    assert ([again.changed for again in install], host.restarts()) == ([0], 1)

    of_versions = [
        (played.changed, version_in_checks_d(host)) for played in controller.documented('Upgrade and roll back')
    ]
    assert of_versions == [(2, '0.2.0'), (2, '0.1.0')], 'the file and the restart'

    host.write(COMPILED, 'what Python leaves behind', owner='dd-agent')
    host.write(SKIP_FILE, 'for a package of somebody else')
    assert [removed.status for removed in controller.documented('Remove')] == [0]
    assert host.read(SKIP_FILE) == 'for a package of somebody else'
    host.remove(SKIP_FILE)
    assert (host.snapshot() == host.pristine, host.exists(COMPILED), host.restarts()) == (True, False, 4)


def test_the_wheel_stays_beside_the_role_of_datadog_and_across_upgrades_of_the_agent(
    controller: Controller, wheel: Path, single_file: Path
) -> None:
    host = controller.host
    add(host, Distributions(wheel, single_file), '0.1.0')
    dry = beside_datadog(controller, '--check', method='wheel', version='0.1.0')
    assert (dry.message, dry.changed > 0, host.snapshot() == host.pristine, host.restarts()) == ('', True, True, 0)

    first = beside_datadog(controller, method='wheel', version='0.1.0')
    assert (first.message, host.installed(), host.exists(CHECK), host.restarts()) == ('', '0.1.0', False, 1)
    assert not host.exists('/var/cache/aws_diagnostics')
    installed = host.snapshot()
    assert beside_datadog(controller, method='wheel', version='0.1.0').changed == 0
    assert (host.snapshot(), host.restarts()) == (installed, 1)

    assert (host.upgrade_agent().returncode, host.installed()) == (0, '')
    host.write(f'{PLAYBOOKS}/secrets.yml', SECRETS + controller.encrypted(APP_KEY))
    secret = ('-e', '@secrets.yml', *VAULT, '-vvv', '--diff')
    again = beside_datadog(controller, *secret, method='wheel', version='0.2.0')
    assert (again.message, host.installed(), host.restarts()) == ('', '0.2.0', 2)
    assert (host.stat(CONF), host.read(CONF)) == (('dd-agent', 'dd-agent', 0o640), WITH_SECRET)

    configured = controller.play(method='wheel', version='0.2.0', instances=[{'min_hop_limit': 2}])
    assert (configured.changed, host.restarts()) == (2, 3), 'conf.yaml and the restart'
    before = host.read(CONF)
    assert before.endswith('instances:\n- min_hop_limit: 2\n')

    refused = controller.play('-vvv', '--diff', version='0.1.0', instances=[CONTRADICTORY])
    assert (refused.status, refused.message, host.read(CONF)) == (2, CONTRADICTION, before)
    assert (host.installed(), version_in_checks_d(host), host.restarts()) == ('', '0.1.0', 4), 'the new file runs'
    assert not host.exists(SKIP_FILE)
    assert APP_KEY not in again.printed + refused.printed


def test_ansible_lint_finds_nothing_with_its_profile_for_production(tmp_path: Path) -> None:
    ended = subprocess.run(
        [program('ansible-lint'), '--offline', '--profile', 'production', '--nocolor', '-q', 'site.yml', 'roles'],
        cwd=ROLLOUT,
        env={**environment(), 'HOME': str(tmp_path), 'ANSIBLE_HOME': str(tmp_path), 'XDG_CACHE_HOME': str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (ended.returncode, ended.stdout) == (0, ''), ended.stderr


def beside_datadog(controller: Controller, *options: str, **variables: object) -> Played:
    return controller.play(*options, playbook='with-datadog-role.yml', **variables)


def version_in_checks_d(host: Host) -> str:
    return host.run('python3', CHECK, '--version').stdout.strip()
