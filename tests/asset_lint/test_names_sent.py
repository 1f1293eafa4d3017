"""The names that queries may use are those that are sent."""

import csv
import json

from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, tags_of
from tests.account.builders import account_facts
from tests.asset_lint.sent import ACCOUNT, HOST
from tests.builders import facts
from tools.asset_lint.names import (
    OF_EVERY_ACCOUNT,
    OF_EVERY_HOST,
    PREFIX,
    ROOT,
    tags_of_service_check,
)
from tools.asset_lint.names import tags_of as tags_of_metric


def test_every_metric_is_sent_and_described() -> None:
    described = csv.DictReader((ROOT / 'metadata.csv').read_text(encoding='utf-8').splitlines())
    assert {PREFIX + gauge.name for gauge in (*HOST, *ACCOUNT)} == {row['metric_name'] for row in described}


def test_a_metric_has_its_own_tags_and_those_of_every_host_or_account_that_sends_it() -> None:
    assert tags_of_metric(f'{PREFIX}imds.latency') == OF_EVERY_HOST | {'request'}
    assert tags_of_metric(f'{PREFIX}imds_fleet.misnamed') == OF_EVERY_ACCOUNT | {'region'}
    assert tags_of_metric(f'{PREFIX}run.duration') == OF_EVERY_HOST | OF_EVERY_ACCOUNT


def test_every_sample_has_the_tags_that_are_counted_on() -> None:
    of_a_host = {tag.partition(':')[0] for tag in tags_of(facts(), (), tuple(IDENTITY_TAGS))}
    of_an_account = {tag.partition(':')[0] for tag in tags_of(account_facts(), (), ())}
    assert of_a_host <= OF_EVERY_HOST
    assert of_an_account == OF_EVERY_ACCOUNT


def test_service_checks_are_grouped_by_tags_that_their_samples_have() -> None:
    for check in json.loads((ROOT / 'assets' / 'service_checks.json').read_text(encoding='utf-8')):
        assert set(check['groups']) <= tags_of_service_check(check['check'])
