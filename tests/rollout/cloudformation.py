"""A CloudFormation template of this repository, and what a moto server makes of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.client import BaseClient
from botocore.session import Session
from cfnlint.decode import decode

from tests.account.servers import KEYS

REGION = 'eu-west-1'


def client(service: str, endpoint: str) -> BaseClient:
    return Session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=KEYS['AWS_ACCESS_KEY_ID'],
        aws_secret_access_key=KEYS['AWS_SECRET_ACCESS_KEY'],
    )


def template(path: Path) -> dict[str, Any]:
    """With the short forms of functions written out."""
    decoded, problems = decode(str(path))
    assert problems == []
    plain: dict[str, Any] = json.loads(json.dumps(decoded, default=str))
    return plain


def deployed(endpoint: str, name: str, body: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """The outputs of a new stack."""
    cloud = client('cloudformation', endpoint)
    cloud.create_stack(
        StackName=name,
        TemplateBody=json.dumps(body),
        Parameters=[{'ParameterKey': key, 'ParameterValue': value} for key, value in parameters.items()],
        Capabilities=['CAPABILITY_IAM'],
    )
    (stack,) = cloud.describe_stacks(StackName=name)['Stacks']
    assert stack['StackStatus'] == 'CREATE_COMPLETE'
    return {output['OutputKey']: output['OutputValue'] for output in stack.get('Outputs', [])}
