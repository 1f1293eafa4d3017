"""What the documents of rollout/ssm do where something is wrong: they say so, and keep what there is."""

from base64 import b64encode

import pytest

from tests.rollout.host import Host
from tests.rollout.ssm import agent
from tests.rollout.ssm.release import INSTALL, S3, Release, removal

AGENT = '/usr/local/bin/datadog-agent'
CHECK = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
OURS = 'init_config: {}\ninstances:\n  - min_hop_limit: 2\n'


def test_a_refused_release_leaves_the_old_one(host: Host, one_file: Release, old: Release) -> None:
    one_file.on(host)
    before = host.snapshot()
    refusing = encoded('init_config: {}\ninstances: [{min_hop_limit: 99}]\n')
    for case, release, status, said in (
        ('another digest than the one wanted', one_file.but(Sha256='0' * 64), 3, 'nothing was changed'),
        ('a version whose file is named otherwise', one_file.but(Version='0.2.0'), 3, 'no such file'),
        ('half a configuration', one_file.but(Configuration='e30'), 2, 'CONFIGURATION: not Base64'),
        ('what the file refuses', one_file.but(Configuration=refusing), 6, 'min_hop_limit must be at most 64, not 99'),
        ('what the wheel refuses', old.but(Configuration=refusing), 6, 'min_hop_limit must be at most 64, not 99'),
    ):
        refused = release.on(host)
        assert (refused.returncode, host.snapshot() == before, host.restarts()) == (status, True, 1), case
        assert said in refused.stderr, case


def test_an_agent_may_say_it_in_words_alone(host: Host, one_file: Release) -> None:
    host.run('mv', AGENT, f'{AGENT}.real')
    host.write(
        AGENT, f'#!/bin/sh\n[ "$1" = check ] && echo "aws_diagnostics [ERROR]" || exec {AGENT}.real "$@"\n', mode=0o755
    )
    told = one_file.on(host, attempts=1)
    assert (told.returncode, 'aws_diagnostics [ERROR]\n' in told.stderr) == (5, True)


def test_a_restart_that_failed_is_made_up_for(host: Host, one_file: Release) -> None:
    one_file.on(host)
    host.run('mv', '/usr/local/bin/systemctl', '/usr/local/bin/gone')
    assert one_file.but(Configuration=encoded(OURS)).on(host).returncode != 0
    host.run('mv', '/usr/local/bin/gone', '/usr/local/bin/systemctl')
    assert (one_file.on(host).returncode, host.restarts()) == (0, 2)


def encoded(configuration: str) -> str:
    return b64encode(configuration.encode()).decode()


def test_a_skip_file_of_somebody_else_stays(host: Host, one_file: Release) -> None:
    host.write(SKIP_FILE, '')
    one_file.on(host)
    removal(host)
    assert (host.exists(SKIP_FILE), host.exists(CHECK)) == (True, False)


def test_a_host_without_an_agent_is_left_alone(host: Host, one_file: Release) -> None:
    host.remove('/usr/local/bin/datadog-agent')
    before = host.snapshot()
    for ended in (one_file.on(host), removal(host)):
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
    assert agent.accepted(INSTALL['parameters'], given) == given
    with pytest.raises(agent.Refused, match=next(iter(change))):
        agent.accepted(INSTALL['parameters'], given | change)
