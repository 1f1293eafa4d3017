"""rollout/helm through a real Helm, against a cluster that keeps what is applied."""

import re
from pathlib import Path

import pytest
import yaml

from datadog_checks.aws_diagnostics.configuration import read_configuration
from tests.rollout.helm.releases import (
    CONFIG_MAP_LIMIT,
    SECRET_LIMIT,
    HelmRefused,
    Manifests,
    pods,
    release,
    set_file,
    size_of_release,
    step,
    values,
)
from tests.rollout.host import Host

OF_THE_CHART = 700_000
"""Bytes of a release that are left for Datadog's chart: 3.240.0 takes 423,260, and 658,644 with the three charts of
Datadog that it depends on."""


def check_file(manifests: Manifests) -> str:
    text: str = manifests['ConfigMap/datadog-checksd']['data']['aws_diagnostics.py']
    return text


def configuration(manifests: Manifests) -> str:
    text: str = manifests['ConfigMap/datadog-confd']['data']['aws_diagnostics.yaml']
    return text


def test_the_check_and_its_configuration_arrive_as_they_are(host_file: Path) -> None:
    (manifests,) = release(step(values(''), set_file=set_file(host_file)))
    assert check_file(manifests) == host_file.read_text()
    (instance,) = yaml.safe_load(configuration(manifests))['instances']
    assert read_configuration(instance).identity_tags == ('account_id', 'region')
    mounts = pods(manifests)['spec']['initContainers'][0]['volumeMounts']
    assert {mount['name']: mount['mountPath'] for mount in mounts} == {'confd': '/conf.d', 'checksd': '/checks.d'}


def test_the_agent_of_a_node_runs_what_arrives(host: Host, host_file: Path) -> None:
    (manifests,) = release(step(values(''), set_file=set_file(host_file)))
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


def test_a_release_has_room_for_the_check_and_for_the_chart(host_file: Path) -> None:
    without = size_of_release(step(values('')))
    costs = size_of_release(step(values(''), set_file=set_file(host_file))) - without
    size = host_file.stat().st_size
    assert size < CONFIG_MAP_LIMIT
    assert 1.9 < costs / size < 2.1, 'the README says: about twice'
    assert costs < SECRET_LIMIT - OF_THE_CHART


def test_an_upgrade_replaces_the_pods_and_a_rollback_brings_the_former_check_back(
    host_file: Path, tmp_path: Path
) -> None:
    newer = tmp_path / 'aws_diagnostics.py'
    newer.write_text(host_file.read_text().replace('0.1.0', '0.2.0'))
    first, second, third = release(
        step(values(''), set_file=set_file(host_file)),
        step(values(''), set_file=set_file(newer)),
        step(action='rollback'),
    )
    assert check_file(second) == newer.read_text()
    assert pods(second) != pods(first)
    assert third == first


def test_an_upgrade_of_the_agent_leaves_the_check_alone(host_file: Path, tmp_path: Path) -> None:
    yours = tmp_path / 'your-values.yaml'
    yours.write_text('agents: {image: {tag: 7.83.0}}\n')
    before, after = release(
        step(values(''), set_file=set_file(host_file)), step(yours, values(''), set_file=set_file(host_file))
    )
    assert pods(after) != pods(before)
    assert (check_file(after), configuration(after)) == (check_file(before), configuration(before))


def test_an_upgrade_that_forgets_the_file_removes_the_check(host_file: Path) -> None:
    _, forgot = release(step(values(''), set_file=set_file(host_file)), step(values('')))
    assert sorted(forgot) == ['ConfigMap/datadog-confd', 'DaemonSet/datadog']


def test_a_removal_leaves_nothing_of_the_check(host_file: Path, tmp_path: Path) -> None:
    yours = tmp_path / 'your-values.yaml'
    yours.write_text('agents: {image: {tag: 7.82.3}}\n')
    _, removed, never = release(
        step(yours, values(''), set_file=set_file(host_file)), step(yours), step(action='uninstall')
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
