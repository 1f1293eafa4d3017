"""Which permissions Datadog requires, and which of them the policies of the role grant, by their documents.

Conditions are not evaluated, nor are the permissions boundary and the organization's policies. What depends on a
condition, or on a resource that is one of several, has a `Grant` of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from ...facts import Facts, MissingFact, Unobserved, observed
from ...facts.account import Account, Integration, Policy, PolicyKind, PolicyStatement, RequiredPermissions
from ...rules.policy_language import ANY, Patterns, is_pattern, service_of
from ...text import one_line
from .datadog_tables import OPERATIONS

LONGEST_ACTION = 128
"""Characters of an action, at most (ActionNames of iam:SimulatePrincipalPolicy)."""
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
    LIMITED = 'granted only under a condition or on some resources'
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
    found = [s for p in policies if p.kind is not PolicyKind.BOUNDARY for s in p.statements]
    whole = [replace(s, actions=s.as_a_whole, not_actions=(), every_resource=True) for s in found if s.as_a_whole]
    statements = [_Statement.of(s) for s in (*found, *whole)]
    return tuple(_entry(action, statements) for action in sorted(set(required)))


def entries_of(facts: Facts) -> tuple[Entry, ...]:
    """Of all that the role needs; () where something that it takes was not observed."""
    try:
        return compare(requirement(facts.of_account).actions, observed(facts.of_account.policies))
    except MissingFact:
        return ()


def grantable(entries: Iterable[Entry]) -> tuple[str, ...]:
    """What one more policy can grant."""
    return tuple(entry.action for entry in entries if not entry.is_held and entry.grant not in NO_POLICY_HELPS)


def allowed_by(policies: Iterable[Policy], actions: Iterable[str]) -> frozenset[str]:
    """Those of the actions that documents, of a boundary for example, would let through as a whole."""
    statements = [_Statement.of(s) for p in policies for s in p.statements]
    through = (Grant.GRANTED, Grant.LIMITED, Grant.DENIED_IN_PART)
    return frozenset(a for a in actions if _grant(a, statements) in through)


NO_POLICY_HELPS = frozenset({Grant.DENIED, Grant.DENIED_IN_PART})


class _Reach(IntEnum):
    NONE = 0
    SOME = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class _Statement:
    denies: bool
    certain: bool
    """It applies whatever the request: to every resource, without a condition."""
    excludes: bool
    """NotAction."""
    of_service: Mapping[str, Patterns]
    of_any_service: Patterns

    @classmethod
    def of(cls, statement: PolicyStatement) -> '_Statement':
        by_service: dict[str, list[str]] = {}
        for pattern in filter(_can_match, statement.actions or statement.not_actions):
            by_service.setdefault(service_of(pattern), []).append(pattern)
        of_any = [pattern for service, patterns in by_service.items() if is_pattern(service) for pattern in patterns]
        return cls(
            denies=statement.effect == 'Deny',
            certain=statement.every_resource and not statement.conditional,
            excludes=bool(statement.not_actions) and not statement.actions,
            of_service={s: Patterns(patterns) for s, patterns in by_service.items() if not is_pattern(s)},
            of_any_service=Patterns(of_any),
        )

    def reach(self, action: str) -> _Reach:
        """How much of what an entry matches the statement is about."""
        candidates = (self.of_service.get(service_of(action), NO_PATTERNS), self.of_any_service)
        named = max(_named(patterns, action) for patterns in candidates)
        return _Reach(_Reach.ALL - named) if self.excludes else named


NO_PATTERNS = Patterns(())


def _can_match(pattern: str) -> bool:
    """False for a pattern with more characters than any action has, which would only cost time."""
    return len(pattern) - pattern.count(ANY) <= LONGEST_ACTION


def _named(patterns: Patterns, action: str) -> _Reach:
    if patterns.cover(action):
        return _Reach.ALL
    return _Reach.SOME if is_pattern(action) and patterns.overlap(action) else _Reach.NONE


def _grant(action: str, statements: Sequence[_Statement]) -> Grant:
    def reach(denies: bool, certain: bool) -> _Reach:
        of_the_kind = (s.reach(action) for s in statements if (s.denies, s.certain) == (denies, certain))
        return max(of_the_kind, default=_Reach.NONE)

    denied = reach(denies=True, certain=True)
    if denied is _Reach.ALL:
        return Grant.DENIED
    allowed = reach(denies=False, certain=True)
    if allowed is _Reach.NONE:
        return Grant.LIMITED if reach(denies=False, certain=False) else Grant.MISSING
    if denied or reach(denies=True, certain=False):
        return Grant.DENIED_IN_PART
    return Grant.GRANTED if allowed is _Reach.ALL else Grant.PARTLY


def _entry(action: str, statements: Sequence[_Statement]) -> Entry:
    grant = _grant(action, statements)
    operations = OPERATIONS.get(action, ())
    if not operations or grant in (Grant.GRANTED, Grant.DENIED, Grant.MISSING):
        return Entry(action, grant)
    used = {operation: _grant(operation, statements) for operation in operations}
    lacking = tuple(o for o, held in used.items() if held in (Grant.MISSING, Grant.DENIED))
    if set(used.values()) == {Grant.GRANTED}:
        return Entry(action, Grant.AS_USED)
    return Entry(action, grant, lacking)
