"""The CloudFormation template of rollout/ssm: what a stack of it is, and that its scripts are those beside it."""

import ast
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import jmespath
import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from tests.rollout.cloudformation import Template, client, lint
from tests.rollout.environment import ROOT, system_program
from tools.documents import with_scripts

DIRECTORY = ROOT / 'rollout' / 'ssm'
TEMPLATE = DIRECTORY / 'template.yaml'
GIVEN = {'Version': '0.1.0', 'Sha256': 'a' * 64, 'Bucket': 'packages', 'TagValue': 'canary', 'Configuration': '{}'}
BUCKET = 'arn:aws:s3:::packages'


MISTAKES = {
    'E3051': ('schemaVersion: "2.2"', 'schemaVersion: "2.3"'),
    'E3002': ('MaxErrors: !Ref', 'MaxError: !Ref'),
    'W3037': ('s3:GetObject', 's3:GetObjects'),
    'E1020': ('Equals [!Ref Method', 'Equals [!Ref Methods'),
}
"""Rule of cfn-lint -> a document of no known schema, a misspelt property, an unknown action, an unknown parameter."""


def test_the_template_is_clean_and_a_broken_one_is_not(tmp_path: Path) -> None:
    assert lint(TEMPLATE, MISTAKES, tmp_path) == ([], list(MISTAKES))


def test_the_template_holds_the_scripts_beside_it(tmp_path: Path) -> None:
    text = TEMPLATE.read_text()
    assert with_scripts(text) == text
    for script in ('install.sh', 'remove.sh'):
        (tmp_path / script).write_text('exit 0\n')
    assert with_scripts(text, tmp_path) != text
    for path in DIRECTORY.glob('*.sh'):
        assert '{{' not in path.read_text(), 'Systems Manager would take it for a parameter'


def test_the_scripts_are_clean() -> None:
    scripts = sorted(DIRECTORY.glob('*.sh'))
    checked = subprocess.run([system_program('shellcheck'), '-s', 'sh', *scripts], capture_output=True, text=True)
    assert (len(scripts), checked.returncode, checked.stdout) == (2, 0, '')


def evaluated(endpoint: str, stack: str, wanted: str, **given: str) -> dict[str, Any]:
    """The properties of the association of a new stack."""
    template = Template.read(TEMPLATE)
    given = {**GIVEN, 'Wanted': wanted, **given}
    return dict(template.evaluated(endpoint, stack, given, template.properties('Association')))


def document(endpoint: str, name: str) -> dict[str, Any]:
    """Of a stack, which moto keeps as Python prints it."""
    return dict(ast.literal_eval(client('ssm', endpoint).get_document(Name=name)['Content']))


def test_a_stack_keeps_the_check_on_the_instances_with_the_tag(empty_moto: str) -> None:
    association = evaluated(empty_moto, 'canary', 'present')
    installs = document(empty_moto, association.pop('Name'))
    assert [step['action'] for step in installs['mainSteps']] == ['aws:downloadContent', 'aws:runShellScript']
    assert {rule['type'] for rule in installs['parameters'].values()} == {'String'}
    assert association == {
        'AssociationName': 'canary',
        'DocumentVersion': '$LATEST',
        'Parameters': {
            'Method': ['checks.d'],
            'Version': ['0.1.0'],
            'Sha256': ['a' * 64],
            'Source': ['https://packages.s3.eu-west-1.amazonaws.com/aws-diagnostics/aws_diagnostics-0.1.0.py'],
            'Configuration': ['e30='],
        },
        'Targets': [{'Key': 'tag:aws-diagnostics', 'Values': ['canary']}],
        'ScheduleExpression': 'rate(12 hours)',
        'MaxConcurrency': '10%',
        'MaxErrors': '2%',
        'ComplianceSeverity': 'MEDIUM',
    }
    assert association['Parameters'].keys() == installs['parameters'].keys()
    wheel = evaluated(empty_moto, 'wheel', 'present', Method='wheel')['Parameters']['Source']
    assert wheel[0].endswith('/aws-diagnostics/datadog_aws_diagnostics-0.1.0-py3-none-any.whl')


def test_a_stack_that_wants_it_absent_removes_it(empty_moto: str) -> None:
    association = evaluated(empty_moto, 'absent', 'absent')
    assert association['Name'] == 'datadog-absent-remove'
    (step,) = document(empty_moto, association['Name'])['mainSteps']
    assert (step['name'], 'Parameters' in association) == ('Remove', False)


@pytest.mark.parametrize('wanted', ['present', 'absent'])
def test_the_service_takes_the_association_and_the_document(empty_moto: str, wanted: str) -> None:
    association = evaluated(empty_moto, f'valid-{wanted}', wanted)
    model = Session().get_service_model('ssm')
    create = model.operation_model('CreateAssociation').input_shape
    assert ParamValidator().validate(association, create).generate_report() == ''
    for name, shape in create.members.items():
        if name in association and 'pattern' in shape.metadata:
            assert re.search(shape.metadata['pattern'], association[name]), name
    assert ParamValidator().validate({**association, 'MaxErrors': 2}, create).generate_report() != ''
    content = json.dumps(document(empty_moto, association['Name']))
    assert len(content) < 64 * 1024, 'what Systems Manager takes'
    ssm = client('ssm', empty_moto)
    ssm.create_document(Content=content, Name=f'datadog-{wanted}', DocumentType='Command', DocumentFormat='JSON')
    assert ssm.get_document(Name=f'datadog-{wanted}')['Content'] == content


def test_the_instances_may_read_one_prefix(empty_moto: str) -> None:
    arn = Template.read(TEMPLATE).deployed(empty_moto, 'policy', GIVEN)['ReadPackagesArn']
    policy = client('iam', empty_moto).get_policy_version(PolicyArn=arn, VersionId='v1')
    listing = {'StringLike': {'s3:prefix': 'aws-diagnostics/*'}}
    assert policy['PolicyVersion']['Document']['Statement'] == [
        {'Effect': 'Allow', 'Action': 's3:GetObject', 'Resource': f'{BUCKET}/aws-diagnostics/*'},
        {'Effect': 'Allow', 'Action': 's3:ListBucket', 'Resource': BUCKET, 'Condition': listing},
    ]


def test_instances_that_systems_manager_does_not_reach_are_found_as_the_readme_says() -> None:
    running, managed = re.findall(r'--query "(.+?)"', (DIRECTORY / 'README.md').read_text())
    instances = {'Reservations': [{'Instances': [{'InstanceId': 'i-1'}, {'InstanceId': 'i-2'}]}]}
    known = [{'InstanceId': 'i-1', 'PingStatus': 'Online'}, {'InstanceId': 'i-2', 'PingStatus': 'ConnectionLost'}]
    assert jmespath.search(running, instances) == ['i-1', 'i-2']
    assert jmespath.search(managed, {'InstanceInformationList': known}) == ['i-1']
