"""Installed, configured, upgraded with the Agent and by itself, rolled back: nothing is lost, nothing is doubled."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rollout.host import Host, copy_of

ETC = '/etc/datadog-agent'
CONFIGURED = f'{ETC}/conf.d/aws_diagnostics.d/conf.yaml'
CHECKS_D = f'{ETC}/checks.d/aws_diagnostics.py'
SKIP = f'{ETC}/.skip_install_python_third_party_deps'
CONFIGURATION = """\
init_config: {}

instances:
  - identity_tags: [account_id, region]
    # Chosen by the operator.
    expected_hostname_provider: aws
"""
KEPT = '/opt/datadog-agent/run/aws_diagnostics'
"""What the check remembers: under which name the Agent reported."""


def install(host: Host, wheel: Path) -> None:
    host.run('datadog-agent', 'integration', 'install', '-w', wheel, user='dd-agent')


def place(host: Host, single_file: Path) -> None:
    host.run('install', '-o', 'dd-agent', '-g', 'dd-agent', '-m', '0644', single_file, CHECKS_D)


def configure(host: Host) -> None:
    host.write(CONFIGURED, CONFIGURATION, owner='dd-agent', mode=0o640)


@pytest.fixture(scope='module')
def fresh_installation(fresh_host: Host, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Tests get copies: to install a wheel costs a second, to copy a host little."""
    with copy_of(fresh_host, tmp_path_factory.mktemp('host')) as host:
        install(host, wheel)
        configure(host)
        yield host


@pytest.fixture
def installation(fresh_installation: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host of its own with the wheel, configured, and without the skip file."""
    with copy_of(fresh_installation, tmp_path_factory.mktemp('host')) as copied:
        yield copied


def run_check(host: Host) -> dict[str, Any]:
    """The one run of the one instance; raises AssertionError when the check does not run."""
    (told,) = json.loads(host.run('datadog-agent', 'check', 'aws_diagnostics', '--json', user='dd-agent').stdout)
    return {name: told[name] for name in ('version', 'error', 'metrics')}


def ran(version: str) -> dict[str, Any]:
    """On a machine that is not EC2."""
    return {'version': version, 'error': '', 'metrics': ['aws_diagnostics.run.duration']}


def remembered(host: Host) -> str:
    return host.run('sh', '-c', f'cat {KEPT}/*').stdout


def kept(host: Host) -> tuple[str, str]:
    """What an operator and the check itself rely on to stay."""
    return host.read(CONFIGURED), remembered(host)


def packages(host: Host) -> list[str]:
    """What of the check is in the embedded Python."""
    found = host.run(
        'sh', '-c', 'ls -d /opt/datadog-agent/embedded/lib/python3*/site-packages/*aws_diagnostics*'
    ).stdout
    return [Path(line).name for line in found.split()]


def test_a_wheel_survives_the_whole_life_of_a_host(installation: Host, wheel: Path, newer_wheel: Path) -> None:
    host = installation
    host.write(SKIP, '', owner='dd-agent')
    assert run_check(host) == ran('0.1.0')
    at_first = kept(host)
    assert '"hostname":' in at_first[1]

    assert host.upgrade_agent().returncode == 0
    assert (host.installed(), kept(host)) == ('', at_first)
    install(host, wheel)
    assert (run_check(host), kept(host)) == (ran('0.1.0'), at_first)

    install(host, newer_wheel)
    assert (run_check(host), kept(host)) == (ran('0.2.0'), at_first)
    assert packages(host) == ['datadog_aws_diagnostics-0.2.0.dist-info']

    install(host, wheel)
    assert (run_check(host), kept(host)) == (ran('0.1.0'), at_first)
    assert packages(host) == ['datadog_aws_diagnostics-0.1.0.dist-info']


def test_the_single_file_is_left_alone_by_an_upgrade_of_the_agent(host: Host, single_file: Path) -> None:
    place(host, single_file)
    configure(host)
    assert run_check(host) == ran('0.1.0')
    at_first = kept(host)
    assert host.upgrade_agent().returncode == 0
    assert (run_check(host), kept(host)) == (ran('0.1.0'), at_first)


def test_without_the_skip_file_an_upgrade_of_the_agent_fails_on_the_private_wheel(installation: Host) -> None:
    upgraded = installation.upgrade_agent()
    assert (upgraded.returncode, installation.installed(), installation.read(CONFIGURED)) == (1, '', CONFIGURATION)
    assert 'not found in the repository of Datadog' in upgraded.stderr


def test_with_both_installed_one_check_runs_and_it_is_that_of_the_wheel(
    host: Host, newer_wheel: Path, single_file: Path
) -> None:
    place(host, single_file)
    install(host, newer_wheel)
    configure(host)
    assert run_check(host) == ran('0.2.0')


def test_what_is_removed_leaves_only_what_the_operator_wrote(installation: Host) -> None:
    host = installation
    host.run('datadog-agent', 'integration', 'remove', 'datadog-aws-diagnostics', user='dd-agent')
    left = {path for path in host.snapshot().keys() - host.pristine.keys() if 'aws_diagnostics' in path}
    example = f'{ETC}/conf.d/aws_diagnostics.d/conf.yaml.example'
    assert left == {f'{ETC}/conf.d/aws_diagnostics.d', CONFIGURED, example}


def test_a_damaged_wheel_leaves_what_is_installed(installation: Host, newer_wheel: Path) -> None:
    host = installation
    damaged = f'/srv/{newer_wheel.name}'
    host.run('sh', '-c', f'head -c 20000 {newer_wheel} >{damaged}')
    refused = host.run('datadog-agent', 'integration', 'install', '-w', damaged, user='dd-agent', check=False)
    assert refused.returncode != 0
    assert run_check(host) == ran('0.1.0')
