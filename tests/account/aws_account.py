"""What the tests put into an emulated account, by the operations that an operator would use."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.loaders import Loader

from datadog_checks.aws_diagnostics.collect.aws.botocore_setup import botocore_session
from datadog_checks.aws_diagnostics.collect.aws.session import Client

ROLE = 'DatadogIntegrationRole'
SECRET = 'b2f0c1e4d5a64798a3c1d2e3f4a5b6c7'
DATADOG = 'arn:aws:iam::464622532012:root'

TRUST: Mapping[str, Any] = {
    'Effect': 'Allow',
    'Principal': {'AWS': DATADOG},
    'Action': 'sts:AssumeRole',
    'Condition': {'StringEquals': {'sts:ExternalId': SECRET}},
}
"""As Datadog's CloudFormation template writes it."""


@cache
def all_models() -> Loader:
    """Read once: it takes longer than most tests."""
    return Loader()


def operator(service: str = 'iam', region: str = 'us-east-1') -> Client:
    """A client with every operation of the service; those of the check have only what the check calls."""
    session = botocore_session()
    session.register_component('data_loader', all_models())
    return session.create_client(service, region_name=region)


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({'Version': '2012-10-17', 'Statement': list(statements)})


def allow(*actions: str, **differences: Any) -> dict[str, Any]:
    return {'Effect': 'Allow', 'Action': list(actions), 'Resource': '*', **differences}


def create_role(iam: Client, name: str = ROLE, trust: Mapping[str, Any] = TRUST, **arguments: str) -> str:
    """Gives its ARN."""
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **arguments)['Role']['Arn']
    return arn


def create_policy(iam: Client, name: str, *statements: Mapping[str, Any]) -> str:
    """Gives its ARN."""
    arn: str = iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))['Policy']['Arn']
    return arn


def user_keys(iam: Client, name: str, *statements: Mapping[str, Any]) -> dict[str, str]:
    """Creates a user who may do what these statements say, and gives the environment of such a client."""
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName='may', PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=name)['AccessKey']
    return {'AWS_ACCESS_KEY_ID': key['AccessKeyId'], 'AWS_SECRET_ACCESS_KEY': key['SecretAccessKey']}
