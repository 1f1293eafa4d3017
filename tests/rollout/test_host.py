"""The host that the rollout tests use behaves as a host with an Agent, as far as a rollout can tell."""

from pathlib import Path

import pytest

from tests.rollout.host import Host, copy_of

INSTALL = ('datadog-agent', 'integration', 'install')
SHOW = ('datadog-agent', 'integration', 'show', '-q', 'datadog-aws-diagnostics')


def test_the_machine_itself_keeps_its_files(host: Host) -> None:
    host.write('/etc/datadog-agent/written', 'on the host')
    assert host.read('/etc/datadog-agent/written') == 'on the host'
    assert not Path('/etc/datadog-agent').exists()


def test_a_wheel_is_installed_with_its_example_and_stays_switched_off(host: Host, wheel: Path) -> None:
    host.run(*INSTALL, '-w', wheel, user='dd-agent')
    assert host.installed() == '0.1.0'
    assert host.run('ls', '/etc/datadog-agent/conf.d/aws_diagnostics.d').stdout.split() == ['conf.yaml.example']
    assert 'datadog-aws-diagnostics==0.1.0' in host.run('datadog-agent', 'integration', 'freeze').stdout.split()


def test_root_does_not_install_without_saying_so(host: Host, wheel: Path) -> None:
    refused = host.run(*INSTALL, '-w', wheel, check=False)
    assert (refused.returncode, host.installed()) == (255, '')
    host.run(*INSTALL, '-r', '-w', wheel)
    assert host.installed() == '0.1.0'


def test_what_is_not_installed_has_no_version(host: Host) -> None:
    shown = host.run(*SHOW, check=False)
    assert shown.returncode == 255
    assert shown.stderr == 'Error: could not get current version of datadog-aws-diagnostics: not installed\n'


def test_a_package_of_ones_own_is_not_in_the_repository_of_datadog(host: Host) -> None:
    assert host.run(*INSTALL, '-t', 'datadog-aws-diagnostics==0.1.0', user='dd-agent', check=False).returncode == 255


@pytest.mark.parametrize(
    ('skip_file', 'status'),
    [
        pytest.param(False, 1, id='without the skip file the package script of the Agent fails'),
        pytest.param(True, 0, id='with the skip file the upgrade goes through'),
    ],
)
def test_an_upgrade_of_the_agent_loses_the_wheel(host: Host, wheel: Path, skip_file: bool, status: int) -> None:
    host.run(*INSTALL, '-w', wheel, user='dd-agent')
    if skip_file:
        host.write('/etc/datadog-agent/.skip_install_python_third_party_deps', '')
    assert (host.upgrade_agent().returncode, host.installed()) == (status, '')


def test_restarts_are_counted(host: Host) -> None:
    assert host.restarts() == 0
    host.run('systemctl', 'restart', 'datadog-agent')
    host.run('service', 'datadog-agent', 'restart')
    assert (host.restarts(), host.run('systemctl', 'is-active', 'datadog-agent').stdout) == (2, 'active\n')


def test_a_snapshot_tells_what_changed(host: Host) -> None:
    assert host.snapshot() == host.pristine
    host.write('/etc/datadog-agent/conf.d/a.yaml', 'a')
    assert set(host.snapshot()) - set(host.pristine) == {'/etc/datadog-agent/conf.d/a.yaml'}


def test_a_copy_is_pristine_and_shares_nothing_with_the_host_that_it_is_of(
    host: Host, fresh_host: Host, tmp_path: Path
) -> None:
    with copy_of(host, tmp_path) as copied:
        copied.write('/etc/datadog-agent/conf.d/a.yaml', 'a')
        copied.run('systemctl', 'restart', 'datadog-agent')
        assert copied.stat('/etc/datadog-agent/datadog.yaml') == ('dd-agent', 'dd-agent', 0o640)
    assert (host.snapshot(), host.restarts()) == (fresh_host.pristine, 0)
    assert (fresh_host.snapshot(), fresh_host.restarts()) == (fresh_host.pristine, 0)
