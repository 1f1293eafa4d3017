"""The lines of the documents that need an Agent, pasted into a root shell of a host that has one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.document_blocks import ROOT, Block, blocks
from tests.rollout.host import Host, copy_of

ETC = '/etc/datadog-agent'
EXAMPLE = ROOT / 'examples/host.yaml'
BLOCKS = [block for block in blocks() if block.needs == 'Agent' and block.executed]
OF_THE_WHEEL = [block for block in BLOCKS if 'integration install' in block.text]
OF_CHECKS_D = [block for block in BLOCKS if '/var/tmp/aws_diagnostics.py' in block.text]
REMOVING_THE_WHEEL = [block for block in BLOCKS if 'integration remove' in block.text]
REMOVING_THE_FILE = [block for block in BLOCKS if 'rm -rf /etc/datadog-agent/checks.d' in block.text]
LOOKING = [block for block in BLOCKS if 'aws-diagnostics.pyz' in block.text]
SKIP = f'{ETC}/.skip_install_python_third_party_deps'
RAN = 'aws_diagnostics.run.duration'


def paste(host: Host, block: Block) -> None:
    restarts = host.restarts()
    host.run('bash', '-euxo', 'pipefail', '-c', block.text)
    assert host.restarts() == restarts + 1


def copy(host: Host, *files: Path) -> None:
    """To where the documents say that it was copied."""
    for file in files:
        host.run('install', '-m', '0644', file, '/var/tmp')


def run_check(host: Host) -> str:
    return host.run('datadog-agent', 'check', 'aws_diagnostics', '--json', user='dd-agent').stdout


def readable_by_the_agent_alone(host: Host) -> bool:
    return host.stat(f'{ETC}/conf.d/aws_diagnostics.d/conf.yaml')[0] == 'dd-agent'


@pytest.mark.parametrize('block', [block for block in OF_THE_WHEEL if 'conf.yaml.example' in block.text], ids=str)
def test_the_wheel_is_installed_configured_and_runs(host: Host, wheel: Path, block: Block) -> None:
    copy(host, wheel)
    paste(host, block)
    assert (host.installed(), RAN in run_check(host)) == ('0.1.0', True)
    assert readable_by_the_agent_alone(host)
    assert host.upgrade_agent().returncode == 0, 'the skip file is there'


@pytest.mark.parametrize('block', OF_CHECKS_D, ids=str)
def test_the_single_file_is_installed_configured_and_runs(host: Host, single_file: Path, block: Block) -> None:
    copy(host, single_file, EXAMPLE)
    paste(host, block)
    assert (host.installed(), RAN in run_check(host)) == ('', True)


@pytest.mark.parametrize('block', [block for block in OF_THE_WHEEL if 'conf.yaml' not in block.text], ids=str)
def test_an_older_wheel_goes_over_a_newer_one(host: Host, wheel: Path, newer_wheel: Path, block: Block) -> None:
    copy(host, wheel, newer_wheel)
    host.run('datadog-agent', 'integration', 'install', '-w', f'/var/tmp/{newer_wheel.name}', user='dd-agent')
    assert host.installed() == '0.2.0'
    paste(host, block)
    assert host.installed() == '0.1.0'


def ours_left(host: Host) -> set[str]:
    left = host.snapshot().keys() - host.pristine.keys()
    return {path for path in left if 'aws_diagnostics' in path or 'aws-diagnostics' in path}


@pytest.fixture(scope='module', params=[False, True], ids=['the skip file is ours', 'the skip file was there'])
def fresh_installation(
    request: pytest.FixtureRequest, fresh_host: Host, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Host, bool]]:
    """With the wheel, which ran; whether the skip file is the operator's. Every block gets a copy to remove it from."""
    with copy_of(fresh_host, tmp_path_factory.mktemp('host')) as host:
        if request.param:
            host.write(SKIP, '', owner='dd-agent')
        copy(host, wheel)
        paste(host, OF_THE_WHEEL[0])
        run_check(host)
        yield host, request.param


@pytest.mark.parametrize('block', REMOVING_THE_WHEEL, ids=str)
def test_a_wheel_that_is_removed_leaves_nothing_of_ours(
    fresh_installation: tuple[Host, bool], block: Block, tmp_path: Path
) -> None:
    installation, of_the_operator = fresh_installation
    with copy_of(installation, tmp_path) as host:
        paste(host, block)
        assert (ours_left(host), host.exists(SKIP)) == (set(), of_the_operator)
        assert not host.exists('/opt/datadog-agent/run/aws_diagnostics')


@pytest.mark.parametrize('block', REMOVING_THE_FILE, ids=str)
def test_a_single_file_that_is_removed_leaves_nothing(host: Host, single_file: Path, block: Block) -> None:
    copy(host, single_file, EXAMPLE)
    paste(host, OF_CHECKS_D[0])
    run_check(host)
    paste(host, block)
    assert ours_left(host) == set()


KNOWN = (*OF_THE_WHEEL, *OF_CHECKS_D, *REMOVING_THE_WHEEL, *REMOVING_THE_FILE, *LOOKING)


@pytest.mark.parametrize('block', LOOKING, ids=str)
def test_the_one_file_looks_as_the_agent_and_leaves_the_host_as_it_was(host: Host, pyz: Path, block: Block) -> None:
    copy(host, pyz)
    before = host.snapshot()
    ended = host.run('bash', '-euxo', 'pipefail', '-c', block.text, check=False)
    assert (ended.returncode, 'not known to be EC2' in ended.stdout, host.snapshot()) == (3, True, before)


def test_every_block_that_needs_an_agent_is_one_of_these() -> None:
    assert [block for block in BLOCKS if block not in KNOWN] == []
