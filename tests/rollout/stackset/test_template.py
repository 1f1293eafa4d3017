"""rollout/stackset: the role that it creates in every account, who may assume it, and the commands of its page."""

import ast
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name
from botocore.session import get_session
from botocore.validate import ParamValidator

from datadog_checks.aws_diagnostics.cli import run
from tests.account.servers import MOTO_ACCOUNT
from tests.rollout.cloudformation import Template, client, lint
from tests.rollout.environment import ROOT
from tests.test_document_commands import options
from tools.documents import least_privilege, read

DIRECTORY = ROOT / 'rollout' / 'stackset'
TEMPLATE = DIRECTORY / 'template.yaml'
README = (DIRECTORY / 'README.md').read_text()
EXTERNAL_ID = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
RUNNER, ORGANIZATION = '210987654321', 'o-exampleorgid'
GIVEN = {'TrustedAccount': RUNNER}
COMMANDS = [
    line.strip()
    for block in re.findall(r'```shell\n(.+?)```', README, re.DOTALL)
    for line in re.sub(r'\\\n\s*', '', block).splitlines()
    if line.startswith('aws ') and ' deploy ' not in line
]


MISTAKES = {
    'W3037': ('iam:GetRolePolicy\n', 'iam:GetRolePolicies\n'),
    'E3034': ('MaxSessionDuration: 3600', 'MaxSessionDuration: 36'),
    'E1028': ('- OneRole\n', '- OneRoles\n'),
}
"""Rule of cfn-lint -> an action that does not exist, a session that is too short, a condition that does not exist."""


def test_the_template_is_clean_and_a_broken_one_is_not(tmp_path: Path) -> None:
    assert lint(TEMPLATE, MISTAKES, tmp_path) == ([], list(MISTAKES))


def deployed(endpoint: str, name: str, **given: str) -> dict[str, Any]:
    """The role of a new stack, as IAM has it."""
    given = {**GIVEN, 'RoleName': name, **given}
    outputs = Template.read(TEMPLATE).deployed(endpoint, name, given)
    role: dict[str, Any] = client('iam', endpoint).get_role(RoleName=name)['Role']
    assert outputs == {'RoleArn': role['Arn']}
    return role


def policy(endpoint: str, name: str) -> dict[str, Any]:
    """Which moto keeps as Python prints it, where it comes from a stack."""
    iam = client('iam', endpoint)
    return dict(ast.literal_eval(iam.get_role_policy(RoleName=name, PolicyName='aws-diagnostics')['PolicyDocument']))


def trust(role: dict[str, Any]) -> dict[str, Any]:
    (statement,) = role['AssumeRolePolicyDocument']['Statement']
    return dict(statement)


def test_the_role_may_do_what_the_permissions_document_lists_and_nothing_else(empty_moto: str) -> None:
    deployed(empty_moto, 'plain')
    granted = policy(empty_moto, 'plain')
    documented = json.dumps(least_privilege(read('docs/permissions.md')))
    expected = json.loads(documented.replace('arn:aws:iam::*', f'arn:aws:iam::{MOTO_ACCOUNT}').replace('["*"]', '"*"'))
    assert granted == expected
    assert client('iam', empty_moto).list_attached_role_policies(RoleName='plain')['AttachedPolicies'] == []


def test_another_integration_role_is_the_one_whose_policies_are_read(empty_moto: str) -> None:
    deployed(empty_moto, 'other', IntegrationRole='team/Datadog')
    assert policy(empty_moto, 'other')['Statement'][0]['Resource'] == [f'arn:aws:iam::{MOTO_ACCOUNT}:role/team/Datadog']


FROM = {'AWS': f'arn:aws:iam::{RUNNER}:root'}
ONE_ROLE = {'ArnEquals': {'aws:PrincipalArn': f'arn:aws:iam::{RUNNER}:role/k8s/runner'}}
ONE_ORGANIZATION = {'StringLike': {'aws:PrincipalOrgID': ORGANIZATION}}
TRUST = [
    pytest.param({}, None, id='an account'),
    pytest.param({'TrustedRole': 'k8s/runner'}, ONE_ROLE, id='a role with its path'),
    pytest.param({'OrganizationId': ORGANIZATION}, ONE_ORGANIZATION, id='an organization'),
    pytest.param(
        {'TrustedRole': 'k8s/runner', 'OrganizationId': ORGANIZATION},
        {**ONE_ROLE, **ONE_ORGANIZATION},
        id='both',
    ),
    pytest.param({'ExternalId': EXTERNAL_ID}, {'StringEquals': {'sts:ExternalId': EXTERNAL_ID}}, id='an external id'),
]


@pytest.mark.parametrize(('given', 'condition'), TRUST)
def test_who_may_assume_the_role(
    empty_moto: str, given: dict[str, str], condition: dict[str, Any] | None, request: pytest.FixtureRequest
) -> None:
    name = re.sub(r'\W+', '-', request.node.callspec.id)
    allowed = {'Effect': 'Allow', 'Principal': FROM, 'Action': 'sts:AssumeRole'}
    expected = allowed if condition is None else {**allowed, 'Condition': condition}
    assert trust(deployed(empty_moto, name, **given)) == expected


