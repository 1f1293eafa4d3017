"""Which permissions this integration needs, where that list is from, and whether the question arises at all."""

from dataclasses import dataclass

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Account, AuthKind, Integration, RequiredPermissions, Role, RoleMissing
from ...findings import NotApplicable
from ..imds.evidence import shown
from .staleness import staleness

LONGEST_NAME = 64
LONGEST_REASON = 80
SOURCES = {'api': 'list fetched on', 'cache': 'list kept since', 'recorded': 'list recorded on'}


@dataclass(frozen=True, slots=True)
class Requirement:
    standard: frozenset[str]
    resource_collection: frozenset[str]
    """Empty where the account has it off, or where that is not known."""
    note: str
    """Where the list is from and what was left out, as a clause."""

    @property
    def actions(self) -> frozenset[str]:
        return self.standard | self.resource_collection


def requirement(account: Account) -> Requirement:
    """Raises MissingFact."""
    required = observed(account.required)
    source = source_of(required)
    match account.integration:
        case Integration(extended_collection=True):
            return Requirement(frozenset(required.standard), frozenset(required.resource_collection), source)
        case Unobserved(reason=why):
            note = f'{source}; without resource collection, as whether it is on is not known ({_short(why)})'
            return Requirement(frozenset(required.standard), frozenset(), note)
    return Requirement(frozenset(required.standard), frozenset(), source)


def source_of(required: RequiredPermissions) -> str:
    """Like 'list recorded on 2025-09-17'."""
    return f'{SOURCES.get(required.source, "list of")} {shown(required.as_of, 10)}'


def not_judged(facts: Facts, expected: Expectations) -> NotApplicable | None:
    """Why permissions of a role are no question here; None where they are."""
    account = facts.of_account
    if isinstance(account.integration, Integration) and account.integration.auth is AuthKind.ACCESS_KEYS:
        return NotApplicable('the integration uses access keys, so it has no role')
    if isinstance(account.role, RoleMissing):
        return NotApplicable(f'there is no role {shown(account.role.name, LONGEST_NAME)}')
    return None


def may_be_stale(facts: Facts) -> str:
    """A clause for evidence about a role of which a policy, too, changed a moment ago; '' for any other."""
    account = facts.of_account
    policies = account.policies if isinstance(account.policies, tuple) else ()
    role = (account.role.created_at, account.role.changed_at) if isinstance(account.role, Role) else ()
    return staleness(facts, *role, *(policy.changed_at for policy in policies))


def _short(text: str) -> str:
    return shown(text, LONGEST_REASON)
