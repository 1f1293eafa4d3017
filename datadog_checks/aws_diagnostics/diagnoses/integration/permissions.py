"""Which permissions Datadog requires, and which of them the policies of the role grant, by their documents.

Conditions are evaluated as far as every call of Datadog meets them or none does; the permissions boundary and the
organization's policies are not. What depends on another condition, or on a resource that is one of several, has a
`Grant` of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...facts import Facts, MissingFact, Unobserved, observed
from ...facts.account import Account, Integration, Policy, PolicyKind, RequiredPermissions
from ...facts.values import PolicyName
from ...rules.policy_language import service_of
from ...text import one_line
from .datadog_tables import OPERATIONS
from .policy_statements import Reach, Statement, statements_of

LONGEST_REASON = 80
SOURCES = {'api': 'list fetched on', 'cache': 'list kept since', 'recorded': 'list recorded on'}


@dataclass(frozen=True, slots=True)
class Requirement:
    standard: frozenset[str]
    resource_collection: frozenset[str]
    """Empty where resource collection is off, or not known to be on."""
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
            note = f'{source}; not known whether resource collection is on: {one_line(why, LONGEST_REASON)}'
            return Requirement(frozenset(required.standard), frozenset(), note)
    return Requirement(frozenset(required.standard), frozenset(), source)


def source_of(required: RequiredPermissions) -> str:
    """Like 'list recorded on 2025-09-17'."""
    return f'{SOURCES.get(required.source, "list of")} {one_line(required.as_of, 10)}'


class Grant(StrEnum):
    GRANTED = 'granted'
    AS_USED = 'granted for all documented uses'
    """A wildcard entry of which every operation that Datadog documents is granted."""
    PARTLY = 'partly granted'
    """A wildcard entry of which some actions are granted."""
    LIMITED = 'granted only under a condition, on some resources or in part'
    DENIED_IN_PART = 'denied under a condition, on some resources or for some actions'
    DENIED = "denied by the role's own policies"
    MISSING = 'missing'


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the required list."""

    action: str
    grant: Grant
    lacking: tuple[str, ...] = ()
    """Documented operations of a wildcard entry that are missing or denied."""

    @property
    def service(self) -> str:
        return service_of(self.action)

    @property
    def is_lost(self) -> bool:
        """Certainly not granted where it is used."""
        return self.grant in (Grant.MISSING, Grant.DENIED) or bool(self.lacking)

    @property
    def is_held(self) -> bool:
        return self.grant in (Grant.GRANTED, Grant.AS_USED)


def compare(required: Iterable[str], policies: Iterable[Policy]) -> tuple[Entry, ...]:
    """An entry for each required action, without repetition, in alphabetical order."""
    return _compared(required, (p for p in policies if p.kind is not PolicyKind.BOUNDARY))


def within_boundary(actions: Iterable[str], policies: Iterable[Policy]) -> tuple[Entry, ...]:
    """The same for what the permissions boundary lets through; () where no document of one is among the policies."""
    boundary = [p for p in policies if p.kind is PolicyKind.BOUNDARY]
    return _compared(actions, boundary) if boundary else ()


def _compared(required: Iterable[str], policies: Iterable[Policy]) -> tuple[Entry, ...]:
    statements = tuple(statements_of(policies))
    return tuple(_entry(action, statements) for action in sorted(set(required)))


def entries_of(facts: Facts) -> tuple[Entry, ...]:
    """Of all that the role needs; () where something that it takes was not observed."""
    try:
        return compare(requirement(facts.of_account).actions, observed(facts.of_account.policies))
    except MissingFact:
        return ()


def grantable(entries: Iterable[Entry]) -> tuple[str, ...]:
    """What one more policy can grant without lifting a limit that somebody set."""
    return tuple(action for entry in entries for action in _grantable(entry))


def _grantable(entry: Entry) -> tuple[str, ...]:
    """Of a wildcard that is allowed with a limit, only the operations that nothing allows."""
    if entry.is_held or entry.grant in NO_POLICY_HELPS:
        return ()
    return entry.lacking if entry.grant is Grant.LIMITED else (entry.action,)


def limited_by(entries: Iterable[Entry], policies: Iterable[Policy]) -> tuple[PolicyName, ...]:
    """The policies that allow what is LIMITED."""
    limited = [entry.action for entry in entries if entry.grant is Grant.LIMITED]
    own = (policy for policy in policies if policy.kind is not PolicyKind.BOUNDARY)
    return tuple(dict.fromkeys(policy.name for policy in own if _limits(limited, policy)))


def _limits(actions: Sequence[str], policy: Policy) -> bool:
    limits = [s for s in statements_of((policy,)) if not s.denies and not s.certain]
    return any(s.reach(action) for s in limits for action in actions)


NO_POLICY_HELPS = frozenset({Grant.DENIED, Grant.DENIED_IN_PART})


def _grant(action: str, statements: Sequence[Statement]) -> Grant:
    def reach(denies: bool, certain: bool) -> Reach:
        of_the_kind = (s.reach(action) for s in statements if (s.denies, s.certain) == (denies, certain))
        return max(of_the_kind, default=Reach.NONE)

    denied = reach(denies=True, certain=True)
    if denied is Reach.ALL:
        return Grant.DENIED
    allowed = reach(denies=False, certain=True)
    if allowed is Reach.NONE:
        return Grant.LIMITED if reach(denies=False, certain=False) else Grant.MISSING
    if denied or reach(denies=True, certain=False):
        return Grant.DENIED_IN_PART
    if allowed is Reach.ALL:
        return Grant.GRANTED
    return Grant.LIMITED if reach(denies=False, certain=False) else Grant.PARTLY


def _entry(action: str, statements: Sequence[Statement]) -> Entry:
    grant = _grant(action, statements)
    operations = OPERATIONS.get(action, ())
    if not operations or grant in (Grant.GRANTED, Grant.DENIED, Grant.MISSING):
        return Entry(action, grant)
    used = {operation: _grant(operation, statements) for operation in operations}
    lacking = tuple(o for o, held in used.items() if held in (Grant.MISSING, Grant.DENIED))
    if set(used.values()) == {Grant.GRANTED}:
        return Entry(action, Grant.AS_USED)
    return Entry(action, grant, lacking)
