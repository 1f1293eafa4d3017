"""The image with the wheel in it: what the values say of it, and how it is built."""

import re
from pathlib import Path

import pytest

from tests.rollout.environment import ROOT
from tests.rollout.helm.releases import VALUES, HelmRefused, pods, release, step, values
from tests.rollout.host import Host

ROLLOUT = ROOT / 'rollout'


def test_the_image_says_which_agent_is_in_it(tmp_path: Path) -> None:
    (manifests,) = release(step(values(''), values('-image')))
    image = 'registry.example.com/agent-with-aws-diagnostics:7.82.3-aws-diagnostics-0.1.0'
    assert [container['image'] for container in pods(manifests)['spec']['containers']] == [image]
    (tmp_path / 'other.yaml').write_text('agents: {image: {tag: aws-diagnostics-0.1.0}}\n')
    with pytest.raises(HelmRefused, match='invalid semantic version'):
        release(step(values(''), tmp_path / 'other.yaml'))


def test_one_file_names_the_image_of_the_agent_and_what_is_built_from_it_says_its_version() -> None:
    (image,) = (ROLLOUT / 'agent-image').read_text().splitlines()
    (version,) = re.findall(r':(7\.\d+\.\d+)(?:@|$)', image)
    texts = {
        path: path.read_text() for path in sorted(ROLLOUT.rglob('*')) if path.is_file() and path.name != 'agent-image'
    }
    named = {
        path.relative_to(ROLLOUT).as_posix(): set(re.findall(r'agent\S*:(7\.\d+\.\d+)', text))
        for path, text in texts.items()
    }
    assert {path: versions for path, versions in named.items() if versions} == {
        'ecs/README.md': {version},
        'helm/Dockerfile': {version},
        'operator/patch-image.yaml': {version},
    }
    assert f'tag: {version}-aws' in texts[ROLLOUT / 'helm' / 'values-image.yaml']
    assert [path for path, text in texts.items() if re.search(r'(gcr\.io|ecr\.aws)/\S*agent', text)] == []


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Each instruction and its arguments, comments left out."""
    lines = [line for line in dockerfile.read_text().splitlines() if line and not line.startswith('#')]
    return [(instruction, arguments) for instruction, _, arguments in (line.partition(' ') for line in lines)]


def test_the_image_is_built_with_the_wheel(host: Host, wheel: Path) -> None:
    """Its instructions, on a host in the place of the base image."""
    given = (arguments.partition('=')[::2] for name, arguments in instructions(VALUES / 'Dockerfile') if name == 'ARG')
    default = dict(given)
    assert (default['WHEEL'], default['AGENT']) == (wheel.name, '')
    host.run('ln', '-s', '/usr/local/bin/datadog-agent', '/usr/local/bin/agent')
    for instruction, arguments in instructions(VALUES / 'Dockerfile'):
        if instruction == 'COPY':
            source, target = arguments.replace('${WHEEL}', wheel.name).split()
            host.run('cp', wheel.parent / source, target)
        elif instruction == 'RUN':
            host.run('sh', '-c', arguments, env=default)
    assert (host.installed(), host.exists(f'/opt/{wheel.name}')) == ('0.1.0', False)
