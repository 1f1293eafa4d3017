"""The errors that Datadog keeps for an account, as it words them; of other words nothing is made up."""

import json
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.datadog_api import OTHER_SHAPE, DatadogApi
from datadog_checks.aws_diagnostics.collect.datadog_errors import (
    MOST_ERRORS,
    PATH,
    errors_in,
    read_all_errors,
    read_errors,
)
from datadog_checks.aws_diagnostics.collect.run import RequestFailed
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import ReportedError
from datadog_checks.aws_diagnostics.facts.values import RegionName
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api, plain

ACCOUNT = '123456789012'
LIST_METRICS = (
    'Datadog is not authorized to perform action cloudwatch:ListMetrics \nAccount affected: 123456789012\n'
    'Regions affected: every region \nError was last seen 14m ago'
)
EU, US = RegionName('eu-west-1'), RegionName('us-east-1')


def worded(action: str = 'sts:AssumeRole', regions: str = 'every region', seen: str = '14m') -> str:
    return (
        f'Datadog is not authorized to perform action {action} Accounts affected: {ACCOUNT} '
        f'Regions affected: {regions} Error was last seen {seen} ago'
    )


ERRORS = [
    pytest.param(LIST_METRICS, ReportedError('cloudwatch:ListMetrics', (), True, 840.0), id='as it was published'),
    pytest.param(worded(), ReportedError('sts:AssumeRole', (), True, 840.0), id='in one line'),
    pytest.param(
        worded(regions='eu-west-1, us-east-1'),
        ReportedError('sts:AssumeRole', (EU, US), False, 840.0),
        id='two regions',
    ),
    pytest.param(worded(regions='eu-west-1'), ReportedError('sts:AssumeRole', (EU,), False, 840.0), id='one region'),
    pytest.param(worded(seen='2h'), ReportedError('sts:AssumeRole', (), True, 7200.0), id='hours'),
    pytest.param(worded(seen='1h 5m'), ReportedError('sts:AssumeRole', (), True, 3900.0), id='hours and minutes'),
    pytest.param(worded(seen='3 days'), ReportedError('sts:AssumeRole', (), True, 259200.0), id='days, in words'),
    pytest.param(worded(seen='an hour'), ReportedError('sts:AssumeRole', (), True, 3600.0), id='an hour'),
    pytest.param(worded(seen='2 months'), ReportedError('sts:AssumeRole', (), True, 5184000.0), id='months'),
    pytest.param(worded(seen='a while'), ReportedError('sts:AssumeRole', (), True, None), id='a time of other words'),
    pytest.param(
        'Datadog is not authorized to perform action ec2:DescribeInstances',
        ReportedError('ec2:DescribeInstances'),
        id='neither where nor when',
    ),
    pytest.param('Rate \x1b[2J\nexceeded', ReportedError('', text='Rate \ufffd[2J exceeded'), id='another kind'),
    pytest.param('', ReportedError(''), id='no words'),
]


@pytest.mark.parametrize(('text', 'expected'), ERRORS)
def test_an_error_is_read_as_datadog_words_it(text: str, expected: ReportedError) -> None:
    assert errors_in([text]) == (expected,)


def test_no_more_than_a_hundred_of_any_length_are_read() -> None:
    found = errors_in(['x' * 1_000_000] * (MOST_ERRORS + 1))
    assert len(found) == MOST_ERRORS
    assert {len(error.text) for error in found} == {160}


@pytest.mark.parametrize('listed', [None, {}, 'text', [1], [None], [{'action': 'x'}]], ids=repr)
def test_a_list_of_another_form_is_refused(listed: object) -> None:
    with pytest.raises(RequestFailed, match=OTHER_SHAPE):
        errors_in(listed)


def read(datadog: Datadog, **keys: Any) -> tuple[ReportedError, ...]:
    with datadog_api(datadog) as running:
        return read_errors(DatadogApi(running.url, **{'api_key': API_KEY, 'app_key': APP_KEY, **keys}), ACCOUNT)


def test_only_the_errors_of_this_account_are_asked_for() -> None:
    datadog = Datadog([account('210987654321'), account(ACCOUNT)], errors=[LIST_METRICS])
    assert read(datadog) == (ReportedError('cloudwatch:ListMetrics', (), True, 840.0),)
    assert datadog.asked == [f'{PATH}?account_id={ACCOUNT}']


REASONS = [
    pytest.param(Datadog([]), {}, f'Datadog has no lists of errors for account {ACCOUNT}', id='no such account'),
    pytest.param(
        Datadog([account(ACCOUNT)] * 2),
        {},
        f'Datadog has 2 lists of errors for account {ACCOUNT}',
        id='the account twice',
    ),
    pytest.param(Datadog([account(ACCOUNT)], errors=None), {}, OTHER_SHAPE, id='an account without the list'),
    pytest.param(
        Datadog([account(ACCOUNT)]),
        {'app_key': ''},
        'Datadog refuses: a key is not valid, or the application key may not read AWS configuration (403, permission '
        'aws_configuration_read)',
        id='a key that may not read it',
    ),
]


@pytest.mark.parametrize(('datadog', 'keys', 'reason'), REASONS)
def test_without_a_list_there_is_a_reason(datadog: Datadog, keys: dict[str, str], reason: str) -> None:
    with pytest.raises(RequestFailed) as failure:
        read(datadog, **keys)
    assert str(failure.value) == reason


OTHER = '210987654321'
READ = ReportedError('cloudwatch:ListMetrics', (), True, 840.0)
ALL: dict[str, tuple[object, object]] = {
    'two accounts': (
        [{'account_id': ACCOUNT, 'errors': [LIST_METRICS]}, {'account_id': OTHER, 'errors': []}],
        {ACCOUNT: (READ,), OTHER: ()},
    ),
    'the account twice': ([{'account_id': ACCOUNT, 'errors': [LIST_METRICS]}] * 2, {ACCOUNT: (READ, READ)}),
    'twice, and one of them cannot be read': (
        [
            {'account_id': ACCOUNT, 'errors': [LIST_METRICS]},
            {'account_id': ACCOUNT},
            {'account_id': ACCOUNT, 'errors': []},
        ],
        {ACCOUNT: Unobserved(OTHER_SHAPE)},
    ),
    'one that cannot be read spoils no other': (
        [{'account_id': OTHER, 'errors': 'none'}, {'account_id': ACCOUNT, 'errors': []}],
        {OTHER: Unobserved(OTHER_SHAPE), ACCOUNT: ()},
    ),
    'access keys, and what is no account': ([{'access_key_id': 'AKIA', 'errors': []}, None, 'x'], {}),
    'no account': ([], {}),
}


@pytest.mark.parametrize(('listed', 'expected'), ALL.values(), ids=ALL.keys())
def test_the_errors_of_all_accounts(listed: object, expected: object) -> None:
    datadog = Datadog(instead=plain(200, json.dumps({'accounts': listed})))
    with datadog_api(datadog) as running:
        api = DatadogApi(running.url, api_key=API_KEY, app_key=APP_KEY)
        assert read_all_errors(api, 1 << 20) == expected
        with pytest.raises(RequestFailed, match='larger than'):
            read_all_errors(api, 10)
    assert datadog.asked == [PATH, PATH]


def test_a_list_of_all_accounts_of_another_form_is_refused() -> None:
    with (
        datadog_api(Datadog(instead=plain(200, '{"accounts": {}}'))) as running,
        pytest.raises(RequestFailed, match=OTHER_SHAPE),
    ):
        read_all_errors(DatadogApi(running.url, api_key=API_KEY, app_key=APP_KEY), 1 << 20)
