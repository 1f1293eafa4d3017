"""The image with the wheel in it: what the values say of it, and how it is built."""

from pathlib import Path

import pytest

from tests.rollout.helm.releases import VALUES, HelmRefused, pods, release, step, values
from tests.rollout.host import Host


def test_the_image_says_which_agent_is_in_it(tmp_path: Path) -> None:
    (manifests,) = release(step(values(''), values('-image')))
    image = 'registry.example.com/agent-with-aws-diagnostics:7.82.3-aws-diagnostics-0.1.0'
    assert [container['image'] for container in pods(manifests)['spec']['containers']] == [image]
    (tmp_path / 'other.yaml').write_text('agents: {image: {tag: aws-diagnostics-0.1.0}}\n')
    with pytest.raises(HelmRefused, match='invalid semantic version'):
        release(step(values(''), tmp_path / 'other.yaml'))


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Each instruction and its arguments, comments left out."""
    lines = [line for line in dockerfile.read_text().splitlines() if line and not line.startswith('#')]
    return [(instruction, arguments) for instruction, _, arguments in (line.partition(' ') for line in lines)]


def test_the_image_is_built_with_the_wheel(host: Host, wheel: Path) -> None:
    """Its instructions, on a host in the place of the base image."""
    default = dict(arguments.split('=', 1) for name, arguments in instructions(VALUES / 'Dockerfile') if name == 'ARG')
    assert default['WHEEL'] == wheel.name
    host.run('ln', '-s', '/usr/local/bin/datadog-agent', '/usr/local/bin/agent')
    for instruction, arguments in instructions(VALUES / 'Dockerfile'):
        if instruction == 'COPY':
            source, target = arguments.replace('${WHEEL}', wheel.name).split()
            host.run('cp', wheel.parent / source, target)
        elif instruction == 'RUN':
            host.run('sh', '-c', arguments, env=default)
    assert (host.installed(), host.exists(f'/opt/{wheel.name}')) == ('0.1.0', False)
