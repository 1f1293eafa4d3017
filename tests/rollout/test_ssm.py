"""The documents of rollout/ssm, run on a host as the SSM Agent runs them."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.rollout import ssm_agent
from tests.rollout.cloudformation import Template
from tests.rollout.environment import ROOT
from tests.rollout.host import Host

TEMPLATE = Template.read(ROOT / 'rollout' / 'ssm' / 'template.yaml')
INSTALL, REMOVE = (TEMPLATE.properties(name)['Content'] for name in ('InstallDocument', 'RemoveDocument'))
S3 = 'https://packages.s3.eu-west-1.amazonaws.com/aws-diagnostics/'
CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
STATE = '/opt/datadog-agent/run/aws_diagnostics/naming'
DEFAULT = 'init_config: {}\ninstances:\n  - identity_tags: [account_id, region]\n    min_collection_interval: 300\n'
OURS = 'init_config: {}\ninstances:\n  - min_hop_limit: 2\n'


@dataclass(frozen=True)
class Release:
    """What one association says, and the file that lies in S3 for it."""

    file: Path
    key: str
    parameters: dict[str, str] = field(default_factory=dict)

    def on(self, host: Host, shell: str = 'dash') -> 'CompletedProcess[str]':
        given = {'Sha256': hashlib.sha256(self.file.read_bytes()).hexdigest(), **self.parameters}
        return ssm_agent.run(host, INSTALL, {**given, 'Source': S3 + self.key}, {S3 + self.key: self.file}, shell)

    def but(self, **parameters: str) -> 'Release':
        return replace(self, parameters={**self.parameters, **parameters})


def of_wheel(file: Path) -> Release:
    return Release(file, file.name, {'Method': 'wheel', 'Version': file.name.split('-')[1]})


@pytest.fixture
def old(wheel: Path) -> Release:
    return of_wheel(wheel)


@pytest.fixture
def new(newer_wheel: Path) -> Release:
    return of_wheel(newer_wheel)


@pytest.fixture
def one_file(single_file: Path) -> Release:
    return Release(single_file, 'aws_diagnostics-0.1.0.py', {'Method': 'checks.d', 'Version': '0.1.0'})


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
    one_file.on(host)
    old.on(host)
    assert (host.installed(), host.exists(CHECK), host.restarts()) == ('0.1.0', False, 2)
    one_file.on(host)
    assert (host.installed(), host.exists(CHECK), host.restarts()) == ('', True, 3)
    old.on(host)
    host.write(STATE, 'kept')
    assert ssm_agent.run(host, REMOVE, {}, {}).returncode == 0
    left = {path for path in host.snapshot().keys() - before.keys() if 'site-packages' not in path}
    assert (host.installed(), left, host.restarts()) == ('', set(), 5)
    assert ssm_agent.run(host, REMOVE, {}, {}).stdout == 'aws-diagnostics: removed\n'
    assert host.restarts() == 5, 'there was nothing to remove'


@pytest.mark.parametrize(
    ('change', 'status', 'said'),
    [
        pytest.param({'Sha256': '0' * 64}, 3, 'nothing was changed', id='another digest than the one wanted'),
        pytest.param({'Version': '0.2.0'}, 3, 'no such file', id='a version whose file is named otherwise'),
        pytest.param({'Configuration': 'e30'}, 2, 'CONFIGURATION: not Base64', id='half a configuration'),
    ],
)
def test_a_refused_release_leaves_the_old_one(
    host: Host, one_file: Release, change: dict[str, str], status: int, said: str
) -> None:
    one_file.on(host)
    before = host.snapshot()
    refused = one_file.but(**change).on(host)
    assert (refused.returncode, host.snapshot(), host.restarts()) == (status, before, 1)
    assert said in refused.stderr


def test_the_configuration_is_the_one_given_or_the_one_that_is_there(host: Host, one_file: Release) -> None:
    given = one_file.but(Configuration=b64encode(OURS.encode()).decode())
    for release, restarts in ((given, 1), (given, 1), (one_file, 1)):
        assert (release.on(host).returncode, host.read(CONF), host.restarts()) == (0, OURS, restarts)
    host.write(CONF, DEFAULT, owner='dd-agent', mode=0o640)
    assert (given.on(host).returncode, host.read(CONF), host.restarts()) == (0, OURS, 2)


def test_a_check_that_does_not_run_is_told_and_a_restart_that_failed_is_made_up_for(
    host: Host, one_file: Release
) -> None:
    broken = one_file.but(Configuration=b64encode(b'init_config: {}\ninstances: [{min_hop_limit: 99}]\n').decode())
    document = {**INSTALL, 'mainSteps': [*INSTALL['mainSteps'][:1], _impatient(INSTALL['mainSteps'][1])]}
    given = {'Sha256': hashlib.sha256(one_file.file.read_bytes()).hexdigest(), **broken.parameters}
    told = ssm_agent.run(host, document, {**given, 'Source': S3 + broken.key}, {S3 + broken.key: broken.file})
    assert told.returncode == 5
    assert 'min_hop_limit' in told.stderr
    host.run('mv', '/usr/local/bin/systemctl', '/usr/local/bin/gone')
    assert one_file.but(Configuration=b64encode(OURS.encode()).decode()).on(host).returncode != 0
    host.run('mv', '/usr/local/bin/gone', '/usr/local/bin/systemctl')
    assert (one_file.on(host).returncode, host.restarts()) == (0, 2)


def _impatient(step: dict[str, dict[str, list[str]]]) -> dict[str, object]:
    commands = ['export ATTEMPTS=1', *step['inputs']['runCommand']]
    return {**step, 'inputs': {**step['inputs'], 'runCommand': commands}}


def test_a_skip_file_of_somebody_else_stays(host: Host, one_file: Release) -> None:
    host.write(SKIP_FILE, '')
    one_file.on(host)
    ssm_agent.run(host, REMOVE, {}, {})
    assert (host.exists(SKIP_FILE), host.exists(CHECK)) == (True, False)


def test_a_host_without_an_agent_is_left_alone(host: Host, one_file: Release) -> None:
    host.remove('/usr/local/bin/datadog-agent')
    before = host.snapshot()
    for ended in (one_file.on(host), ssm_agent.run(host, REMOVE, {}, {})):
        assert (ended.returncode, ended.stdout) == (0, 'aws-diagnostics: no Agent on this host: nothing to do\n')
    assert host.snapshot() == before


@pytest.mark.parametrize(
    'change',
    [
        pytest.param({'Version': "0.1.0'; reboot; '"}, id='a version that is a command'),
        pytest.param({'Sha256': 'F' * 64}, id='a digest in capital letters'),
        pytest.param({'Configuration': 'init_config: {}'}, id='a configuration as it is'),
        pytest.param({'Method': 'pip'}, id='an unknown method'),
        pytest.param({'Colour': 'red'}, id='an unknown parameter'),
    ],
)
def test_what_could_become_a_command_is_refused_by_the_service(change: dict[str, str]) -> None:
    given = {'Method': 'wheel', 'Version': '0.1.0', 'Sha256': 'f' * 64, 'Source': f'{S3}a.py', 'Configuration': 'e30='}
    assert ssm_agent.accepted(INSTALL['parameters'], given) == given
    with pytest.raises(ssm_agent.Refused, match=next(iter(change))):
        ssm_agent.accepted(INSTALL['parameters'], given | change)
