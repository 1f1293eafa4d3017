"""`permissions --denied-since`: what it prints of the denied calls, as a table and as JSON."""

import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.cli import ExitStatus, run
from datadog_checks.aws_diagnostics.findings import Status
from tests.account.cloudtrail_server import BY_SCP, CloudTrail, assumed, called, cloudtrail_server
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import make_role, policy, statement
from tests.cli.schema import validate

ROLE_ARN = f'arn:aws:iam::{MOTO_ACCOUNT}:role/DatadogIntegrationRole'
SESSION = 'DatadogAWSIntegration'


@pytest.fixture
def trail() -> CloudTrail:
    return CloudTrail()


@pytest.fixture
def conf(trail: CloudTrail, moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A role, Datadog's record with two regions, and the trail of the test."""
    monkeypatch.setenv('COLUMNS', '400')
    make_role(policy(statement()))
    record = account(MOTO_ACCOUNT, aws_regions={'include_only': ['eu-west-1', 'us-east-1']})
    lists: dict[str, Sequence[str]] = {'standard': ('ec2:Describe*',), 'resource_collection': ('s3:GetBucketTagging',)}
    with datadog_api(Datadog([record], lists)) as api, cloudtrail_server(trail) as endpoint:
        monkeypatch.setenv('AWS_ENDPOINT_URL_CLOUDTRAIL', endpoint)
        keys = {'datadog_api_url': api.url, 'api_key': API_KEY, 'app_key': APP_KEY}
        file = tmp_path / 'conf.yaml'
        file.write_text(json.dumps({'instances': [{'account': keys}]}))
        yield str(file)


def denied(source: str, name: str, age: float, message: str = '') -> dict[str, Any]:
    return called(ROLE_ARN, SESSION, source, name, int(time.time() - age), 'AccessDenied', message)


def some_calls(trail: CloudTrail) -> None:
    began = assumed(ROLE_ARN, SESSION, int(time.time() - 600))
    by = f'User: x is not authorized to perform: ec2:DescribeInstances {BY_SCP}'
    trail.events = {
        'eu-west-1': [denied('ec2.amazonaws.com', 'DescribeInstances', 130, by)] * 3,
        'us-east-1': [began, denied('sns.amazonaws.com', 'ListTopics', 190)],
    }


def test_denied_calls_are_listed_by_action_with_who_denies_them(
    trail: CloudTrail, conf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    some_calls(trail)
    run(['permissions', '--denied-since', '1h', '--config', conf])
    told = capsys.readouterr().out
    assert re.search(
        r'CloudTrail: 4 denied calls since 20\S+, in 2 regions \(eu-west-1, us-east-1\), by 1 session name', told
    )
    lines = [' '.join(line.split()) for line in told.splitlines()]
    first = '3 x ec2:DescribeInstances in eu-west-1, last 2 minutes ago; explicit deny in a service control policy'
    assert lines.index(first) < lines.index('1 x sns:ListTopics in us-east-1, last 3 minutes ago')
    assert lines[-1].startswith('Not in it: calls of the last minutes (CloudTrail needs up to 15)')


def test_the_verdict_on_the_policies_is_none_on_what_others_deny(
    trail: CloudTrail, conf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    some_calls(trail)
    run(['permissions', '--denied-since', '1h', '--config', conf])
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith('OK account 123456789012: by the policies of the role alone, no problem found')


def test_without_a_session_nothing_is_known_of_its_calls(
    trail: CloudTrail, conf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(['permissions', '--denied-since', '1h', '--config', conf])
    told = capsys.readouterr().out
    assert 'which calls were denied is not known' in told
    assert 'denied calls since' not in told
    run(['permissions', '--denied-since', '1h', '--json', '--config', conf])
    found = json.loads(capsys.readouterr().out)['denied_calls']
    assert (found['complete'], found['reason']) == (False, 'no record that anybody assumed the role')


def test_the_same_as_json(trail: CloudTrail, conf: str, capsys: pytest.CaptureFixture[str]) -> None:
    some_calls(trail)
    run(['permissions', '--denied-since', '1h', '--json', '--config', conf])
    document = json.loads(capsys.readouterr().out)
    validate(document)
    found = document['denied_calls']
    assert (found['complete'], found['regions']) == (True, ['eu-west-1', 'us-east-1'])
    assert [(call['action'], call['region'], call['times'], call['denied_by']) for call in found['calls']] == [
        ('ec2:DescribeInstances', 'eu-west-1', 3, 'service control policy'),
        ('sns:ListTopics', 'us-east-1', 1, ''),
    ]


def test_where_the_trail_may_not_be_read_the_permission_is_named(
    trail: CloudTrail, conf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    trail.refused = dict.fromkeys(('eu-west-1', 'us-east-1'), 'AccessDeniedException')
    command = ['permissions', '--denied-since', '24h', '--config', conf]
    assert run([*command, '--quiet']) == Status.UNKNOWN
    first = 'CloudTrail could not be read: missing permission cloudtrail:LookupEvents'
    assert re.match(f'UNKNOWN account [0-9]+: {first}.*; by the policies of the role alone, ', capsys.readouterr().out)
    assert run([*command, '--json']) == Status.UNKNOWN
    assert json.loads(capsys.readouterr().out)['status'] == 'unknown'


def test_a_region_that_cannot_be_read_is_said(trail: CloudTrail, conf: str, capsys: pytest.CaptureFixture[str]) -> None:
    trail.refused = {'eu-west-1': 'AccessDeniedException'}
    run(['permissions', '--denied-since', '24h', '--config', conf])
    told = capsys.readouterr().out
    assert re.search(r'has no record that anybody assumed the role since 20\S+, in 1 region \(us-east-1\)', told)
    assert 'not all was read: missing permission cloudtrail:LookupEvents in eu-west-1' in told


@pytest.mark.parametrize('value', ['', '24', 'h', '0h', '-1h', '91d', '1w', '24 h', '9999999d', '1h2m'])
def test_a_time_of_another_form_is_refused(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(['permissions', '--denied-since', value]) == ExitStatus.USAGE
    assert 'allowed is a number with m, h or d, as 24h, and at most 90d' in capsys.readouterr().err


def test_nobody_asks_cloudtrail_for_anything_else(trail: CloudTrail, conf: str) -> None:
    run(['permissions', '--diff', '--config', conf])
    assert trail.asked == []
