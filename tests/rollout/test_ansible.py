"""The playbooks of rollout/ansible put the check on a host, keep it there and take it away, and say so."""

from pathlib import Path

import pytest

from tests.rollout.ansible_controller import PLAYBOOKS, REPOSITORY, Controller, add, controller_on
from tests.rollout.distributions import Distributions, copy_to, newer_distributions
from tests.rollout.host import Host

CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
COMPILED = '/etc/datadog-agent/checks.d/__pycache__/aws_diagnostics.cpython-313.pyc'
DEFAULT = """\
# Managed by Ansible, role aws_diagnostics: changes made here are overwritten.
init_config: {}
instances:
- identity_tags:
  - account_id
  - region
  min_collection_interval: 300
"""


@pytest.fixture
def controller(
    host: Host, wheel: Path, newer_wheel: Path, single_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Controller:
    copy_to(host, Distributions(wheel, single_file), f'{REPOSITORY}/dist')
    ready = controller_on(host)
    newer = newer_distributions(newer_wheel, tmp_path_factory.mktemp('newer'))
    add(host, newer.wheel, newer.single_file, '0.2.0')
    return ready


def first_lines_of_check(host: Host) -> str:
    return host.read(CHECK).partition(':')[0] if host.exists(CHECK) else ''


def test_the_readme_rolls_the_check_out_upgrades_it_rolls_it_back_and_removes_it(controller: Controller) -> None:
    host = controller.host
    dry, canary, everything = controller.documented('Install')
    assert (dry.status, dry.changed > 0, canary.changed > 0, everything.changed) == (0, True, True, 0)
    assert (first_lines_of_check(host), host.read(CONF)) == ('"""AWS Diagnostics 0.1.0', DEFAULT)
    assert (host.stat(CHECK), host.stat(CONF)) == (('root', 'root', 0o644), ('dd-agent', 'dd-agent', 0o640))
    assert host.restarts() == 1

    upgrade, rollback = controller.documented('Upgrade and roll back')
    assert (upgrade.status, upgrade.changed, rollback.status, rollback.changed) == (0, 2, 0, 2), 'the file, the restart'
    assert (first_lines_of_check(host), host.restarts()) == ('"""AWS Diagnostics 0.1.0', 3)

    host.write(COMPILED, 'what Python leaves behind', owner='dd-agent')
    (removal,) = controller.documented('Remove')
    assert (removal.status, host.restarts()) == (0, 4)
    host.remove('/etc/datadog-agent/checks.d/__pycache__')
    assert host.snapshot() == host.pristine
