"""`aws-diagnostics accounts` on a Datadog and an AWS Organizations of loopback."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.cli import run
from tests.account import servers
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.host_lists import Printed
from tests.account.scripted_aws import Answer, json_answer, result, scripted_aws

MANAGEMENT = '111111111111'
ROLE = 'arn:aws:iam::{account}:role/aws-diagnostics'


@dataclass
class World:
    datadog: Datadog
    aws: dict[str, list[Answer]]
    ask: Callable[..., Printed]
    config: Path


def id_of(number: int) -> str:
    return f'{number:012}'


def member(number: int, name: str = '', state: str = 'ACTIVE') -> dict[str, Any]:
    """As organizations:ListAccounts gives it."""
    email = f'secret-{number}@example.com'
    return {'Id': id_of(number), 'Name': name or f'account {number}', 'Email': email, 'State': state}


def listing(*members: Mapping[str, Any]) -> Answer:
    return json_answer({'Accounts': members})


def recorded(number: int, partition: str = 'aws', **attributes: Any) -> dict[str, Any]:
    return account(id_of(number), aws_partition=partition, **attributes)


@contextmanager
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    """Nothing is on record and the organization is empty; a test puts in what it needs."""
    caller = f'<Arn>arn:aws:iam::{MANAGEMENT}:user/operator</Arn>'
    organization = {'Organization': {'MasterAccountId': MANAGEMENT, 'MasterAccountEmail': 'secret-0@example.com'}}
    answers = {
        'GetCallerIdentity': [result('GetCallerIdentity', caller)],
        'DescribeOrganization': [json_answer(organization)],
        'ListAccounts': [listing()],
    }
    with datadog_api() as datadog, scripted_aws(answers) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        monkeypatch.setenv('DD_API_KEY', API_KEY)
        monkeypatch.setenv('DD_APP_KEY', APP_KEY)
        config = tmp_path / 'account.yaml'
        config.write_text(f'instances: [{{account: {{datadog_api_url: "{datadog.url}"}}}}]\n')

        def ask(*arguments: str) -> Printed:
            status = run(['accounts', *arguments, '--config', str(config)])
            return Printed(status, *capsys.readouterr())

        yield World(datadog, answers, ask, config)


def document(printed: Printed) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed.out)
    return found
