"""Which required permissions the policies of a role grant, read from their documents.

No condition is evaluated, no resource compared, and neither a boundary nor an organization's policy is intersected:
what rests on one of them is a result of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from ...facts.account import Policy, PolicyKind, PolicyStatement
from .operations import OPERATIONS
from .policy_language import ANY, covers, is_pattern, overlaps, service_of

LONGEST_ACTION = 128
"""Characters of an action, at most (ActionNames of iam:SimulatePrincipalPolicy)."""


class Grant(StrEnum):
    GRANTED = 'granted'
    AS_USED = 'granted as far as it is known to be used'
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
    """Operations that a wildcard entry is known to be used for, and that are missing or denied."""

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
    statements = [_Statement.of(s) for p in policies if p.kind is not PolicyKind.BOUNDARY for s in p.statements]
    return tuple(_entry(action, statements) for action in sorted(set(required)))


def allowed_by(policies: Iterable[Policy], actions: Iterable[str]) -> frozenset[str]:
    """Those of the actions that documents, of a boundary for example, would let through as a whole."""
    statements = [_Statement.of(s) for p in policies for s in p.statements]
    through = (Grant.GRANTED, Grant.LIMITED, Grant.DENIED_IN_PART)
    return frozenset(a for a in actions if _grant(a, statements) in through)


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
    by_service: dict[str, list[str]]
    of_any_service: tuple[str, ...]

    @classmethod
    def of(cls, statement: PolicyStatement) -> '_Statement':
        by_service: dict[str, list[str]] = {}
        for pattern in filter(_can_match, statement.actions or statement.not_actions):
            by_service.setdefault(service_of(pattern), []).append(pattern)
        any_service = [pattern for service, ps in by_service.items() if is_pattern(service) for pattern in ps]
        certain = statement.every_resource and not statement.conditional
        excludes = bool(statement.not_actions) and not statement.actions
        return cls(statement.effect == 'Deny', certain, excludes, by_service, tuple(any_service))

    def reach(self, action: str) -> _Reach:
        """How much of what an entry stands for the statement is about."""
        patterns = (*self.by_service.get(service_of(action), ()), *self.of_any_service)
        named = _named(patterns, action)
        return _Reach(_Reach.ALL - named) if self.excludes else named


def _can_match(pattern: str) -> bool:
    """False for a pattern with more characters than any action has, which would only cost time."""
    return len(pattern) - pattern.count(ANY) <= LONGEST_ACTION


def _named(patterns: Sequence[str], action: str) -> _Reach:
    if any(covers(pattern, action) for pattern in patterns):
        return _Reach.ALL
    if is_pattern(action) and any(overlaps(pattern, action) for pattern in patterns):
        return _Reach.SOME
    return _Reach.NONE


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
