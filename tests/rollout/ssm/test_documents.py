"""The documents of rollout/ssm, run on a host as the SSM Agent runs them."""

from base64 import b64encode

from tests.rollout.host import Host
from tests.rollout.ssm.release import Release, removal

CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
STATE = '/opt/datadog-agent/run/aws_diagnostics/naming'
DEFAULT = 'init_config: {}\ninstances:\n  - identity_tags: [account_id, region]\n    min_collection_interval: 300\n'
OURS = 'init_config:\n  docs_url: https://docs.internal/\ninstances:\n  - min_hop_limit: 2\n'


def test_a_host_from_the_first_run_to_the_removal(host: Host, old: Release, new: Release, one_file: Release) -> None:
    """One host has it all happen to it: every run of a document costs seconds."""
    before = host.snapshot()
    assert old.on(host).returncode == 0
    assert (host.installed(), host.read(CONF), host.stat(CONF)) == ('0.1.0', DEFAULT, ('dd-agent', 'dd-agent', 0o640))
    kept = host.snapshot()
    assert old.on(host).stdout == 'aws-diagnostics: as wanted: wheel 0.1.0\n'
    assert (host.snapshot() == kept, host.restarts()) == (True, 1), 'a second run changes nothing'
    assert (host.upgrade_agent().returncode, host.installed()) == (0, ''), 'an upgrade of the Agent drops it'
    assert (new.on(host).returncode, host.installed(), host.restarts()) == (0, '0.2.0', 2), 'the next run restores it'

    given = one_file.but(Configuration=b64encode(OURS.encode()).decode())
    for release in (given, one_file):
        assert (release.on(host, 'bash').returncode, host.read(CONF), host.restarts()) == (0, OURS, 3), 'it is kept'
    assert (host.installed(), host.stat(CHECK), host.exists(SKIP_FILE)) == ('', ('root', 'root', 0o644), False)
    assert host.upgrade_agent().returncode == 0, 'which leaves the file alone'

    host.run('systemctl', 'stop', 'datadog-agent')
    assert 'is stopped, and stays so' in old.on(host).stdout, 'a rollback, and the other method'
    state = host.run('systemctl', 'is-active', 'datadog-agent', check=False).stdout
    assert (host.installed(), host.exists(CHECK), host.restarts(), state) == ('0.1.0', False, 3, 'inactive\n')
    host.run('systemctl', 'start', 'datadog-agent')

    host.write(STATE, 'kept')
    assert removal(host).returncode == 0
    left = {path for path in host.snapshot().keys() - before.keys() if 'aws' in path and 'site-packages' not in path}
    assert (host.installed(), left, host.restarts(), host.exists(SKIP_FILE)) == ('', set(), 4, False)
    assert removal(host).stdout == 'aws-diagnostics: removed\n'
    assert host.restarts() == 4, 'there was nothing to remove'
