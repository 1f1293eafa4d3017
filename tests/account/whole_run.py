"""A whole run of the command line on an account that lives in local servers: IAM, EC2 and the Datadog API."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from datadog_checks.aws_diagnostics.cli import run
from tests.account.aws_account import operator
from tests.account.builders import SECRET
from tests.account.datadog_api import API_KEY, APP_KEY

EXAMPLE = Path(__file__).parents[2] / 'examples' / 'account.yaml'
ROLE = 'DatadogIntegrationRole'
DATADOG = 'arn:aws:iam::464622532012:root'
STANDARD = ('cloudwatch:Get*', 'cloudwatch:List*', 'ec2:Describe*', 'tag:GetResources')
RESOURCE_COLLECTION = ('backup:ListRecoveryPointsByBackupVault',)
Document = dict[str, Any]


def statement(**differences: object) -> Document:
    """The statement that Datadog's own template writes; a difference that is None leaves its element out."""
    whole = {
        'Effect': 'Allow',
        'Principal': {'AWS': DATADOG},
        'Action': 'sts:AssumeRole',
        'Condition': {'StringEquals': {'sts:ExternalId': SECRET}},
        **differences,
    }
    return {element: value for element, value in whole.items() if value is not None}


def policy(*statements: Document) -> Document:
    return {'Version': '2012-10-17', 'Statement': list(statements)}


def allows(*actions: str) -> Document:
    return {'Effect': 'Allow', 'Action': list(actions), 'Resource': '*'}


def iam() -> Any:
    return operator()


def make_role(
    trust: Document, *permissions: Document, name: str = ROLE, security_audit: bool = True, path: str = '/'
) -> None:
    """Anew, with inline policies and AWS's SecurityAudit. A role of that name that another test left goes first."""
    client = iam()
    _remove_role(client, name)
    client.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(trust))
    for number, document in enumerate(permissions):
        client.put_role_policy(RoleName=name, PolicyName=f'inline-{number}', PolicyDocument=json.dumps(document))
    if security_audit:
        client.attach_role_policy(RoleName=name, PolicyArn='arn:aws:iam::aws:policy/SecurityAudit')


def _remove_role(client: Any, name: str) -> None:
    try:
        inline = client.list_role_policies(RoleName=name)['PolicyNames']
    except client.exceptions.NoSuchEntityException:
        return
    for policy_name in inline:
        client.delete_role_policy(RoleName=name, PolicyName=policy_name)
    for attached in client.list_attached_role_policies(RoleName=name)['AttachedPolicies']:
        client.detach_role_policy(RoleName=name, PolicyArn=attached['PolicyArn'])
    client.delete_role(RoleName=name)


def put_metric(namespace: str, name: str = 'Connections', *, region: str = 'us-east-1', **dimensions: str) -> None:
    """One value, now."""
    named = [{'Name': dimension, 'Value': value} for dimension, value in dimensions.items()]
    operator('cloudwatch', region).put_metric_data(
        Namespace=namespace, MetricData=[{'MetricName': name, 'Dimensions': named, 'Value': 1.0}]
    )


def configuration(directory: Path, datadog_url: str, **account: object) -> Path:
    """The example of this repository, at a local Datadog API."""
    document = yaml.safe_load(EXAMPLE.read_text())
    (instance,) = document['instances']
    instance['account'] = {**instance['account'], 'datadog_api_url': datadog_url, **account}
    path = directory / 'account.yaml'
    path.write_text(yaml.safe_dump(document))
    return path


def give_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('DD_API_KEY', API_KEY)
    monkeypatch.setenv('DD_APP_KEY', APP_KEY)


def check(capsys: pytest.CaptureFixture[str], config: Path) -> Mapping[str, Any]:
    """What `aws-diagnostics check --json` prints of the one instance."""
    run(['check', '--json', '--config', str(config)])
    (report,) = json.loads(capsys.readouterr().out)['reports']
    found: Mapping[str, Any] = report
    return found


def statuses(document: Mapping[str, Any]) -> dict[str, str]:
    """By the id of the diagnosis."""
    return {finding['id']: finding['status'] for finding in document['findings']}


def failed(document: Mapping[str, Any]) -> set[str]:
    return {id for id, status in statuses(document).items() if status in ('warning', 'critical')}
