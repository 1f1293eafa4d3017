"""rollout/helm through a real Helm, against a cluster that keeps what is applied."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from datadog_checks.aws_diagnostics.configuration import read_configuration
from tests.rollout.helm.chart_keys import chart_values, unknown_keys
from tests.rollout.helm.releases import (
    CONFIG_MAP_LIMIT,
    SECRET_LIMIT,
    VALUES,
    HelmRefused,
    Manifests,
    release,
    set_file,
    size_of_release,
    step,
    values,
)
from tests.rollout.host import Host

FILES = sorted(VALUES.glob('values*.yaml'))
OF_THE_CHART = 400 * 1024
"""Bytes of a release that are left for Datadog's chart, its templates, defaults and documents, compressed."""


def check_file(manifests: Manifests) -> str:
    text: str = manifests['ConfigMap/datadog-checksd']['data']['aws_diagnostics.py']
    return text


def configuration(manifests: Manifests) -> str:
    text: str = manifests['ConfigMap/datadog-confd']['data']['aws_diagnostics.yaml']
    return text


def pods(manifests: Manifests) -> Any:
    return manifests['DaemonSet/datadog']['spec']['template']


@pytest.mark.parametrize('file', [pytest.param(file, id=file.name) for file in FILES])
def test_the_chart_knows_every_key(file: Path) -> None:
    assert unknown_keys(yaml.safe_load(file.read_text()), chart_values()) == []


@pytest.mark.parametrize(
    ('given', 'problem'),
    [
        ({'datadog': {'checks_d': {}}}, 'datadog.checks_d is not a key of the chart'),
        ({'agents': {'useHostnetwork': True}}, 'agents.useHostnetwork is not a key of the chart'),
        ({'agents': {'useHostNetwork': 'yes'}}, 'agents.useHostNetwork is str, the chart has bool'),
        ({'agents': {'image': '7.82.3'}}, 'agents.image is str, the chart has dict'),
        ({'agents': {'volumes': {'name': 'x'}}}, 'agents.volumes is dict, the chart has list'),
        (
            {'providers': {'eks': {'useHostnameFromFile': True}}},
            'providers.eks.useHostnameFromFile is not a key of the chart',
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_a_key_that_the_chart_would_silently_ignore_is_found(given: dict[str, Any], problem: str) -> None:
    assert unknown_keys(given, chart_values()) == [problem]


def test_the_check_and_its_configuration_arrive_as_they_are(single_file: Path) -> None:
    (manifests,) = release(step(values(''), set_file=set_file(single_file)))
    assert check_file(manifests) == single_file.read_text()
    (instance,) = yaml.safe_load(configuration(manifests))['instances']
    assert read_configuration(instance).identity_tags == ('account_id', 'region')
    mounts = pods(manifests)['spec']['initContainers'][0]['volumeMounts']
    assert {mount['name']: mount['mountPath'] for mount in mounts} == {'confd': '/conf.d', 'checksd': '/checks.d'}


def test_the_agent_of_a_node_runs_what_arrives(host: Host, single_file: Path) -> None:
    (manifests,) = release(step(values(''), set_file=set_file(single_file)))
    # In a container, the Agent's own scripts copy both to these directories from where the ConfigMaps are mounted.
    host.write('/etc/datadog-agent/checks.d/aws_diagnostics.py', check_file(manifests))
    host.write('/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml', configuration(manifests))
    ran = host.run('datadog-agent', 'check', 'aws_diagnostics', user='dd-agent')
    assert ran.stdout.startswith('aws_diagnostics (0.1.0) [OK]')


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        pytest.param('greeting = "{{ name }}"\n', 'function "name" not defined', id='a template of another language'),
        pytest.param('f"{{{1}}}"\n', 'unexpected "{"', id='braces of an f-string'),
    ],
)
def test_a_file_with_two_braces_is_refused_because_values_are_templates(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / 'aws_diagnostics.py').write_text(text)
    with pytest.raises(HelmRefused, match=re.escape(said)):
        release(step(values(''), set_file=set_file(tmp_path / 'aws_diagnostics.py')))


def test_a_release_has_room_for_the_check_and_for_the_chart(single_file: Path) -> None:
    without = size_of_release(step(values('')))
    costs = size_of_release(step(values(''), set_file=set_file(single_file))) - without
    size = single_file.stat().st_size
    assert size < CONFIG_MAP_LIMIT
    assert 1.9 < costs / size < 2.1, 'the README says: about twice'
    assert costs < SECRET_LIMIT - OF_THE_CHART


def test_an_upgrade_replaces_the_pods_and_a_rollback_brings_the_former_check_back(
    single_file: Path, tmp_path: Path
) -> None:
    newer = tmp_path / 'aws_diagnostics.py'
    newer.write_text(single_file.read_text().replace('0.1.0', '0.2.0'))
    first, second, third = release(
        step(values(''), set_file=set_file(single_file)),
        step(values(''), set_file=set_file(newer)),
        step(action='rollback'),
    )
    assert check_file(second) == newer.read_text()
    assert pods(second) != pods(first)
    assert third == first


def test_an_upgrade_that_forgets_the_file_removes_the_check(single_file: Path) -> None:
    _, forgot = release(step(values(''), set_file=set_file(single_file)), step(values('')))
    assert sorted(forgot) == ['ConfigMap/datadog-confd', 'DaemonSet/datadog']


def test_a_removal_leaves_nothing_of_the_check(single_file: Path, tmp_path: Path) -> None:
    yours = tmp_path / 'your-values.yaml'
    yours.write_text('agents: {image: {tag: 7.82.3}}\n')
    _, removed, never = release(
        step(yours, values(''), set_file=set_file(single_file)), step(yours), step(action='uninstall')
    )
    assert sorted(removed) == ['DaemonSet/datadog']
    assert never == {}


def test_a_config_map_of_ones_own_is_mounted_where_the_agent_looks_for_checks() -> None:
    (manifests,) = release(step(values(''), values('-configmap')))
    spec = pods(manifests)['spec']
    mounted = {mount['mountPath']: mount['name'] for mount in spec['initContainers'][0]['volumeMounts']}
    sources = {volume['name']: volume['configMap']['name'] for volume in spec['volumes']}
    assert sources[mounted['/checks.d']] == 'aws-diagnostics-0.1.0'
    assert 'ConfigMap/datadog-checksd' not in manifests


def test_a_canary_takes_the_change_pod_by_pod() -> None:
    canary, everybody = release(step(values(''), values('-canary')), step(values('')))
    assert canary['DaemonSet/datadog']['spec']['updateStrategy'] == {'type': 'OnDelete'}
    assert everybody['DaemonSet/datadog']['spec']['updateStrategy']['type'] == 'RollingUpdate'


def test_the_image_says_which_agent_is_in_it(tmp_path: Path) -> None:
    (manifests,) = release(step(values(''), values('-image')))
    image = 'registry.example.com/agent-with-aws-diagnostics:7.82.3-aws-diagnostics-0.1.0'
    assert [container['image'] for container in pods(manifests)['spec']['containers']] == [image]
    (tmp_path / 'other.yaml').write_text('agents: {image: {tag: aws-diagnostics-0.1.0}}\n')
    with pytest.raises(HelmRefused):
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
