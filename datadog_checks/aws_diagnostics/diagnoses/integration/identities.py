"""Whom a statement of a trust policy names: its principals, and the external ids that it demands.

Principals are written as facts hold them: 'AWS:arn:aws:iam::464622532012:root', 'AWS:*', 'Service:...' (AWS's IAM user
guide, JSON policy elements: Principal). An account is the ARN of its root or its twelve digits; a deleted user or role
leaves its unique id (AIDA..., AROA...). External ids are compared by their digests.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...facts.account import Condition, ExternalId, Form, TrustStatement
from ...rules.datadog_role import owner_of
from ...text import one_line
from .assume_role_request import ABSENT, EXTERNAL_ID, Key, Request, Secret
from .condition_operators import all_of, any_of, is_met, operator_of

EVERYONE = ('*', 'AWS:*')
ARN = re.compile(r'arn:(?P<partition>[a-z-]+):(?:iam|sts)::(?P<account>\d{12}):(?P<resource>.+)', re.ASCII)
ACCOUNT = re.compile(r'\d{12}', re.ASCII)
DELETED = re.compile(r'(?P<kind>AIDA|AROA)[A-Z0-9]{8,}', re.ASCII)
LONGEST_PRINCIPAL = 60
KINDS = {'AIDA': 'user', 'AROA': 'role'}
ANOTHER_ID = ExternalId.of('another one')
"""What stands for the external id of any other customer of Datadog."""

NOT_DATADOGS = {
    Form.EMPTY: 'an empty text',
    Form.ARN: 'an ARN',
    Form.ACCOUNT: 'the id of an AWS account',
    Form.APPLICATION_KEY: 'what looks like a key of Datadog (revoke it if it is one)',
    Form.KEY: 'a key of Datadog that this check uses',
    Form.PLACEHOLDER: 'a placeholder',
}
"""What an external id is instead, by its form: Datadog generates its own."""


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


def needs_one(condition: Condition) -> bool | None:
    """A request without an external id does not meet it."""
    met = is_met(condition, _sending(None))
    return None if met is None else not met


def names_those_accepted(condition: Condition) -> bool | None:
    """Of external ids, only certain ones meet it: not any, and not all but certain ones.

    None where IAM does not say how the operator reads text.
    """
    operator, met = operator_of(condition.operator), is_met(condition, _sending(ANOTHER_ID))
    if met is None and operator.base.startswith('string'):
        return not operator.negated  # a pattern or a variable
    return None if met is None else not met


def accept_a_request(conditions: Sequence[Condition]) -> bool | None:
    """With one of the external ids that are named, with another one, or with none."""
    return any_of(all_met(conditions, id) for id in (None, ANOTHER_ID, *named_ids(conditions)))


def named_ids(conditions: Sequence[Condition]) -> list[ExternalId]:
    return [id for c in conditions for id in c.external_ids if can_be_sent(id)]


def all_met(conditions: Sequence[Condition], id: ExternalId | None) -> bool | None:
    return all_of(is_met(c, _sending(id)) for c in conditions)


def _sending(id: ExternalId | None) -> Request:
    return {EXTERNAL_ID: Key((Secret(id),)) if id else ABSENT}


def can_be_sent(id: ExternalId) -> bool:
    """STS refuses others: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html."""
    return id.form not in (Form.EMPTY, Form.PATTERN) and not id.has_stray_white_space


def demands_external_id(statement: TrustStatement) -> bool | None:
    """Whether its conditions together accept only certain external ids, and no request without one."""
    conditions = conditions_on_external_id(statement)
    return all_of((any_of(map(needs_one, conditions)), any_of(map(names_those_accepted, conditions))))


def shown_digest(external_id: ExternalId) -> str:
    return f'sha256:{external_id.digest}'
