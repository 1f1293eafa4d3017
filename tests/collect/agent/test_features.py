"""What the Agent takes for ECS, and what makes it a sidecar: its own rules, row by row."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.agent import AgentReader
from datadog_checks.aws_diagnostics.collect.agent.features import read_ecs, read_sidecar
from datadog_checks.aws_diagnostics.facts import Container, ContainerKind, Ecs

from .agents import described

EC2 = {'AWS_EXECUTION_ENV': 'AWS_ECS_EC2'}
MANAGED = {'AWS_EXECUTION_ENV': 'AWS_ECS_MANAGED_INSTANCES'}
FARGATE = {'AWS_EXECUTION_ENV': 'AWS_ECS_FARGATE'}
URI = {'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2/v4/x'}


def excluding(*patterns: str) -> Mapping[str, object]:
    return {'autoconfig_exclude_features': list(patterns)}


@pytest.mark.parametrize(
    ('environ', 'settings', 'found'),
    [
        pytest.param({}, {}, Ecs.NONE, id='nothing'),
        pytest.param(EC2, {}, Ecs.EC2, id='a task on EC2'),
        pytest.param(URI, {}, Ecs.EC2, id='the address of the metadata of a task'),
        pytest.param({'ECS_CONTAINER_METADATA_URI': 'http://169.254.170.2/v3/x'}, {}, Ecs.EC2, id='its older address'),
        pytest.param({'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI': '/v2/x'}, {}, Ecs.EC2, id='credentials of a task'),
        pytest.param({'ECS_CONTAINER_METADATA_URI': ''}, {}, Ecs.NONE, id='an address without a value'),
        pytest.param({'AWS_EXECUTION_ENV': 'AWS_Lambda_python3.13'}, {}, Ecs.NONE, id='another environment of AWS'),
        pytest.param(MANAGED | URI, {}, Ecs.MANAGED_INSTANCES, id='Managed Instances'),
        pytest.param(FARGATE | URI, {}, Ecs.NONE, id='Fargate'),
        pytest.param(URI | {'ECS_FARGATE': 'false'}, {}, Ecs.NONE, id='ECS_FARGATE with any value'),
        pytest.param(URI, {'eks_fargate': True}, Ecs.NONE, id='eks_fargate'),
        pytest.param(MANAGED, {'eks_fargate': True}, Ecs.MANAGED_INSTANCES, id='Managed Instances before eks_fargate'),
        pytest.param(EC2, {'autoconfig_from_environment': False}, Ecs.NONE, id='told not to look around'),
        pytest.param(EC2 | {'AUTOCONFIG_FROM_ENVIRONMENT': 'false'}, {}, Ecs.NONE, id='told so by the old variable'),
        pytest.param(EC2 | {'AUTCONFIG_FROM_ENVIRONMENT': 'no'}, {}, Ecs.NONE, id='told so by nonsense'),
        pytest.param(
            EC2 | {'AUTOCONFIG_FROM_ENVIRONMENT': 'true'},
            {'autoconfig_from_environment': False},
            Ecs.EC2,
            id='the old variable wins over the setting',
        ),
        pytest.param(EC2, excluding('ecsec2'), Ecs.NONE, id='excluded by name'),
        pytest.param(EC2, excluding('name:ECS.*'), Ecs.NONE, id='excluded by a pattern'),
        pytest.param(EC2, excluding('docker', '^ecs$'), Ecs.EC2, id='others are excluded'),
        pytest.param(EC2, excluding('ecs(', '\\d{999999999999}'), Ecs.EC2, id='excluded by a malformed pattern'),
        pytest.param(EC2, excluding('ecs' + '.?' * 40), Ecs.EC2, id='excluded by a pattern longer than we try'),
        pytest.param(MANAGED, excluding('ecsec2'), Ecs.MANAGED_INSTANCES, id='Managed Instances is another feature'),
        pytest.param(MANAGED, excluding('managed'), Ecs.NONE, id='Managed Instances excluded'),
        pytest.param({}, {'autoconfig_include_features': ['ECSEC2']}, Ecs.EC2, id='included by name'),
        pytest.param({}, {'autoconfig_include_features': 'docker ecsec2'}, Ecs.EC2, id='included by a variable'),
        pytest.param({}, {'autoconfig_include_features': ['ecsfargate', 7]}, Ecs.NONE, id='others are included'),
    ],
)
def test_what_the_agent_takes_for_ecs(
    tmp_path: Path, environ: Mapping[str, str], settings: Mapping[str, object], found: Ecs
) -> None:
    assert read_ecs(described(settings), environ, tmp_path) is found


def test_the_file_of_the_ecs_agent_makes_an_agent_on_the_host_one_on_ecs(tmp_path: Path) -> None:
    config = tmp_path / 'etc/ecs/ecs.config'
    config.parent.mkdir(parents=True)
    assert read_ecs(described(), {}, tmp_path) is Ecs.NONE
    config.touch()
    assert read_ecs(described(), {}, tmp_path) is Ecs.EC2
    assert read_ecs(described({'eks_fargate': 'true'}), {}, tmp_path) is Ecs.NONE


SIDECAR = {'ecs_deployment_mode': 'sidecar'}
IN_SIDECAR_MODE = Container(
    ContainerKind.SIDECAR, "ecs_deployment_mode is sidecar and AWS_EXECUTION_ENV is 'AWS_ECS_MANAGED_INSTANCES'"
)
ON_EKS_FARGATE = Container(ContainerKind.FARGATE, 'eks_fargate is true')


@pytest.mark.parametrize(
    ('environ', 'settings', 'version', 'found'),
    [
        pytest.param(MANAGED, SIDECAR, '7.73.0', IN_SIDECAR_MODE, id='a sidecar on Managed Instances'),
        pytest.param(MANAGED, {'ecs_deployment_mode': 'Sidecar'}, '', IN_SIDECAR_MODE, id='the version is not known'),
        pytest.param(MANAGED, SIDECAR, '7.72.4', None, id='a version that does not know the setting'),
        pytest.param(MANAGED, {}, '7.81.3', None, id='a daemon by default'),
        pytest.param(MANAGED, {'ecs_deployment_mode': 'auto'}, '7.81.3', None, id='a daemon by auto'),
        pytest.param(MANAGED, {'ecs_deployment_mode': ['sidecar']}, '7.81.3', None, id='nonsense'),
        pytest.param(EC2, SIDECAR, '7.81.3', None, id='a task on EC2'),
        pytest.param({}, SIDECAR, '7.81.3', None, id='no task'),
        pytest.param({}, {'eks_fargate': True}, '7.81.3', ON_EKS_FARGATE, id='EKS Fargate by the file'),
        pytest.param({}, {'eks_fargate': 'false'}, '7.81.3', None, id='not EKS Fargate'),
    ],
)
def test_what_makes_the_agent_a_sidecar(
    environ: Mapping[str, str], settings: Mapping[str, object], version: str, found: Container | None
) -> None:
    agent = described(settings, version=version)
    reader = AgentReader(agent, expvar_port=None, imds_address='169.254.169.254', environ=environ)
    assert read_sidecar(agent, environ) == reader.sidecar() == found
