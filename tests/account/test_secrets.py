"""External ids, keys and tokens of an account run appear nowhere: no log, sample, row, message, output or file."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from datadog_checks.base.stubs import aggregator as sent

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from tests.account import servers
from tests.account.builders import SECRET
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import ROLE, STANDARD, configuration, make_role, policy, statement

OTHER_EXTERNAL_ID = 'c3d1e2f4a5b6479893a1b2c3d4e5f6a7'
CONFIGURED = 'd4e2f3a5b6c7489094b2c3d4e5f6a7b8'
SECRETS = (SECRET, OTHER_EXTERNAL_ID, CONFIGURED, API_KEY, APP_KEY, servers.KEYS['AWS_SECRET_ACCESS_KEY'])
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def config(moto, tmp_path, monkeypatch) -> Iterator[Path]:
    """The role lists two external ids, Datadog has one of them on record and the operator configured a third."""
    monkeypatch.setenv('DD_API_KEY', API_KEY)
    monkeypatch.setenv('DD_APP_KEY', APP_KEY)
    make_role(policy(statement(Condition={'StringLike': {'sts:ExternalId': [SECRET, OTHER_EXTERNAL_ID]}})))
    published: dict[str, Sequence[str]] = {'standard': STANDARD, 'resource_collection': ()}
    with datadog_api(Datadog([account(MOTO_ACCOUNT)], published)) as datadog:
        yield configuration(
            tmp_path,
            datadog.url,
            external_id=CONFIGURED,
            regions=['us-east-1'],
            assume_role_arn=f'arn:aws:iam::{MOTO_ACCOUNT}:role/{ROLE}',
        )


def found(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def everything_sent(check: AwsDiagnosticsCheck) -> str:
    samples = [repr(sample) for name in sent.metric_names for sample in sent.metrics(name)]
    checks = [repr(sample) for name in sent.service_check_names for sample in sent.service_checks(name)]
    return '\n'.join([*samples, *checks, repr(sent.events), check.get_diagnoses()])


@pytest.mark.usefixtures('aggregator')
def test_no_secret_leaves_the_check_with_every_logger_at_its_most_talkative(config, caplog):
    (instance,) = yaml.safe_load(config.read_text())['instances']
    instance['account'] |= {'api_key': API_KEY, 'app_key': APP_KEY}
    with caplog.at_level(1):
        check = AwsDiagnosticsCheck('aws_diagnostics', {}, [instance])
        assert check.run() == ''
    emitted = everything_sent(check)
    assert 'trust-policy-external-id' in emitted
    assert found(emitted) == []
    assert 'botocore' in {record.name.partition('.')[0] for record in caplog.records}
    assert found(caplog.text) == []


@pytest.mark.parametrize('form', [[], ['--json']], ids=['for a person', 'for a program'])
def test_no_secret_reaches_the_screen_or_a_file(config, tmp_path, form):
    facts = tmp_path / 'facts.json'
    command = [sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'check', '--config', str(config)]
    ended = subprocess.run(
        [*command, '--save-facts', str(facts), *form], cwd=REPOSITORY, capture_output=True, text=True, timeout=300
    )
    assert 'trust-policy-external-id' in ended.stdout
    assert json.loads(facts.read_text())['instances'][0]['facts']['account']['role']['name'] == ROLE
    assert [found(text) for text in (ended.stdout, ended.stderr, facts.read_text())] == [[], [], []]


def test_a_secret_would_be_recognised(config):
    assert found(config.read_text()) == [CONFIGURED]
