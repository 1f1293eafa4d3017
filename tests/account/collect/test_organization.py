"""The accounts of an organization: all pages of them, and why they are not listed."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.caller import read_caller
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.organization import WAITS, read_organization
from datadog_checks.aws_diagnostics.collect.run import CallBudget
from datadog_checks.aws_diagnostics.facts.account import AccountState, Caller, Organization, OrganizationAccount
from datadog_checks.aws_diagnostics.facts.values import AccountId, Partition
from tests.account import servers
from tests.account.aws_account import operator
from tests.account.scripted_aws import Answer, ScriptedAws, json_answer, json_error, scripted_aws

CALLER = Caller(
    AccountId('222222222222'), 'arn:aws-us-gov:sts::222222222222:assumed-role/Role/x', Partition('aws-us-gov')
)
MANAGEMENT = json_answer({'Organization': {'Id': 'o-exampleorgid', 'MasterAccountId': '111111111111'}})
NOT_IN_USE = json_error('AWSOrganizationsNotInUseException')
ACCOUNTS = 45


def read(
    home: Path, monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, list[Answer]], budget: int = 100
) -> tuple[Organization, ScriptedAws, list[float]]:
    waited: list[float] = []
    with scripted_aws({'DescribeOrganization': [MANAGEMENT], **answers}) as aws:
        servers.use(monkeypatch, servers.environment(aws.endpoint, home))
        with open_session(AccountOptions(), CallBudget(budget)) as session:
            return read_organization(session, CALLER, sleep=waited.append), aws, waited


def listing(*accounts: Mapping[str, object], token: str = '') -> Answer:
    return json_answer({'Accounts': accounts, **({'NextToken': token} if token else {})})


def entry(number: int, **differences: object) -> dict[str, object]:
    return {
        'Id': f'{number:012}',
        'Name': f'account {number}',
        'Email': 'a@example.com',
        'State': 'ACTIVE',
        **differences,
    }


def account(number: int, name: str = '', state: AccountState = AccountState.ACTIVE) -> OrganizationAccount:
    return OrganizationAccount(AccountId(f'{number:012}'), name or f'account {number}', state)


def organization(*accounts: OrganizationAccount, not_listed: str = '') -> Organization:
    return Organization(CALLER.partition, CALLER.account_id, AccountId('111111111111'), accounts, not_listed)


def test_all_accounts_of_an_emulated_organization_are_read(moto: str) -> None:
    aws = operator('organizations')
    read_so_far: list[int] = []
    aws.create_organization(FeatureSet='ALL')
    for number in range(ACCOUNTS):
        aws.create_account(AccountName=f'account {number}', Email=f'{number}@example.com')
    closed = aws.list_accounts(MaxResults=20)['Accounts'][-1]['Id']
    aws.close_account(AccountId=closed)
    with open_session(AccountOptions()) as session:
        found = read_organization(session, read_caller(session), read_so_far.append)
    assert (found.asked_from, found.management_account, found.partition) == (servers.MOTO_ACCOUNT,) * 2 + ('aws',)
    assert (found.not_listed, found.in_use) == ('', True)
    assert read_so_far == [20, 40, ACCOUNTS + 1]
    assert {account.name for account in found.accounts} == {'master', *(f'account {n}' for n in range(ACCOUNTS))}
    assert [a.id for a in found.accounts if a.state is not AccountState.ACTIVE] == [closed]


def test_each_account_is_kept_once_with_its_name_and_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [
        listing(entry(1), entry(2, State='CLOSED', Status='SUSPENDED'), token='more'),
        listing(token='still more'),
        listing(
            entry(2, Name='again'),
            entry(3, State=None, Status='SUSPENDED'),
            entry(4, State='FROZEN'),
            entry(5, Name='\x1b[2J\u202eevil\n' + 'x' * 200),
        ),
    ]
    found, aws, _ = read(tmp_path, monkeypatch, {'ListAccounts': pages})
    assert found == organization(
        account(1),
        account(2, state=AccountState.CLOSED),
        account(3, state=AccountState.SUSPENDED),
        account(4, state=AccountState.UNKNOWN),
        account(5, '\ufffd[2J\ufffdevil\ufffd' + 'x' * 115 + '...'),
    )
    assert aws.asked == ['ListAccounts'] * 3 + ['DescribeOrganization']
    assert 'example.com' not in repr(found)


CUT_SHORT = [
    pytest.param(
        json_error('AccessDeniedException', message='You must use the management account or a delegated administrator'),
        'missing permission organizations:ListAccounts (AccessDeniedException)',
        id='a member account',
    ),
    pytest.param(
        json_error('ServiceException', 500),
        'AWS failed to answer organizations:ListAccounts (ServiceException, status 500)',
        id='AWS fails',
    ),
    pytest.param(listing(token='more'), 'organizations:ListAccounts does not come to an end', id='the same page again'),
    pytest.param(
        listing(entry(3, Id='12')),
        '1 account in the answer of organizations:ListAccounts had no readable id',
        id='an id of another form',
    ),
]


@pytest.mark.parametrize(('second', 'why'), CUT_SHORT)
def test_a_list_that_is_not_whole_says_why_and_keeps_what_was_read(
    second: Answer, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, _, _ = read(tmp_path, monkeypatch, {'ListAccounts': [listing(entry(1), token='more'), second]})
    assert found == organization(account(1), not_listed=why)


def test_no_organization_is_said_as_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, aws, _ = read(tmp_path, monkeypatch, {'ListAccounts': [json_error('AWSOrganizationsNotInUseException')]})
    why = 'the account of the credentials is in no AWS organization (AWSOrganizationsNotInUseException)'
    assert found == Organization(CALLER.partition, CALLER.account_id, None, (), why, in_use=False)
    assert aws.asked == ['ListAccounts']


def test_no_organization_is_said_as_that_where_only_the_other_call_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {'ListAccounts': [json_error('AccessDeniedException')], 'DescribeOrganization': [NOT_IN_USE]}
    found, _, _ = read(tmp_path, monkeypatch, answers)
    assert (found.in_use, found.accounts) == (False, ())
    answers = {'ListAccounts': [listing(entry(1))], 'DescribeOrganization': [NOT_IN_USE]}
    found, _, _ = read(tmp_path, monkeypatch, answers)
    assert found == Organization(CALLER.partition, CALLER.account_id, None, (account(1),))


def test_an_organization_without_any_account_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, _, _ = read(tmp_path, monkeypatch, {'ListAccounts': [listing()]})
    assert found == organization(
        not_listed='organizations:ListAccounts lists no account, not even the management account'
    )


def test_the_management_account_may_stay_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    denied = {'DescribeOrganization': [json_error('AccessDeniedException')], 'ListAccounts': [listing(entry(1))]}
    found, _, _ = read(tmp_path, monkeypatch, denied)
    assert found == Organization(CALLER.partition, CALLER.account_id, None, (account(1),))


def test_a_budget_that_ends_leaves_a_list_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [listing(entry(n), token=str(n)) for n in range(1, 9)]
    found, _, _ = read(tmp_path, monkeypatch, {'ListAccounts': pages}, budget=2)
    why = 'the budget of 2 calls to AWS in one run is used up (max_api_calls)'
    assert found == Organization(CALLER.partition, CALLER.account_id, None, (account(1), account(2)), why)


def test_a_page_that_aws_throttles_is_asked_for_again_a_few_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slower = json_error('TooManyRequestsException')
    monkeypatch.setattr('datadog_checks.aws_diagnostics.collect.aws.botocore_setup.ATTEMPTS', 1)
    found, _, waited = read(tmp_path, monkeypatch, {'ListAccounts': [slower, slower, listing(entry(1))]})
    assert (found, waited) == (organization(account(1)), [1.0, 2.0])
    found, _, waited = read(tmp_path, monkeypatch, {'ListAccounts': [slower]})
    assert found == organization(not_listed='AWS throttles organizations:ListAccounts (TooManyRequestsException)')
    assert tuple(waited) == WAITS
