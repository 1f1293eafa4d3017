"""The principals of a trust policy, as facts quote them: 'AWS:arn:aws:iam::464622532012:root', 'AWS:*', 'Service:...'.

Source: AWS's IAM user guide, JSON policy elements: Principal. An account is written as the ARN of its root or as its
twelve digits; a user or role that was deleted leaves its unique id (AIDA..., AROA...) behind.
"""

import re
from dataclasses import dataclass

from ..imds.evidence import shown
from .datadog_accounts import owner_of

EVERYONE = ('*', 'AWS:*')
ARN = re.compile(r'arn:(?P<partition>[a-z-]+):(?:iam|sts)::(?P<account>\d{12}):(?P<resource>.+)', re.ASCII)
ACCOUNT = re.compile(r'\d{12}', re.ASCII)
DELETED = re.compile(r'(?P<kind>AIDA|AROA)[A-Z0-9]{8,}', re.ASCII)
LONGEST_PRINCIPAL = 60
KINDS = {'AIDA': 'user', 'AROA': 'role'}


@dataclass(frozen=True, slots=True)
class AccountPrincipal:
    """An account as a whole, or somebody in it."""

    account: str
    partition: str | None
    """None where only the twelve digits are written: then it is that of the role."""
    resource: str = 'root'

    @property
    def whole(self) -> bool:
        return self.resource == 'root'


def account_principal(principal: str) -> AccountPrincipal | None:
    """None for everyone, a service, a federated user or a unique id."""
    name = principal.removeprefix('AWS:')
    if ACCOUNT.fullmatch(name):
        return AccountPrincipal(name, None)
    arn = ARN.fullmatch(name)
    return AccountPrincipal(arn['account'], arn['partition'], arn['resource']) if arn else None


def is_account(principal: str, account: str | None, partition: str) -> bool:
    """The whole account, in this partition."""
    found = account_principal(principal)
    return found is not None and found.whole and found.account == account and found.partition in (None, partition)


def is_in_account(principal: str, account: str | None) -> bool:
    found = account_principal(principal)
    return found is not None and found.account == account


def is_datadog(principal: str) -> bool:
    """Of any site."""
    found = account_principal(principal)
    return found is not None and owner_of(found.account) != ''


def described(principal: str) -> str:
    """The principal in quotes, and what is known of it."""
    found, deleted = account_principal(principal), DELETED.fullmatch(principal.removeprefix('AWS:'))
    if deleted:
        return f'{named(principal)} (what a {KINDS[deleted["kind"]]} that was deleted leaves behind)'
    owner = owner_of(found.account) if found else ''
    return f'{named(principal)} (the account of {owner})' if owner else named(principal)


def named(principal: str) -> str:
    return f"'{shown(principal.removeprefix('AWS:'), LONGEST_PRINCIPAL)}'"
