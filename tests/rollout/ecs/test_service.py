"""The task and the service of rollout/ecs, registered with a server."""

from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from tests.rollout.cloudformation import Template, client, lint
from tests.rollout.environment import ROOT

DIRECTORY = ROOT / 'rollout' / 'ecs'
TEMPLATE = DIRECTORY / 'template.yaml'
SECRET = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:datadog-api-key-AbCdEf'
GIVEN = {'Cluster': 'main', 'Image': 'registry.example/agent:7.80.0-0.1.0', 'ApiKeySecret': SECRET}


@pytest.fixture(scope='module')
def endpoint(empty_moto: str) -> str:
    client('ecs', empty_moto).create_cluster(clusterName='main')
    return empty_moto


def parameters(endpoint: str, stack: str, resource: str, **given: str) -> dict[str, Any]:
    """What CloudFormation asks ECS for a resource of a stack."""
    template = Template.read(TEMPLATE)
    properties = template.properties(resource)
    return dict(_camel(template.only('ExecutionRole').evaluated(endpoint, stack, {**GIVEN, **given}, properties)))


def _camel(value: Any) -> Any:
    """The names of the API begin with a small letter."""
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _camel(item) for key, item in value.items()}
    return value


def registered(endpoint: str, stack: str, **given: str) -> dict[str, Any]:
    ecs = client('ecs', endpoint)
    task = ecs.register_task_definition(**parameters(endpoint, stack, 'Task', **given))['taskDefinition']
    return dict(ecs.describe_task_definition(taskDefinition=task['taskDefinitionArn'])['taskDefinition'])


def test_the_task_asks_for_no_more_than_the_check_needs(endpoint: str) -> None:
    task = registered(endpoint, 'diagnostics')
    (container,) = task['containerDefinitions']
    assert (task['networkMode'], task['requiresCompatibilities'], task['family']) == ('host', ['EC2'], 'diagnostics')
    assert container['environment'] == [{'name': 'DD_SITE', 'value': 'datadoghq.com'}]
    assert container['secrets'] == [{'name': 'DD_API_KEY', 'valueFrom': SECRET}]
    assert {'privileged', 'linuxParameters', 'user'}.isdisjoint(container)
    assert 'taskRoleArn' not in task
    writable = [mount['containerPath'] for mount in container['mountPoints'] if not mount['readOnly']]
    assert writable == ['/opt/datadog-agent/run']
    assert {mount['sourceVolume'] for mount in container['mountPoints']} == {found['name'] for found in task['volumes']}


def test_a_bridge_needs_another_source_of_the_name_or_a_greater_hop_limit(endpoint: str) -> None:
    file = '/var/lib/cloud/data/instance-id'
    task = registered(endpoint, 'bridge', NetworkMode='bridge', HostnameFile=file)
    (container,) = task['containerDefinitions']
    assert task['networkMode'] == 'bridge'
    assert {'name': 'DD_HOSTNAME_FILE', 'value': '/host/hostname'} in container['environment']
    assert {'sourceVolume': 'hostname', 'containerPath': '/host/hostname', 'readOnly': True} in container['mountPoints']
    assert [volume['host'] for volume in task['volumes'] if volume['name'] == 'hostname'] == [{'sourcePath': file}]


def service(endpoint: str, stack: str) -> dict[str, Any]:
    """What CloudFormation asks ECS for the service, with a task that is registered."""
    template = Template.read(TEMPLATE)
    properties = template.properties('Service')
    assert properties['TaskDefinition'] == {'Ref': 'Task'}
    properties['TaskDefinition'] = registered(endpoint, f'{stack}-task')['taskDefinitionArn']
    asked = dict(_camel(template.only('ExecutionRole').evaluated(endpoint, stack, GIVEN, properties)))
    asked['deploymentConfiguration']['minimumHealthyPercent'] = int(
        asked['deploymentConfiguration']['minimumHealthyPercent']
    )
    return asked


def test_each_instance_runs_the_task_once(endpoint: str) -> None:
    asked = service(endpoint, 'daemon')
    made = client('ecs', endpoint).create_service(**asked)['service']
    assert (made['schedulingStrategy'], made['launchType'], made['status']) == ('DAEMON', 'EC2', 'ACTIVE')
    assert made['taskDefinition'] == asked['taskDefinition']
    assert asked['deploymentConfiguration'] == {'minimumHealthyPercent': 90, 'maximumPercent': 100}
    assert 'desiredCount' not in asked


@pytest.mark.parametrize(('operation', 'resource'), [('RegisterTaskDefinition', 'Task'), ('CreateService', 'Service')])
def test_the_service_model_refuses_a_misspelt_member(endpoint: str, operation: str, resource: str) -> None:
    asked = (
        parameters(endpoint, f'model-{resource}', 'Task') if resource == 'Task' else service(endpoint, 'model-service')
    )
    shape = Session().get_service_model('ecs').operation_model(operation).input_shape
    assert ParamValidator().validate(asked, shape).generate_report() == ''
    assert 'Unknown parameter' in ParamValidator().validate({**asked, 'lunchType': 'EC2'}, shape).generate_report()


def test_ecs_may_read_one_secret(endpoint: str) -> None:
    (policy,) = parameters(endpoint, 'role', 'ExecutionRole')['policies']
    statement = {'effect': 'Allow', 'action': 'secretsmanager:GetSecretValue', 'resource': SECRET}
    assert policy['policyDocument']['statement'] == [statement]


def test_the_template_is_clean_and_a_broken_one_is_not(tmp_path: Path) -> None:
    mistakes = {'E3030': ('SchedulingStrategy: DAEMON', 'SchedulingStrategy: DEMON')}
    assert lint(TEMPLATE, mistakes, tmp_path) == ([], list(mistakes))
