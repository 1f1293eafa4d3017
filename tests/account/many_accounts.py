"""AWS and Datadog of many accounts on loopback: whoever assumes a role of an account is in it from then on."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote

import pytest

from datadog_checks.aws_diagnostics.cli import run
from tests.account import servers
from tests.account.accounts import recorded
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api
from tests.account.host_lists import Printed
from tests.account.scripted_aws import json_answer
from tests.account.whole_run import policy, statement
from tests.served import served

OPERATOR = '999999999999'
TEMPLATE = 'arn:aws:iam::{account}:role/aws-diagnostics'
ROLE = 'DatadogIntegrationRole'
XML = (
    '<{0}Response><{0}Result>{1}</{0}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{0}Response>'
)
REFUSED = '<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>refused</Message></Error></ErrorResponse>'
ASSUMED = re.compile(r'Credential=ASIA(\d{12})')


@dataclass
class ManyAccounts:
    refused: dict[str, str] = field(default_factory=dict)
    """Account -> the code that sts:AssumeRole answers with."""
    hanging: set[str] = field(default_factory=set)
    """Accounts of which nothing but their role is ever answered."""
    trusting: dict[str, str] = field(default_factory=dict)
    """Account -> the external id that its role asks for, where it is not the one on record."""
    members: list[dict[str, object]] = field(default_factory=list)
    """Of the AWS organization."""
    endpoint: str = ''
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(account, action), in order."""
    on_request: Callable[[str, str], None] = lambda account, action: None
    over: threading.Event = field(default_factory=threading.Event)
    most: int = 0
    """Accounts whose role was looked at at the same time."""

    def assumed(self) -> list[str]:
        return [account for account, action in self.asked if action == 'AssumeRole']


@contextmanager
def many_accounts(aws: ManyAccounts) -> Iterator[ManyAccounts]:
    server = ThreadingHTTPServer(('127.0.0.1', 0), _handler(aws))
    server.daemon_threads = True
    with served(server) as aws.endpoint:
        try:
            yield aws
        finally:
            aws.over.set()


def _handler(aws: ManyAccounts) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers['Content-Length']))
            found = ASSUMED.search(self.headers['Authorization'])
            account = found[1] if found else OPERATOR
            target = self.headers.get('X-Amz-Target', '')
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            action = target.rpartition('.')[2] or form.get('Action', '')
            about = form['RoleArn'].split(':')[4] if action == 'AssumeRole' else account
            aws.asked.append((about, action))
            aws.on_request(about, action)
            if account in aws.hanging:
                aws.over.wait(60)
            with suppress(OSError):
                self._send(*_answer(aws, about, action))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header('Content-Type', 'text/xml')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler


def _answer(aws: ManyAccounts, account: str, action: str) -> tuple[int, bytes]:
    if action == 'AssumeRole' and account in aws.refused:
        return 400 if 'hrottl' in aws.refused[account] else 403, REFUSED.format(aws.refused[account]).encode()
    if action == 'ListAccounts':
        return 200, json_answer({'Accounts': aws.members}).body.encode()
    if action == 'DescribeOrganization':
        return 200, json_answer({'Organization': {'MasterAccountId': OPERATOR}}).body.encode()
    known: dict[str, Callable[[str], str]] = {
        'AssumeRole': _credentials,
        'GetCallerIdentity': _caller,
        'GetRole': _role(aws.trusting.get(account)),
    }
    if action not in known:
        return 403, REFUSED.format('AccessDenied').encode()
    return 200, XML.format(action, known[action](account)).encode()


def _credentials(account: str) -> str:
    keys = f'<AccessKeyId>ASIA{account}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>'
    return f'<Credentials>{keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>'


def _caller(account: str) -> str:
    if account == OPERATOR:
        return f'<Arn>arn:aws:iam::{OPERATOR}:user/operator</Arn>'
    return f'<Arn>arn:aws:sts::{account}:assumed-role/aws-diagnostics/datadog-aws-diagnostics</Arn>'


def _role(external_id: str | None) -> Callable[[str], str]:
    condition = {'Condition': {'StringEquals': {'sts:ExternalId': external_id}}} if external_id else {}
    trust = quote(json.dumps(policy(statement(**condition))))

    def role(account: str) -> str:
        return (
            f'<Role><Path>/</Path><RoleName>{ROLE}</RoleName><RoleId>AROAEXAMPLE</RoleId>'
            f'<Arn>arn:aws:iam::{account}:role/{ROLE}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>'
            f'<AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument></Role>'
        )

    return role


@dataclass
class World:
    datadog: Datadog
    aws: ManyAccounts
    config: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def arguments(self) -> list[str]:
        return ['check', '--all-accounts', '--role-template', TEMPLATE, '--config', str(self.config)]

    def check(self, *arguments: str) -> Printed:
        return self.run(*self.arguments, *arguments)

    def run(self, *arguments: str) -> Printed:
        status = run(list(arguments))
        return Printed(status, *self.capsys.readouterr())

    def record(self, *numbers: int) -> None:
        self.datadog.accounts += [recorded(number, aws_regions={'include_only': ['us-east-1']}) for number in numbers]


@contextmanager
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    """Nothing is on record; a test puts in what it needs. Only the role is looked at."""
    with datadog_api() as datadog, many_accounts(ManyAccounts()) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, tmp_path))
        monkeypatch.setenv('DD_API_KEY', API_KEY)
        monkeypatch.setenv('DD_APP_KEY', APP_KEY)
        config = tmp_path / 'account.yaml'
        options = f'datadog_api_url: "{datadog.url}", features: [role]'
        config.write_text(f'instances: [{{account: {{{options}}}}}]\n')
        yield World(datadog, aws, config, capsys)
