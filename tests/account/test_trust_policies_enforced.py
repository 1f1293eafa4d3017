"""The verdicts on trust policies are those of a server that enforces them: Datadog is let in where they say so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.account.builders import ACCOUNT_ID, SECRET
from tests.diagnoses.integration.trust_policies import DATADOG, TRUST_POLICIES, TrustPolicy

REGION = 'us-east-1'
ASSUME = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Resource': '*'}]}


def client(service: str, endpoint: str, key: str, secret: str) -> Any:
    import boto3

    return boto3.Session().client(
        service, REGION, endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret
    )


@pytest.fixture(scope='module')
def datadog(ministack_endpoint: str) -> Iterator[Any]:
    """STS, as a user of Datadog's account asks it."""
    root = client('iam', ministack_endpoint, DATADOG, 'test')
    root.create_user(UserName='crawler')
    root.put_user_policy(UserName='crawler', PolicyName='assume', PolicyDocument=json.dumps(ASSUME))
    key = root.create_access_key(UserName='crawler')['AccessKey']
    yield client('sts', ministack_endpoint, key['AccessKeyId'], key['SecretAccessKey'])


@pytest.fixture(scope='module')
def customer(ministack_endpoint: str) -> Any:
    """IAM, as the root of the account that Datadog looks into asks it."""
    return client('iam', ministack_endpoint, ACCOUNT_ID, 'test')


def create_role(customer: Any, policy: TrustPolicy) -> str:
    number = TRUST_POLICIES.index(policy)
    role = customer.create_role(
        RoleName=f'DatadogIntegrationRole{number}', AssumeRolePolicyDocument=json.dumps(policy.document)
    )
    return str(role['Role']['Arn'])


def is_admitted(datadog: Any, arn: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        datadog.assume_role(RoleArn=arn, RoleSessionName='crawl', ExternalId=SECRET)
    except ClientError as e:
        assert e.response['Error']['Code'] == 'AccessDenied'
        return False
    return True


@pytest.mark.parametrize('policy', [pytest.param(policy, id=policy.words) for policy in TRUST_POLICIES])
def test_datadog_is_let_in_where_the_verdict_says_so(policy: TrustPolicy, customer: Any, datadog: Any) -> None:
    admitted = is_admitted(datadog, create_role(customer, policy))
    assert admitted is (policy.admits != bool(policy.not_emulated))
