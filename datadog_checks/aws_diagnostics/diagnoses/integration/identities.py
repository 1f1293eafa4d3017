"""Whom a statement of a trust policy names: its principals, and the external ids that it demands.

Principals are written as facts hold them: 'AWS:arn:aws:iam::464622532012:root', 'AWS:*', 'Service:...' (AWS's IAM user
guide, JSON policy elements: Principal). An account is the ARN of its root or its twelve digits; a deleted user or role
leaves its unique id (AIDA..., AROA...). External ids are compared by their digests.
"""

import re
from dataclasses import dataclass

from ...facts.account import Condition, ExternalId, TrustStatement
from ...rules.datadog_role import owner_of
from ...text import one_line
from .condition_operators import of_alternatives, operator_of

EVERYONE = ('*', 'AWS:*')
ARN = re.compile(r'arn:(?P<partition>[a-z-]+):(?:iam|sts)::(?P<account>\d{12}):(?P<resource>.+)', re.ASCII)
ACCOUNT = re.compile(r'\d{12}', re.ASCII)
DELETED = re.compile(r'(?P<kind>AIDA|AROA)[A-Z0-9]{8,}', re.ASCII)
LONGEST_PRINCIPAL = 60
KINDS = {'AIDA': 'user', 'AROA': 'role'}
EXTERNAL_ID = 'sts:externalid'
"""Condition keys are not case-sensitive."""


@dataclass(frozen=True, slots=True)
class AccountPrincipal:
    """A whole account, or one user or role in it."""

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


def is_everyone(principal: str) -> bool:
    return principal in EVERYONE


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
        return f'{named(principal)} (a deleted {KINDS[deleted["kind"]]})'
    owner = owner_of(found.account) if found else ''
    return f"{named(principal)} (Datadog's account for {owner})" if owner else named(principal)


def named(principal: str) -> str:
    return f"'{one_line(principal.removeprefix('AWS:'), LONGEST_PRINCIPAL)}'"


def is_external_id(condition: Condition) -> bool:
    return condition.key.lower() == EXTERNAL_ID


def conditions_on_external_id(statement: TrustStatement) -> tuple[Condition, ...]:
    return tuple(c for c in statement.conditions if is_external_id(c))


def demands_one(condition: Condition) -> bool:
    """Only certain external ids meet it: not any, not a request without one, and not all but certain ones."""
    operator = operator_of(condition.operator)
    return operator.base.startswith('string') and operator.needs_the_key and not operator.negated


def is_met_by(condition: Condition, sent: ExternalId | None) -> bool | None:
    """Whether a request with this external id meets the condition; None where that is not known.

    Datadog always sends one, so a condition that only asks whether there is one can be told without knowing it.
    """
    operator = operator_of(condition.operator)
    if operator.base == 'null':
        return 'false' in (value.lower() for value in condition.values)
    if sent is None or not operator.base.startswith('string'):
        return None
    results = [_matches(operator.base, accepted, sent, condition.wildcard) for accepted in condition.external_ids]
    return of_alternatives(results, negated=operator.negated)


def _matches(base: str, accepted: ExternalId, sent: ExternalId, wildcard: bool) -> bool | None:
    if accepted.digest == sent.digest:
        return True
    if base == 'stringequalsignorecase':
        return differs_by_case(accepted, sent)
    return None if base == 'stringlike' and wildcard else False


def differs_by_case(one: ExternalId, other: ExternalId) -> bool:
    return one.digest != other.digest and one.folded_digest == other.folded_digest != ''


def differs_by_white_space(one: ExternalId, other: ExternalId) -> bool:
    return one.digest != other.digest and one.stripped_digest == other.stripped_digest


def shown_digest(external_id: ExternalId) -> str:
    return f'sha256:{external_id.digest}'
