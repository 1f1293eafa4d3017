"""The accounts of an AWS organization, as organizations:ListAccounts lists them, and those that Datadog has on record.

No address of a person is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from ..values import AccountId, Arn, Checked, Partition
from .integration import Integration, ReportedError


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


@dataclass(frozen=True, slots=True)
class OnRecord:
    """One record of Datadog's."""

    account_id: AccountId
    partition: Partition | None
    """None where the record does not say."""
    integration: Integration | Unobserved


@dataclass(frozen=True, slots=True)
class Records:
    """All of an organization of Datadog."""

    read: tuple[OnRecord, ...]
    without_id: int = 0
    """Those of which Datadog does not say whose they are."""


@dataclass(frozen=True, slots=True)
class AccountsOnBothSides:
    organization: Organization | Unobserved
    records: Records | Unobserved
    errors: Mapping[AccountId, tuple[ReportedError, ...] | Unobserved] | Unobserved
    """That Datadog reports; of an account that is not in it, nothing is known."""


class RoleTemplate(Checked):
    """The ARN of the same role in every account; its partition is only an example."""

    FORM = r'(?a)arn:aws(?:-[a-z]{1,12}){0,3}:iam::\{account\}:role/(?:[\w+=,.@-]{1,128}/){0,8}(?!-)[\w+=,.@-]{1,64}'
    ALLOWED = "the ARN of a role with {account} once, like 'arn:aws:iam::{account}:role/aws-diagnostics'"

    def arn(self, account_id: AccountId, partition: Partition) -> Arn:
        return Arn(f'arn:{partition}:iam::{account_id}:{self.split(":", 5)[5]}')
