"""The documents of rollout/ssm, run on a host as the SSM Agent runs them."""

from base64 import b64encode

import pytest

from tests.rollout.host import Host
from tests.rollout.ssm.release import Release, removal

CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
STATE = '/opt/datadog-agent/run/aws_diagnostics/naming'
DEFAULT = 'init_config: {}\ninstances:\n  - identity_tags: [account_id, region]\n    min_collection_interval: 300\n'
OURS = 'init_config: {}\ninstances:\n  - min_hop_limit: 2\n'


def test_a_wheel_is_kept_at_its_version(host: Host, old: Release, new: Release) -> None:
    assert old.on(host).returncode == 0
    assert (host.installed(), host.read(CONF), host.stat(CONF)) == ('0.1.0', DEFAULT, ('dd-agent', 'dd-agent', 0o640))
    before = host.snapshot()
    assert old.on(host).stdout == 'aws-diagnostics: as wanted: wheel 0.1.0\n'
    assert (host.snapshot(), host.restarts()) == (before, 1), 'a second run changes nothing'
    assert (new.on(host).returncode, host.installed(), host.restarts()) == (0, '0.2.0', 2), 'upgrade'
    assert (old.on(host).returncode, host.installed(), host.restarts()) == (0, '0.1.0', 3), 'rollback'
    assert (host.upgrade_agent().returncode, host.installed()) == (0, ''), 'an upgrade of the Agent drops it'
    assert (old.on(host).returncode, host.installed(), host.restarts()) == (0, '0.1.0', 4), 'the next run restores it'


@pytest.mark.parametrize('shell', ['dash', 'bash'])
def test_one_file_outlives_an_upgrade_of_the_agent(host: Host, one_file: Release, shell: str) -> None:
    assert one_file.on(host, shell).returncode == 0
    before = host.snapshot()
    assert one_file.on(host, shell).stdout == 'aws-diagnostics: as wanted: checks.d 0.1.0\n'
    assert (host.snapshot(), host.restarts(), host.installed()) == (before, 1, '')
    assert host.upgrade_agent().returncode == 0
    assert CHECK in host.run('datadog-agent', 'check', 'aws_diagnostics', '--json', user='dd-agent').stdout
    assert one_file.on(host, shell).stdout == 'aws-diagnostics: as wanted: checks.d 0.1.0\n'
    assert host.restarts() == 1


def test_a_change_of_method_leaves_one_copy_and_removal_leaves_none(
    host: Host, old: Release, one_file: Release
) -> None:
    before = host.snapshot()
    for release, copies in ((old, ('0.1.0', False)), (one_file, ('', True)), (old, ('0.1.0', False))):
        assert (release.on(host).returncode, host.installed(), host.exists(CHECK)) == (0, *copies)
    host.write(STATE, 'kept')
    assert removal(host).returncode == 0
    left = {path for path in host.snapshot().keys() - before.keys() if 'site-packages' not in path}
    assert (host.installed(), left, host.restarts()) == ('', set(), 4)
    assert removal(host).stdout == 'aws-diagnostics: removed\n'
    assert host.restarts() == 4, 'there was nothing to remove'


def test_the_configuration_is_the_one_given_or_the_one_that_is_there(host: Host, one_file: Release) -> None:
    given = one_file.but(Configuration=b64encode(OURS.encode()).decode())
    for release, restarts in ((given, 1), (given, 1), (one_file, 1)):
        assert (release.on(host).returncode, host.read(CONF), host.restarts()) == (0, OURS, restarts)
    host.write(CONF, DEFAULT, owner='dd-agent', mode=0o640)
    assert (given.on(host).returncode, host.read(CONF), host.restarts()) == (0, OURS, 2)