def test_the_role_is_assumed(empty_moto: str) -> None:
    role = deployed(empty_moto, 'assumed')
    assert role['MaxSessionDuration'] == 3600
    granted = client('sts', empty_moto).assume_role(RoleArn=role['Arn'], RoleSessionName='try')
    assert granted['AssumedRoleUser']['Arn'] == f'arn:aws:sts::{MOTO_ACCOUNT}:assumed-role/assumed/try'


WRONG = {
    'TrustedAccount': ['', '12345678901', 'arn:aws:iam::1:root', '*'],
    'TrustedRole': ['*', 'a b', '/a', 'a/', 'arn:aws:iam::210987654321:role/x'],
    'OrganizationId': ['o-', '*', 'r-abcd'],
    'ExternalId': ['x', '*', 'a b'],
    'RoleName': ['', 'a/b', '*'],
    'IntegrationRole': ['', '*', 'a/*', '/a'],
}


@pytest.mark.parametrize(('name', 'value'), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_parameter_widens_nothing(name: str, value: str) -> None:
    assert not re.fullmatch(Template.read(TEMPLATE).body['Parameters'][name]['AllowedPattern'], value)


def test_a_default_is_allowed() -> None:
    parameters = Template.read(TEMPLATE).body['Parameters'].values()
    assert all(re.fullmatch(p['AllowedPattern'], p['Default']) for p in parameters if 'Default' in p)


def call(command: str) -> tuple[str, str, dict[str, Any]]:
    """Service, operation and parameters of a line of the AWS CLI."""
    _, service, operation, *words = shlex.split(command)
    model = get_session().get_service_model(service)
    (name,) = [name for name in model.operation_names if xform_name(name, '-') == operation]
    shape = model.operation_model(name).input_shape
    members = {f'--{xform_name(member, "-")}': member for member in shape.members}
    given = {option: values for option, values in options(words).items() if option not in OF_THE_CLI}
    flags = {option: False for option in given if option.startswith('--no-')}
    typed = {members[o]: _typed(values, shape.members[members[o]]) for o, values in given.items() if o not in flags}
    typed |= {members[f'--{option.removeprefix("--no-")}']: value for option, value in flags.items()}
    assert ParamValidator().validate(typed, shape).generate_report() == ''
    return service, operation.replace('-', '_'), typed


OF_THE_CLI = ('--region', '--query', '--output')


def _typed(words: list[str], shape: Any) -> Any:
    """As the AWS CLI reads its short forms: `A=x,B=y` is a structure, and further words are further entries."""
    match shape.type_name:
        case 'list':
            return [_typed([word], shape.member) for word in words]
        case 'structure':
            pairs = dict(pair.split('=', 1) for pair in words[0].split(','))
            return {name: _typed([text], shape.members[name]) for name, text in pairs.items()}
        case 'boolean':
            return {'true': True, 'false': False}[words[0]]
        case 'integer':
            return int(words[0])
    return (ROOT / words[0].removeprefix('file://')).read_text() if words[0].startswith('file://') else words[0]


@pytest.mark.parametrize('command', COMMANDS)
def test_aws_knows_the_commands_of_the_page(command: str) -> None:
    service, operation, parameters = call(command)
    assert parameters or operation == 'activate_organizations_access', service


def test_the_stack_set_of_the_page_is_one_of_the_whole_organization(empty_moto: str) -> None:
    client('organizations', empty_moto).create_organization(FeatureSet='ALL')
    (root,) = client('organizations', empty_moto).list_roots()['Roots']
    cloud, asked = client('cloudformation', empty_moto), dict[str, Any]()
    for command in COMMANDS:
        _, operation, parameters = call(command.replace('r-abcd', root['Id']))
        if operation in ('create_stack_set', 'create_stack_instances', 'update_stack_set'):
            getattr(cloud, operation)(**parameters)
            asked[operation] = parameters
    assert asked['create_stack_set']['AutoDeployment'] == {'Enabled': True, 'RetainStacksOnAccountRemoval': False}
    made = cloud.describe_stack_set(StackSetName='aws-diagnostics')['StackSet']
    assert (made['PermissionModel'], made['TemplateBody']) == ('SERVICE_MANAGED', TEMPLATE.read_text())


def test_our_own_command_on_the_page_takes_what_it_is_given() -> None:
    """It is asked for its help with all of these options, so that it asks nobody."""
    (command,) = re.findall(r'^aws-diagnostics (.+)$', README, re.MULTILINE)
    assert run([*shlex.split(command), '--help']) == 0
    values = {
        name for line in README.splitlines() if line.startswith('helm ') for name in re.findall(r'--values (\S+)', line)
    }
    assert values == {'rollout/cluster-checks/values.yaml', 'accounts/values.yaml'}


def test_every_region_of_the_page_is_the_same_one() -> None:
    """IAM is global: a second region would create the role twice."""
    assert {word for command in COMMANDS for word in options(shlex.split(command)[3:]).get('--regions', [])} == {
        'us-east-1'
    }
