"""Credentials of the ordinary chain, or of a role of another account; every request counts."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.caller import read_caller
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.session import MOST_CLIENTS, Sessions, open_session
from datadog_checks.aws_diagnostics.collect.run import BudgetExhausted, CallBudget, Deadline, DeadlineExceeded
from tests.account import servers
from tests.account.aws_account import SECRET, operator
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
            with pytest.raises(
                CallFailed, match=r'^the budget of 2 calls to AWS in one run is used up \(max_api_calls\)$'
            ):
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
    budget.spend()
    with pytest.raises(BudgetExhausted):
        budget.spend()
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
        assert str(failure.value) == 'no AWS credentials were found (sts:GetCallerIdentity)'
        assert bool(imds.requests) is asked


class TestAnotherAccount:
    """ministack lets in only those that the trust policy of the role lets in."""

    @staticmethod
    def create(name: str, condition: dict[str, Any]) -> str:
        trust = {'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole', 'Condition': condition}
        document = json.dumps({'Version': '2012-10-17', 'Statement': [trust]})
        arn: str = operator().create_role(RoleName=name, AssumeRolePolicyDocument=document)['Role']['Arn']
        return arn

    def test_a_role_that_can_be_assumed_becomes_the_caller(self, ministack: str) -> None:
        arn = self.create('Looker', {})
        budget = CallBudget(10)
        with open_session(AccountOptions(assume_role_arn=arn), budget) as session:
            assert ':assumed-role/Looker/datadog-aws-diagnostics' in read_caller(session).arn
        assert budget.made == 2

    def test_a_role_that_cannot_be_assumed_is_a_missing_permission(self, ministack: str) -> None:
        arn = self.create('Refuser', {'StringEquals': {'sts:ExternalId': 'another'}})
        with pytest.raises(CallFailed) as failure:
            open_session(AccountOptions(assume_role_arn=arn))
        assert str(failure.value).startswith('missing permission sts:AssumeRole (AccessDenied')

    def test_a_role_that_requires_an_external_id_is_assumed_with_it(
        self, ministack: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        arn = self.create('Knower', {'StringEquals': {'sts:ExternalId': SECRET}})
        caplog.set_level(logging.DEBUG)
        options = AccountOptions(assume_role_arn=arn, assume_role_external_id=SECRET)
        with open_session(options) as session:
            assert ':assumed-role/Knower/' in read_caller(session).arn
        with pytest.raises(CallFailed):
            open_session(replace(options, assume_role_external_id='another'))
        assert SECRET not in caplog.text + repr(options)


def test_the_log_keeps_no_secret_even_where_everything_is_logged(moto: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with open_session(AccountOptions(assume_role_arn='arn:aws:iam::123456789012:role/Looker')) as session:
        read_caller(session)
    assert caplog.records
    assert [secret for secret in (*servers.SECRETS, 'SessionToken', 'Signature') if secret in caplog.text] == []


def test_what_another_check_logs_of_its_calls_is_left_alone(moto: str, caplog: pytest.LogCaptureFixture) -> None:
    """In the same thread before, between and after our calls, and in another one during them."""
    caplog.set_level(logging.DEBUG)
    logged = []
    with open_session(AccountOptions()) as session:
        session.client('sts')
        with ThreadPoolExecutor(1) as other:
            caplog.clear()
            other.submit(lambda: operator('sts').get_caller_identity()).result()
            logged.append(caplog.text)
            caplog.clear()
            read_caller(session)
            logged.append(caplog.text)
    caplog.clear()
    operator('sts').get_caller_identity()
    logged.append(caplog.text)
    assert ['GetCallerIdentityResponse' in text for text in logged] == [True, False, True]
    assert {logging.getLogger(name).level for name in ('botocore', 'botocore.parsers', 'urllib3')} == {logging.NOTSET}


class TestRunsOfOneInstance:
    """They share a session and its clients: botocore's are expensive to make."""

    def sessions(self, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **environ: str) -> Sessions:
        servers.use(monkeypatch, {**servers.environment(endpoint, tmp_path), **environ})
        return Sessions(AccountOptions())

    def test_a_second_run_uses_the_clients_of_the_first_with_a_budget_of_its_own(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with scripted_aws({'GetCallerIdentity': [result('GetCallerIdentity', CALLER)]}) as aws:
            sessions = self.sessions(aws.endpoint, tmp_path, monkeypatch)
            budgets, clients = [CallBudget(1), CallBudget(1)], []
            for budget in budgets:
                with sessions.open(budget) as session:
                    read_caller(session)
                    clients.append(session.client('sts'))
        assert clients[0] is clients[1]
        assert [budget.made for budget in budgets] == [1, 1]

    def test_keys_that_have_changed_are_used_by_the_same_client(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sessions = self.sessions('http://127.0.0.1:9', tmp_path, monkeypatch)
        before = sessions.open(CallBudget(1)).client('sts')
        monkeypatch.setenv('AWS_ACCESS_KEY_ID', 'AKIDCHANGED')
        assert sessions.open(CallBudget(1)).client('sts') is before
        assert key_of(before) == 'AKIDCHANGED'

    @pytest.mark.parametrize('at_first', ['', 'AKID'], ids=['there were none', 'there were others'])
    def test_keys_that_appear_or_go_are_noticed(
        self, at_first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sessions = self.sessions('http://127.0.0.1:9', tmp_path, monkeypatch)
        monkeypatch.setenv('AWS_ACCESS_KEY_ID', at_first)
        assert key_of(sessions.open(CallBudget(1)).client('sts')) == (at_first or None)
        monkeypatch.setenv('AWS_ACCESS_KEY_ID', '' if at_first else 'AKID')
        assert key_of(sessions.open(CallBudget(1)).client('sts')) == (None if at_first else 'AKID')

    def test_credentials_that_botocore_renews_are_left_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A process gives credentials that are about to expire: they are asked for again during the second run."""
        asked = tmp_path / 'asked'
        soon = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
        document = json.dumps({'Version': 1, 'AccessKeyId': 'AKID', 'SecretAccessKey': 's', 'Expiration': soon})
        program = tmp_path / 'credentials.sh'
        program.write_text(f"#!/bin/sh\necho >> {asked}\necho '{document}'\n")
        program.chmod(0o700)
        (tmp_path / 'config').write_text(f'[default]\ncredential_process = {program}')
        with scripted_aws({'GetCallerIdentity': [result('GetCallerIdentity', CALLER)]}) as aws:
            sessions = self.sessions(aws.endpoint, tmp_path, monkeypatch)
            for name in servers.KEYS:
                monkeypatch.delenv(name)
            times, clients = [], []
            for _ in range(2):
                with sessions.open(CallBudget(1)) as session:
                    read_caller(session)
                    clients.append(session.client('sts'))
                    times.append(len(asked.read_text().splitlines()))
        assert clients[0] is clients[1]
        assert times[1] > times[0] > 0

    def test_imds_is_asked_again_once_it_answers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with ScriptedImds([granted()]) as imds:
            sessions = self.sessions('http://127.0.0.1:9', tmp_path, monkeypatch)
            for name in (*servers.KEYS, 'AWS_EC2_METADATA_DISABLED'):
                monkeypatch.delenv(name)
            monkeypatch.setenv('AWS_EC2_METADATA_SERVICE_ENDPOINT', imds.endpoint)
            asked = []
            for usable in (False, True):
                sessions.open(CallBudget(1), imds_usable=usable).client('sts')
                asked.append(bool(imds.requests))
        assert asked == [False, True]

    def test_a_role_is_assumed_again_in_each_run_for_the_same_client(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = [result('AssumeRole', granted_keys(f'AKID{number}')) for number in range(2)]
        with scripted_aws({'AssumeRole': answers}) as aws:
            servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
            sessions = Sessions(AccountOptions(assume_role_arn='arn:aws:iam::123456789012:role/Looker'))
            clients, keys = [], []
            for _ in range(2):
                with sessions.open(CallBudget(1)) as session:
                    clients.append(session.client('sts'))
                    keys.append(key_of(clients[-1]))
        assert clients[0] is clients[1]
        assert keys == ['AKID0', 'AKID1']

    def test_clients_of_very_many_regions_are_not_all_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = self.sessions('http://127.0.0.1:9', tmp_path, monkeypatch).open(CallBudget(1))
        first, second = session.client('sts', 'eu-west-1'), session.client('sts', 'eu-west-2')
        for number in range(MOST_CLIENTS - 1):
            session.client('sts', f'us-east-{number}')
            assert session.client('sts', 'eu-west-1') is first
        assert session.client('sts', 'eu-west-2') is not second


def key_of(client: Any) -> str | None:
    """The access key with which a client signs."""
    credentials = client._request_signer._credentials
    return credentials.get_frozen_credentials().access_key if credentials else None


def granted_keys(access_key: str) -> str:
    expires = '<Expiration>2030-01-01T00:00:00Z</Expiration>'
    keys = f'<AccessKeyId>{access_key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>'
    return f'<Credentials>{keys}{expires}</Credentials>'
