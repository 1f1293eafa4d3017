"""The Puppet module, applied by Puppet to a host with an Agent."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout.environment import system_program
from tests.rollout.host import Host
from tests.rollout.puppet.node import CHANGED, NODE, PARTLY_FAILED, PUPPET, REFUSED, UNCHANGED, Node
from tests.rollout.rolled_out import (
    CHECKS_D,
    CONF,
    SKIP_FILE,
    WAYS,
    WHEELS,
    artifacts,
    running,
    without_memory,
)

AGENT_BY_DATADOG = """
package { 'datadog-agent': ensure => installed, noop => true }
-> file { '/etc/datadog-agent/conf.d':
  ensure => directory, owner => 'dd-agent', group => 'dd-agent', recurse => true, purge => true, force => true,
}
~> service { 'datadog-agent': ensure => running, hasrestart => true }
"""
"""What datadog_agent 4 declares, with conf_dir_purge, as far as this module meets it. The package stays a wish."""


@pytest.fixture
def node(host: Host, wheel: Path, newer_wheel: Path, single_file: Path, tmp_path: Path) -> Node:
    system_program('puppet')
    return Node(host, artifacts(wheel, newer_wheel, single_file, tmp_path))


def readme_data() -> dict[str, Any]:
    """The first YAML block of the README: Hiera data."""
    block = (PUPPET / 'README.md').read_text().split('```yaml\n')[1].split('```')[0]
    return {key.removeprefix('aws_diagnostics::'): value for key, value in yaml.safe_load(block).items()}


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(node: Node) -> None:
    said = node.apply(UNCHANGED, '--noop', **readme_data())
    assert f"File[{CONF}]/ensure: current_value 'absent', should be 'file' (noop)" in said
    assert (node.host.snapshot(), node.host.restarts()) == (node.before, 0)


def test_the_wheel_is_installed_once_and_again_after_an_upgrade_of_the_agent(node: Node) -> None:
    host = node.host
    node.apply(CHANGED, version='0.1.0', method='wheel')
    assert (running(host), host.restarts()) == (('wheel', '0.1.0'), 1)
    assert host.stat(SKIP_FILE) == ('dd-agent', 'dd-agent', 0o644)
    after = without_memory(host.snapshot())
    node.apply(UNCHANGED, version='0.1.0', method='wheel')
    assert (without_memory(host.snapshot()), host.restarts()) == (after, 1)

    assert (host.upgrade_agent().returncode, host.installed()) == (0, '')
    node.apply(CHANGED, version='0.1.0', method='wheel')
    assert (host.installed(), host.restarts()) == ('0.1.0', 2)


def test_the_single_file_survives_an_upgrade_of_the_agent_and_a_new_configuration_restarts_it(node: Node) -> None:
    host = node.host
    node.apply(CHANGED, version='0.1.0')
    assert (running(host), host.restarts()) == (('checks.d', '0.1.0'), 1)
    assert host.stat(CHECKS_D) == ('dd-agent', 'dd-agent', 0o644)
    assert host.upgrade_agent().returncode == 0
    after = host.snapshot()
    node.apply(UNCHANGED, version='0.1.0')
    assert (host.snapshot(), host.restarts(), host.exists(SKIP_FILE)) == (after, 1, False)

    node.apply(CHANGED, version='0.1.0', instances=[{}])
    assert host.restarts() == 2


@pytest.mark.parametrize('way', WAYS)
def test_a_newer_version_the_older_one_again_and_a_removal(node: Node, way: str) -> None:
    host = node.host
    wanted = {**readme_data(), 'method': way}
    node.apply(CHANGED, **{**wanted, 'version': '0.2.0'})
    assert running(host) == (way, '0.2.0')
    configuration = host.read(CONF)
    assert yaml.safe_load(configuration) == {'init_config': {}, 'instances': wanted['instances']}
    assert host.stat(CONF) == ('dd-agent', 'dd-agent', 0o640)

    node.apply(CHANGED, **{**wanted, 'version': '0.1.0'})
    assert (running(host), host.restarts(), host.read(CONF)) == ((way, '0.1.0'), 2, configuration)

    node.apply(CHANGED, **wanted, ensure='absent')
    assert (without_memory(host.snapshot()), host.restarts(), host.exists(WHEELS)) == (node.before, 3, False)


def test_the_old_way_goes_when_the_new_one_is_there_and_a_stopped_agent_stays_stopped(node: Node) -> None:
    host = node.host
    host.run('install', '-o', 'dd-agent', f'{NODE}/modules/aws_diagnostics/files/aws_diagnostics-0.1.0.py', CHECKS_D)
    host.run('systemctl', 'stop', 'datadog-agent')
    said = node.apply(PARTLY_FAILED, version='0.3.0', method='wheel')
    assert 'puppet:///modules/aws_diagnostics/datadog_aws_diagnostics-0.3.0-py3-none-any.whl' in said
    assert running(host) == ('checks.d', '0.1.0')

    node.apply(CHANGED, version='0.2.0', method='wheel')
    assert (running(host), host.exists(CHECKS_D)) == (('wheel', '0.2.0'), False)
    assert host.run('systemctl', 'is-active', 'datadog-agent', check=False).stdout == 'inactive\n'


def test_it_goes_with_datadog_agent_and_its_purge(node: Node) -> None:
    host = node.host
    together = f'include aws_diagnostics\n{AGENT_BY_DATADOG}'
    node.apply(CHANGED, manifest=together, version='0.1.0', method='wheel', manage_service=False)
    assert (running(host), host.restarts()) == (('wheel', '0.1.0'), 1)
    host.write('/etc/datadog-agent/conf.d/unknown.yaml', '')
    node.apply(CHANGED, manifest=together, version='0.1.0', method='wheel', manage_service=False)
    assert (host.exists('/etc/datadog-agent/conf.d/unknown.yaml'), host.exists(CONF)) == (False, True)


def test_every_bad_value_is_named_with_its_parameter_and_what_is_allowed(node: Node) -> None:
    bad: dict[str, Any] = {'version': '0.1', 'method': 'whel', 'ensure': 'latest', 'source': 'files/', 'instances': []}
    said = node.apply(REFUSED, '--noop', checks_d_directory='checks.d', manage_service='no', **bad)
    for complaint in (
        r"parameter 'version' expects a match for Aws_diagnostics::Version = Pattern[/\A\d+\.\d+\.\d+"
        r"([a-zA-Z]+\d*)?\z/], got '0.1'",
        "parameter 'method' expects a match for Enum['checks.d', 'wheel'], got 'whel'",
        "parameter 'ensure' expects a match for Enum['absent', 'present'], got 'latest'",
        "parameter 'source' expects a match for Aws_diagnostics::Directory",
        "parameter 'instances' expects size to be at least 1, got 0",
        "parameter 'checks_d_directory' expects a match for Aws_diagnostics::Absolute_path",
        "parameter 'manage_service' expects a Boolean value, got String",
    ):
        assert complaint in said
