"""The accounts of the AWS organization that the credentials belong to: organizations:ListAccounts, page by page.

Only the management account and delegated administrators may list them:
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
Every member account may ask which account is the management account (DescribeOrganization), if its policies allow that.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from ..facts.account import AccountState, Caller, Organization, OrganizationAccount
from ..facts.values import AccountId
from ..text import counted, one_line
from .aws.botocore_setup import Answer
from .aws.denials import THROTTLED, CallFailed
from .aws.session import Session

LIST_ACCOUNTS = 'organizations:ListAccounts'
DESCRIBE_ORGANIZATION = 'organizations:DescribeOrganization'
NOT_IN_USE = 'AWSOrganizationsNotInUseException'
IN_NO_ORGANIZATION = f'the account of the credentials is in no AWS organization ({NOT_IN_USE})'
MOST_ACCOUNTS = 20_000
"""An organization may have 10,000: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""
ON_ONE_PAGE = 20
"""The most that the API gives."""
LONGEST_NAME = 128
STATES = {state.value: state for state in AccountState}
WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before a page that AWS throttled is asked for again, beyond botocore's own retries."""


def read_organization(
    session: Session,
    caller: Caller,
    each: Callable[[int], None] = lambda read: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Organization:
    """Never raises for what AWS answers: `not_listed` says why the list is not whole.

    `each` is called after each page with the number of accounts so far. The budget of the session bounds the calls.
    """
    accounts: dict[AccountId, OrganizationAccount] = {}
    not_listed, malformed, in_use = '', 0, True
    try:
        for page in _pages(session, sleep):
            for entry in page:
                found = _account(entry)
                if found is None:
                    malformed += 1
                elif len(accounts) < MOST_ACCOUNTS:
                    accounts.setdefault(found.id, found)
            each(len(accounts))
            if len(accounts) >= MOST_ACCOUNTS:
                raise CallFailed(f'only the first {MOST_ACCOUNTS} accounts of an organization are read')
        if malformed:
            not_listed = f'{counted(malformed, "account")} in the answer of {LIST_ACCOUNTS} had no readable id'
    except CallFailed as e:
        in_use = e.code != NOT_IN_USE
        not_listed = str(e) if in_use else IN_NO_ORGANIZATION
    management = _management_account(session) if in_use else None
    return Organization(caller.partition, caller.account_id, management, tuple(accounts.values()), not_listed, in_use)


def _management_account(session: Session) -> AccountId | None:
    with suppress(CallFailed):
        answer = session.ask(DESCRIBE_ORGANIZATION, 'organizations', 'describe_organization').get('Organization')
        return AccountId.of((answer or {}).get('MasterAccountId'))
    return None


def _pages(session: Session, sleep: Callable[[float], None]) -> Iterator[list[Answer]]:
    """Raises CallFailed."""
    token = ''
    for _ in range(MOST_ACCOUNTS):
        answer = _page(session, {'NextToken': token} if token else {}, sleep)
        yield list(answer.get('Accounts') or ())
        following = str(answer.get('NextToken') or '')
        if not following:
            return
        if following == token:
            break
        token = following
    raise CallFailed(f'{LIST_ACCOUNTS} does not come to an end')


def _page(session: Session, token: dict[str, str], sleep: Callable[[float], None]) -> Answer:
    for wait in WAITS:
        try:
            return session.ask(LIST_ACCOUNTS, 'organizations', 'list_accounts', MaxResults=ON_ONE_PAGE, **token)
        except CallFailed as e:
            if e.code not in THROTTLED:
                raise
            sleep(wait)
    return session.ask(LIST_ACCOUNTS, 'organizations', 'list_accounts', MaxResults=ON_ONE_PAGE, **token)


def _account(entry: Answer) -> OrganizationAccount | None:
    """None without a readable id. `Status` is the older field, which AWS retires for `State` on 2026-09-09:
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html"""
    account_id = AccountId.of(entry.get('Id'))
    if account_id is None:
        return None
    state = STATES.get(str(entry.get('State') or entry.get('Status')), AccountState.UNKNOWN)
    return OrganizationAccount(account_id, one_line(str(entry.get('Name') or ''), LONGEST_NAME), state)
