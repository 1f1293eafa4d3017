"""Which role, in which account and partition, this is about."""

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Caller, Integration, Role, RoleMissing
from ..imds.evidence import shown

LONGEST_NAME = 64
"""By IAM's rules."""


def role_name(facts: Facts, expected: Expectations) -> str:
    """As IAM has it, else as Datadog has it, else as it is expected."""
    account = facts.of_account
    if isinstance(account.role, Role | RoleMissing):
        return shown(account.role.name, LONGEST_NAME)
    recorded = account.integration.role_name if isinstance(account.integration, Integration) else ''
    return shown(recorded or expected.of_account.role_name, LONGEST_NAME)


def account_id(facts: Facts) -> str | None:
    account = facts.of_account
    if isinstance(account.role, Role) and account.role.arn.count(':') >= 5:
        return account.role.arn.split(':')[4]
    return None if isinstance(account.caller, Unobserved) else account.caller.account_id


def partition_of(facts: Facts) -> str:
    """aws where nothing tells."""
    account = facts.of_account
    if isinstance(account.caller, Caller):
        return account.caller.partition
    arn = account.role.arn if isinstance(account.role, Role) else ''
    return arn.split(':')[1] if arn.count(':') >= 5 else 'aws'
