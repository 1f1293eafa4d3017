"""Which statement of the trust policy is meant for Datadog, and whether it admits Datadog's request."""

from dataclasses import dataclass, replace

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Condition, ExternalId, Integration, Role, TrustStatement
from ...rules.datadog_role import account_of
from ...rules.policy_language import matches
from .assume_role_request import Request, datadogs_request
from .condition_operators import all_of, is_met
from .identities import (
    ANOTHER_ID,
    NOT_DATADOGS,
    demands_external_id,
    is_account,
    is_datadog,
    is_everyone,
    is_external_id,
    is_in_account,
)
from .role import account_id, partition_of, role_of

ASSUME_ROLE = 'sts:AssumeRole'


@dataclass(frozen=True, slots=True)
class Sender:
    """Datadog, as it assumes the role of this account."""

    site: str
    partition: str
    account: str | None
    """None where Datadog offers no role for this site and partition."""
    external_id: ExternalId | None
    """None where it is not known."""
    recorded: bool
    """The external id is from Datadog's record, not from the operator's configuration."""
    at: float
    registered: bool = True
    """False where Datadog is known to have no integration for the account, and so no external id."""
    unusable: str = ''
    """What the external id in the configuration is, where it cannot be Datadog's."""
    role_account: str = ''
    role_name: str = ''
    region: str = ''
    """In which it calls STS; '' for any."""

    @property
    def request(self) -> Request:
        return datadogs_request(self.account, self.partition, self.at, self.external_id, self.region)


@dataclass(frozen=True, slots=True)
class Reading:
    """One statement, read as IAM would for Datadog's request."""

    statement: TrustStatement
    name: str
    action: bool
    external_id: bool | None
    another_id: bool | None
    """Whether the external id of another customer would do."""
    refusing: tuple[Condition, ...]
    undecided: tuple[Condition, ...]

    @property
    def admits(self) -> bool | None:
        """Datadog's account."""
        return all_of((self.admits_some, self.external_id))

    @property
    def admits_others(self) -> bool | None:
        """Datadog's account, when it comes for another customer."""
        return all_of((self.admits_some, self.another_id))

    @property
    def admits_some(self) -> bool | None:
        """Of Datadog's account, with some external id."""
        return all_of((self.action, False if self.refusing else None if self.undecided else True))

    @property
    def distance(self) -> tuple[int, int, bool]:
        """From admitting Datadog alone: what refuses it, what is not known, and whether others come in as well."""
        faults = (not self.action) + (self.external_id is False) + bool(self.refusing)
        unknown = (self.external_id is None) + bool(self.undecided)
        return faults, unknown, demands_external_id(self.statement) is False


def sender(facts: Facts, expected: Expectations) -> Sender:
    wanted, partition = expected.of_account, partition_of(facts)
    integration, role = facts.of_account.integration, facts.of_account.role
    configured = wanted.external_id
    unusable = NOT_DATADOGS.get(configured.form, '') if configured else ''
    recorded = integration.external_id if isinstance(integration, Integration) else None
    return Sender(
        site=wanted.site,
        partition=partition,
        account=account_of(wanted.site, partition),
        external_id=recorded or (None if unusable else configured),
        recorded=recorded is not None,
        at=facts.observed_at,
        registered=facts.of_account.registered is not False,
        unusable=unusable,
        role_account=account_id(facts) or '',
        role_name=role.name if isinstance(role, Role) else '',
    )


def trust_of(facts: Facts) -> tuple[TrustStatement, ...]:
    """Raises MissingFact where there is none to read."""
    role = role_of(facts)
    return observed(role.trust) if isinstance(role, Role) else ()


def covers_assume_role(statement: TrustStatement) -> bool:
    if statement.not_actions:
        return not any(matches(action, ASSUME_ROLE) for action in statement.not_actions)
    return any(matches(action, ASSUME_ROLE) for action in statement.actions)


def meant_for_datadog(statements: tuple[TrustStatement, ...], to: Sender) -> tuple[TrustStatement, ...]:
    """Those that admit Datadog's account; else those that seem to mean it. One for somebody else is not judged."""
    tiers = (
        lambda p: is_everyone(p) or is_account(p, to.account, to.partition),
        lambda p: is_in_account(p, to.account) or is_datadog(p),
    )
    allowing = [s for s in statements if s.effect == 'Allow']
    for tier, means in enumerate(tiers):
        found = tuple(s for s in allowing if any(map(means, s.principals)) or (tier == 0 and _leaves_in(s, to)))
        if found:
            return found
    return ()


def _leaves_in(statement: TrustStatement, to: Sender) -> bool:
    """By NotPrincipal: everyone but some others."""
    but = statement.not_principals
    return bool(but) and not any(is_everyone(p) or is_in_account(p, to.account) for p in but)


def readings(facts: Facts, to: Sender) -> tuple[Reading, ...]:
    """Of the statements that are meant for Datadog, the one that comes closest to admitting it first."""
    statements = trust_of(facts)
    meant = meant_for_datadog(statements, to)
    read = [_read(s, name_of(s, statements), to) for s in meant]
    return tuple(sorted(read, key=lambda reading: reading.distance))


def _read(statement: TrustStatement, name: str, to: Sender) -> Reading:
    request, others = to.request, replace(to, external_id=ANOTHER_ID).request
    met = [(c, is_met(c, request)) for c in statement.conditions]
    return Reading(
        statement,
        name,
        action=covers_assume_role(statement),
        external_id=all_of(result for c, result in met if is_external_id(c)),
        another_id=all_of(is_met(c, others) for c in statement.conditions if is_external_id(c)),
        refusing=tuple(c for c, result in met if result is False and not is_external_id(c)),
        undecided=tuple(c for c, result in met if result is None and not is_external_id(c)),
    )


def applies_to_datadog(statement: TrustStatement, to: Sender) -> bool | None:
    if not covers_assume_role(statement):
        return False
    request = to.request
    return all_of((is_of(statement, to), *(is_met(c, request) for c in statement.conditions)))


def is_of(statement: TrustStatement, to: Sender) -> bool | None:
    """Whether its principals include Datadog. NotPrincipal is everyone but those."""
    if statement.not_principals:
        if any(map(is_everyone, statement.not_principals)):
            return False
        return None if any(_may_be(p, to) for p in statement.not_principals) else True
    if any(is_everyone(p) or is_account(p, to.account, to.partition) for p in statement.principals):
        return True
    return None if any(_may_be(p, to) for p in statement.principals) else False


def _may_be(principal: str, to: Sender) -> bool:
    """Somebody in Datadog's account: whether Datadog comes as that one is not known."""
    return is_in_account(principal, to.account)


def name_of(statement: TrustStatement, statements: tuple[TrustStatement, ...]) -> str:
    """Like 'statement 2'."""
    return f'statement {position_of(statement, statements) + 1}'


def position_of(statement: TrustStatement, statements: tuple[TrustStatement, ...]) -> int:
    """Counted from 0. Of two that are equal each has its own."""
    return next(n for n, s in enumerate(statements) if s is statement)
