"""The accounts of an AWS organization, as organizations:ListAccounts lists them. No address of a person is in it."""

from dataclasses import dataclass
from enum import StrEnum

from ..values import AccountId, Partition


class AccountState(StrEnum):
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html"""

    PENDING_ACTIVATION = 'PENDING_ACTIVATION'
    ACTIVE = 'ACTIVE'
    SUSPENDED = 'SUSPENDED'
    PENDING_CLOSURE = 'PENDING_CLOSURE'
    CLOSED = 'CLOSED'
    UNKNOWN = 'UNKNOWN'
    """AWS gives none, or one that is not documented."""


@dataclass(frozen=True, slots=True)
class OrganizationAccount:
    id: AccountId
    name: str
    """Printable, at most 128 characters; whatever somebody entered."""
    state: AccountState


@dataclass(frozen=True, slots=True)
class Organization:
    partition: Partition
    asked_from: AccountId
    """The account of the credentials."""
    management_account: AccountId | None
    """None where AWS did not say."""
    accounts: tuple[OrganizationAccount, ...]
    """Each once, as far as AWS listed them."""
    not_listed: str = ''
    """Why others may be missing, one clause; '' where AWS listed all."""
    in_use: bool = True
    """False: AWS says that the account is in no organization."""
