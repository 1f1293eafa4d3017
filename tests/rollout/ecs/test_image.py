"""The Dockerfile of rollout/ecs, carried out on a host that has the Agent where its image has it."""

import json
import shutil
from pathlib import Path

import pytest

from tests.rollout.ecs import dockerfile
from tests.rollout.environment import ROOT
from tests.rollout.host import Host

DIRECTORY = ROOT / 'rollout' / 'ecs'
AGENT_IMAGE = (ROOT / 'rollout' / 'agent-image').read_text().strip()
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'


@pytest.fixture
def context(tmp_path_factory: pytest.TempPathFactory, shelf: Path, wheel: Path, newer_wheel: Path) -> Path:
    """What a build sees of the repository: both wheels and the files of rollout."""
    directory = shelf / 'context'
    if not directory.exists():
        shutil.copytree(DIRECTORY, directory / 'rollout' / 'ecs')
        (directory / 'dist').mkdir()
        for built in (wheel, newer_wheel):
            shutil.copy(built, directory / 'dist')
    return directory


@pytest.fixture
def image(host: Host) -> Host:
    """In the image of the Agent its command is called agent."""
    host.run('ln', '-s', '/usr/local/bin/datadog-agent', '/usr/local/bin/agent')
    return host


def test_the_image_runs_the_check_of_its_version(image: Host, context: Path) -> None:
    file = DIRECTORY / 'Dockerfile'
    assert dockerfile.build(image, file, context, {'AGENT': AGENT_IMAGE}) == AGENT_IMAGE
    assert (image.installed(), image.read(CONF)) == ('0.1.0', (DIRECTORY / 'conf.yaml').read_text())
    (run,) = json.loads(image.run('agent', 'check', 'aws_diagnostics', '--json').stdout)
    assert (run['version'], run['error']) == ('0.1.0', '')
    assert 'datadog_aws_diagnostics' not in image.run('ls', '/var/tmp').stdout
    newer = {'VERSION': '0.2.0', 'AGENT': 'public.ecr.aws/datadog/agent:7.81.0'}
    assert dockerfile.build(image, file, context, newer) == newer['AGENT']
    assert image.installed() == '0.2.0'


def test_a_build_with_a_configuration_that_the_check_refuses_fails(image: Host, context: Path) -> None:
    (context / 'refused.yaml').write_text('instances: [{min_hop_limit: 99}]\n')
    with pytest.raises(AssertionError, match=r'min_hop_limit must be at most 64, not 99'):
        dockerfile.build(image, DIRECTORY / 'Dockerfile', context, {'CONFIGURATION': 'refused.yaml'})


def test_a_build_without_the_wheel_fails(image: Host, context: Path) -> None:
    with pytest.raises(AssertionError, match=r'datadog_aws_diagnostics-9\.9\.9-py3-none-any\.whl'):
        dockerfile.build(image, DIRECTORY / 'Dockerfile', context, {'VERSION': '9.9.9'})
