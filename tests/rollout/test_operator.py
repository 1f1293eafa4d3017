"""rollout/operator: what the Operator's CRD takes, and what the check makes of it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from datadog_checks.aws_diagnostics import __version__
from datadog_checks.aws_diagnostics.configuration import read_configuration
from tests.rollout.environment import ROOT
from tests.rollout.kubernetes import Manifest, kubectl, manifest, patched, problems

OPERATOR = ROOT / 'rollout' / 'operator'
DATADOG_AGENT = OPERATOR / 'datadog-agent.yaml'
PATCHES = sorted(OPERATOR.glob('patch-*.yaml'))


def node_agent(document: Manifest) -> Any:
    return document['spec']['override']['nodeAgent']


def with_node_agent(**override: object) -> Manifest:
    return {
        'apiVersion': 'datadoghq.com/v2alpha1',
        'kind': 'DatadogAgent',
        'metadata': {'name': 'datadog'},
        'spec': {'override': {'nodeAgent': override}},
    }


def test_the_operator_knows_every_field() -> None:
    assert problems(manifest(DATADOG_AGENT)) == []


@pytest.mark.parametrize('patch', [pytest.param(patch, id=patch.stem) for patch in PATCHES])
def test_a_patch_changes_fields_that_the_operator_knows(patch: Path) -> None:
    document = patched(DATADOG_AGENT, patch)
    assert problems(document) == []
    assert document != manifest(DATADOG_AGENT)


@pytest.mark.parametrize(
    ('override', 'problem'),
    [
        pytest.param({'extraChecks': {}}, "'extraChecks' was unexpected", id='a field that is not there'),
        pytest.param({'extraConfd': {'configData': 'x'}}, "'configData' was unexpected", id='a field of v1alpha1'),
        pytest.param({'useHostNetwork': True}, "'useHostNetwork' was unexpected", id='the name that Helm gives it'),
        pytest.param({'hostNetwork': 'true'}, 'is not of type', id='a boolean in quotes'),
        pytest.param(
            {'extraChecksd': {'configMap': {'items': [{'key': 'a.py'}]}}}, "'path' is a required", id='no path'
        ),
        pytest.param({'env': [{'value': 'x'}]}, "'name' is a required", id='a variable without a name'),
        pytest.param({'image': 'agent:7'}, 'is not of type', id='an image in one word'),
    ],
)
def test_what_the_operator_does_not_take_is_found(override: dict[str, object], problem: str) -> None:
    (found,) = problems(with_node_agent(**override))
    assert problem in found


def test_the_check_reads_its_configuration() -> None:
    text = node_agent(manifest(DATADOG_AGENT))['extraConfd']['configDataMap']['aws_diagnostics.yaml']
    (instance,) = yaml.safe_load(text)['instances']
    assert read_configuration(instance).identity_tags == ('account_id', 'region')


def test_kubectl_makes_the_config_map_that_the_manifest_mounts(single_file: Path) -> None:
    checks = node_agent(manifest(DATADOG_AGENT))['extraChecksd']['configMap']
    (item,) = checks['items']
    made = kubectl(
        'create', 'configmap', checks['name'], f'--from-file={item["key"]}={single_file}', '--dry-run=client'
    )
    assert made['data'] == {'aws_diagnostics.py': single_file.read_text()}
    assert f'create configmap {made["metadata"]["name"]} --from-file={item["key"]}=' in readme()
    assert item['path'] == 'aws_diagnostics.py'


def test_a_new_version_has_a_new_name_because_the_operator_looks_at_nothing_else() -> None:
    name = node_agent(manifest(DATADOG_AGENT))['extraChecksd']['configMap']['name']
    assert name == f'aws-diagnostics-{__version__}'
    image = node_agent(manifest(OPERATOR / 'patch-image.yaml'))['image']['name']
    assert image.endswith(f'-aws-diagnostics-{__version__}')


def test_the_image_takes_the_place_of_the_config_map() -> None:
    override = node_agent(patched(DATADOG_AGENT, OPERATOR / 'patch-image.yaml'))
    assert sorted(override) == ['extraConfd', 'image']


def test_the_name_is_read_from_a_file_that_is_mounted() -> None:
    override = node_agent(patched(DATADOG_AGENT, OPERATOR / 'patch-hostname-file.yaml'))
    (variable,), (volume,) = override['env'], override['volumes']
    (mount,) = override['containers']['agent']['volumeMounts']
    assert variable == {'name': 'DD_HOSTNAME_FILE', 'value': mount['mountPath']}
    assert (mount['name'], mount['readOnly']) == (volume['name'], True)
    assert volume['hostPath']['path'] == '/var/lib/cloud/data/instance-id'


def test_removing_leaves_the_rest_of_the_override_alone(tmp_path: Path) -> None:
    yours = tmp_path / 'yours.yaml'
    yours.write_text(yaml.safe_dump(patched(DATADOG_AGENT, OPERATOR / 'patch-host-network.yaml')))
    left = node_agent(patched(yours, OPERATOR / 'patch-remove.yaml'))
    assert left == {'hostNetwork': True, 'dnsPolicy': 'ClusterFirstWithHostNet'}


def readme() -> str:
    return (OPERATOR / 'README.md').read_text()
