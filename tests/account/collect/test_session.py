"""Credentials of the ordinary chain, or of a role of another account; every request counts."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.budget import BudgetExhausted, CallBudget
from datadog_checks.aws_diagnostics.collect.aws.caller import read_caller
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.session import Client, open_session
from datadog_checks.aws_diagnostics.collect.deadline import Deadline, DeadlineExceeded
from tests.account import servers
from tests.account.scripted_aws import error, result, scripted_aws
from tests.collect.imds.scripted_imds import ScriptedImds, granted

CALLER = '<Arn>arn:aws:iam::123456789012:user/alice</Arn>'


def test_calls_are_counted_with_their_retries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [error('Throttling', 400), result('GetCallerIdentity', CALLER)]
    budget = CallBudget(10)
    with scripted_aws({'GetCallerIdentity': answers}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        with open_session(AccountOptions(), budget) as session:
            read_caller(session)
    assert (budget.made, budget.left) == (2, 8)


def test_nothing_is_sent_when_the_budget_is_spent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws({'GetCallerIdentity': [result('GetCallerIdentity', CALLER)]}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        with open_session(AccountOptions(max_api_calls=2)) as session:
            read_caller(session)
            read_caller(session)
            with pytest.raises(CallFailed, match=r'^the budget of 2 calls to AWS in one run is used up$'):
                read_caller(session)
    assert len(aws.asked) == 2


def test_nothing_is_sent_after_the_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws({'GetCallerIdentity': [result('GetCallerIdentity', CALLER)]}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        with (
            open_session(AccountOptions(), CallBudget(10, Deadline(0))) as session,
            pytest.raises(CallFailed, match=r'^the deadline of this run is over$'),
        ):
            read_caller(session)
    assert aws.asked == []


def test_a_budget_ends_where_it_is_spent() -> None:
    budget = CallBudget(1)
    budget.spend(request=object())
    with pytest.raises(BudgetExhausted):
        budget.spend(request=object())
    with pytest.raises(DeadlineExceeded):
        CallBudget(1, Deadline(0)).spend()
    assert budget.made == 1


REGIONS = [
    pytest.param('eu-west-1', None, 'eu-west-1', id='the region of the environment'),
    pytest.param('eu-west-1', ('us-gov-west-1',), 'eu-west-1', id='the environment before the options'),
    pytest.param('', ('us-gov-west-1', 'us-gov-east-1'), 'us-gov-west-1', id='the first region that is looked at'),
    pytest.param('', None, 'us-east-1', id='nothing says a region'),
]


@pytest.mark.parametrize(('environment', 'looked_at', 'expected'), REGIONS)
def test_the_region_of_the_session(
    environment: str,
    looked_at: tuple[str, ...] | None,
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    servers.use(monkeypatch, servers.environment('http://127.0.0.1:9', tmp_path, region=environment))
    with open_session(AccountOptions(regions=looked_at)) as session:
        assert session.region == expected


PARTITIONS = [
    pytest.param('us-east-1', 'https://iam.amazonaws.com', id='commercial'),
    pytest.param('us-gov-west-1', 'https://iam.us-gov.amazonaws.com', id='GovCloud'),
    pytest.param('cn-north-1', 'https://iam.cn-north-1.amazonaws.com.cn', id='China'),
]


@pytest.mark.parametrize(('region', 'endpoint'), PARTITIONS)
def test_each_partition_has_an_iam_of_its_own(
    region: str, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = servers.environment('', tmp_path, region=region)
    del environ['AWS_ENDPOINT_URL']
    servers.use(monkeypatch, environ)
    with open_session(AccountOptions()) as session:
        meta: Any = session.client('iam').meta
        assert meta.endpoint_url == endpoint


def test_a_client_waits_briefly_tries_three_times_and_says_who_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers.use(monkeypatch, servers.environment('http://127.0.0.1:9', tmp_path))
    with open_session(AccountOptions()) as session:
        client = session.client('sts')
        meta: Any = client.meta
        assert session.client('sts') is client
    found = meta.config
    assert (found.connect_timeout, found.read_timeout) == (5, 20)
    assert (found.retries['mode'], found.retries['total_max_attempts']) == ('standard', 3)
    assert 'datadog-aws-diagnostics/' in found.user_agent


class TestCredentialsFromImds:
    """The chain asks IMDS last, and only where the host scope has not found that it does not answer."""

    @pytest.mark.parametrize(
        ('usable', 'asked'),
        [pytest.param(True, True, id='IMDS answers'), pytest.param(False, False, id='IMDS was found out of reach')],
    )
    def test_imds_is_asked_only_where_it_is_usable(
        self, usable: bool, asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with ScriptedImds([granted()]) as imds:
            environ = servers.environment('http://127.0.0.1:9', tmp_path)
            for name in (*servers.KEYS, 'AWS_EC2_METADATA_DISABLED'):
                del environ[name]
            servers.use(monkeypatch, {**environ, 'AWS_EC2_METADATA_SERVICE_ENDPOINT': imds.endpoint})
            with (
                open_session(AccountOptions(), imds_usable=usable) as session,
                pytest.raises(CallFailed) as failure,
            ):
                read_caller(session)
        assert str(failure.value) == 'there are no AWS credentials (sts:GetCallerIdentity)'
        assert bool(imds.requests) is asked


class TestAnotherAccount:
    """ministack lets in only whom the trust policy of the role lets in."""

    @staticmethod
    def create(iam: Client, name: str, condition: dict[str, Any]) -> str:
        trust = {'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole', 'Condition': condition}
        document = json.dumps({'Version': '2012-10-17', 'Statement': [trust]})
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)['Role']['Arn']
        return arn

    def test_a_role_that_lets_us_in_is_who_asks(self, ministack: str) -> None:
        with open_session(AccountOptions()) as session:
            arn = self.create(session.client('iam'), 'Looker', {})
        budget = CallBudget(10)
        with open_session(AccountOptions(assume_role_arn=arn), budget) as session:
            assert ':assumed-role/Looker/datadog-aws-diagnostics' in read_caller(session).arn
        assert budget.made == 2

    def test_a_role_that_does_not_is_a_missing_permission(self, ministack: str) -> None:
        with open_session(AccountOptions()) as session:
            condition = {'StringEquals': {'sts:ExternalId': 'another'}}
            arn = self.create(session.client('iam'), 'Refuser', condition)
        with pytest.raises(CallFailed) as failure:
            open_session(AccountOptions(assume_role_arn=arn))
        assert str(failure.value).startswith('missing permission sts:AssumeRole (AccessDenied')


def test_the_log_keeps_no_secret_even_where_everything_is_logged(
    moto: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger('botocore'), 'level', logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    with open_session(AccountOptions(assume_role_arn='arn:aws:iam::123456789012:role/Looker')) as session:
        read_caller(session)
    assert caplog.records
    assert [secret for secret in (*servers.SECRETS, 'SessionToken', 'Signature') if secret in caplog.text] == []
