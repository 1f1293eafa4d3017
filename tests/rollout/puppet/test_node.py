"""The Puppet module, applied by Puppet to a host with an Agent."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout.environment import system_program
from tests.rollout.host import Host
from tests.rollout.puppet.node import CHANGED, PARTLY_FAILED, PUPPET, REFUSED, UNCHANGED, Node
from tests.rollout.rolled_out import (
    CHECKS_D,
    CONF,
    SKIP_FILE,
    artifacts,
    left_on,
    running,
    without_memory,
)

AGENT_BY_DATADOG = """
package { 'datadog-agent': ensure => installed, noop => true }
-> file { '/etc/datadog-agent': ensure => directory }
-> file { '/etc/datadog-agent/conf.d':
  ensure => directory, owner => 'dd-agent', group => 'dd-agent', recurse => true, purge => true, force => true,
}
~> service { 'datadog-agent': ensure => running, hasrestart => true }
@package { 'datadog-agent-unwanted': ensure => absent }
"""
"""What datadog_agent 4 declares, with conf_dir_purge, as far as this module meets it. The package stays a wish."""
SENSITIVE = """
class { 'aws_diagnostics': instances => Sensitive(lookup('aws_diagnostics::instances')) }
"""
STOPPED = 'inactive\n'
APP_KEY = 'a' * 40
CONTRADICTORY = {'account': {'app_key': APP_KEY}, 'min_hop_limit': 2}
CONTRADICTION = 'instances[0]: min_hop_limit: for host instances only, not allowed next to account'


@pytest.fixture
def node(host: Host, wheel: Path, newer_wheel: Path, single_file: Path, tmp_path: Path) -> Node:
    system_program('puppet')
    return Node(host, artifacts(wheel, newer_wheel, single_file, tmp_path))


def readme_data() -> dict[str, Any]:
    """The first YAML block of the README: Hiera data."""
    block = (PUPPET / 'README.md').read_text().split('```yaml\n')[1].split('```')[0]
    return {key.removeprefix('aws_diagnostics::'): value for key, value in yaml.safe_load(block).items()}


def test_a_host_from_the_first_dry_run_to_the_removal(node: Node) -> None:
    """One host has it all happen to it: every run of Puppet costs seconds."""
    host, wanted = node.host, readme_data()
    said = node.apply(CHANGED, '--noop', **wanted)
    assert f'File[{CONF}]/ensure: current_value [redacted], should be [redacted] (noop)' in said
    assert (host.snapshot(), host.restarts()) == (node.before, 0)

    host.write('/etc/datadog-agent/conf.d/unknown.yaml', '')
    node.apply(CHANGED, manifest=f'include aws_diagnostics\n{AGENT_BY_DATADOG}', **wanted)
    assert (running(host), host.exists('/etc/datadog-agent/conf.d/unknown.yaml')) == (('checks.d', '0.1.0'), False)
    restarts = host.restarts()
    assert (host.stat(CHECKS_D), host.stat(CONF)) == (('root', 'root', 0o644), ('dd-agent', 'dd-agent', 0o640))
    assert yaml.safe_load(host.read(CONF)) == {'init_config': {}, 'instances': wanted['instances']}
    kept = without_memory(host.snapshot())
    node.apply(UNCHANGED, **wanted)
    assert (without_memory(host.snapshot()) == kept, host.restarts()) == (True, restarts)

    for options, way in ((('--noop',), 'wheel'), (('--show_diff',), 'checks.d')):
        refused = node.apply(PARTLY_FAILED, *options, version='0.2.0', method=way, instances=[CONTRADICTORY])
        assert (CONTRADICTION in refused, APP_KEY in refused) == (True, False)
        assert (without_memory(host.snapshot()) == kept, host.restarts()) == (True, restarts)

    missing = node.apply(PARTLY_FAILED, version='0.3.0', method='wheel')
    assert 'puppet:///modules/aws_diagnostics/datadog_aws_diagnostics-0.3.0-py3-none-any.whl' in missing
    assert (without_memory(host.snapshot()) == kept, host.restarts()) == (True, restarts), 'what is there stays'

    secret = [{'account': {'app_key': APP_KEY}}]
    older = node.apply(CHANGED, '--show_diff', manifest=SENSITIVE, version='0.2.0', method='wheel', instances=secret)
    assert (host.installed(), host.exists(CHECKS_D), host.restarts()) == ('0.2.0', False, restarts + 1)
    assert (host.stat(SKIP_FILE), APP_KEY in host.read(CONF)) == (('root', 'root', 0o644), True)
    assert (host.upgrade_agent().returncode, host.installed()) == (0, '')

    host.run('systemctl', 'stop', 'datadog-agent')
    linked = {'docs_url': 'https://docs.internal/'}
    stopped = node.apply(CHANGED, '--show_diff', **{**wanted, 'method': 'wheel'}, **linked)
    assert yaml.safe_load(host.read(CONF)) == {'init_config': linked, 'instances': wanted['instances']}
    assert (host.installed(), APP_KEY in older + stopped) == ('0.1.0', False)
    assert host.run('systemctl', 'is-active', 'datadog-agent', check=False).stdout == STOPPED
    host.run('systemctl', 'start', 'datadog-agent')

    node.apply(CHANGED, version='0.1.0', ensure='absent')
    assert (left_on(host), host.installed(), host.restarts()) == (set(), '', restarts + 2)


def test_every_bad_value_is_named_with_its_parameter_and_what_is_allowed(node: Node) -> None:
    bad: dict[str, Any] = {'version': '0.1', 'method': 'whel', 'ensure': 'latest', 'source': 'files/', 'instances': []}
    said = node.apply(REFUSED, '--noop', checks_d_directory='checks.d', manage_skip_file='no', **bad)
    for complaint in (
        r"parameter 'version' expects a match for Aws_diagnostics::Version = Pattern[/\A\d+\.\d+\.\d+"
        r"([a-zA-Z]+\d*)?\z/], got '0.1'",
        "parameter 'method' expects a match for Enum['checks.d', 'wheel'], got 'whel'",
        "parameter 'ensure' expects a match for Enum['absent', 'present'], got 'latest'",
        "parameter 'source' expects a match for Aws_diagnostics::Directory",
        "parameter 'instances'",
        "parameter 'checks_d_directory' expects a match for Aws_diagnostics::Absolute_path",
        "parameter 'manage_skip_file' expects a Boolean value, got String",
    ):
        assert complaint in said
