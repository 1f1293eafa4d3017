"""The accounts of the AWS organization that the credentials belong to: organizations:ListAccounts, page by page.

Only the management account and delegated administrators may list them:
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
Every member account may ask which account is the management account (DescribeOrganization), if its policies allow that.
"""

import time
from collections.abc import Callable, Iterator

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
NOT_EVEN_ONE = f'{LIST_ACCOUNTS} lists no account, not even the management account'
MOST_ACCOUNTS = 20_000
"""An organization may have 10,000: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""
MOST_CALLS = 3000
"""Of one run that lists them: a thousand pages, and what botocore repeats."""
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
    code, not_listed, malformed = '', '', 0
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
        elif not accounts:
            not_listed = NOT_EVEN_ONE
    except CallFailed as e:
        code, not_listed = e.code, str(e)
    management = None if code == NOT_IN_USE else _management_account(session)
    if code == NOT_IN_USE or (management == NOT_IN_USE and not accounts):
        return Organization(caller.partition, caller.account_id, None, (), IN_NO_ORGANIZATION, in_use=False)
    known = AccountId.of(management)
    return Organization(caller.partition, caller.account_id, known, tuple(accounts.values()), not_listed)


def _management_account(session: Session) -> object:
    """Its id, if AWS says it; else the error code."""
    try:
        answer = session.ask(DESCRIBE_ORGANIZATION, 'organizations', 'describe_organization')
    except CallFailed as e:
        return e.code
    return (answer.get('Organization') or {}).get('MasterAccountId')


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
