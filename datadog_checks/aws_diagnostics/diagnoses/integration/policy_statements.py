"""How much of an action a statement of a policy is about, and whether it applies to the calls that Datadog makes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from ...facts.account import Policy, PolicyStatement
from ...rules.policy_language import ANY, Patterns, is_pattern, service_of
from .assume_role_request import EVERY_CALL
from .condition_operators import all_of, is_met

LONGEST_ACTION = 128
"""Characters of an action, at most (ActionNames of iam:SimulatePrincipalPolicy)."""
NO_PATTERNS = Patterns(())


class Reach(IntEnum):
    NONE = 0
    SOME = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class Statement:
    denies: bool
    certain: bool
    """It applies whatever the request: to every resource, without a condition that Datadog's calls may not meet."""
    excludes: bool
    """NotAction."""
    of_service: Mapping[str, Patterns]
    of_any_service: Patterns

    @classmethod
    def of(cls, statement: PolicyStatement) -> 'Statement':
        by_service: dict[str, list[str]] = {}
        for pattern in filter(_can_match, statement.actions or statement.not_actions):
            by_service.setdefault(service_of(pattern), []).append(pattern)
        of_any = [pattern for service, patterns in by_service.items() if is_pattern(service) for pattern in patterns]
        return cls(
            denies=statement.effect == 'Deny',
            certain=is_certain(statement),
            excludes=bool(statement.not_actions) and not statement.actions,
            of_service={s: Patterns(patterns) for s, patterns in by_service.items() if not is_pattern(s)},
            of_any_service=Patterns(of_any),
        )

    def reach(self, action: str) -> Reach:
        """How much of what an entry matches the statement is about."""
        candidates = (self.of_service.get(service_of(action), NO_PATTERNS), self.of_any_service)
        named = max(_named(patterns, action) for patterns in candidates)
        return Reach(Reach.ALL - named) if self.excludes else named


def applies(statement: PolicyStatement) -> bool | None:
    """To Datadog's calls, by its conditions; None where that is not known."""
    met = all_of(is_met(condition, EVERY_CALL) for condition in statement.conditions)
    return None if met and statement.conditional else met


def is_certain(statement: PolicyStatement) -> bool:
    return statement.every_resource and applies(statement) is True


def statements_of(policies: Iterable[Policy]) -> Iterator[Statement]:
    """Those that can apply to a call of Datadog. What one covers as a whole by ARNs is a statement of its own."""
    for statement in (s for p in policies for s in p.statements if applies(s) is not False):
        yield Statement.of(statement)
        if whole := statement.as_a_whole:
            yield Statement.of(replace(statement, actions=whole, not_actions=(), every_resource=True))


def _can_match(pattern: str) -> bool:
    """False for a pattern with more characters than any action has, which would only cost time."""
    return len(pattern) - pattern.count(ANY) <= LONGEST_ACTION


def _named(patterns: Patterns, action: str) -> Reach:
    if patterns.cover(action):
        return Reach.ALL
    return Reach.SOME if is_pattern(action) and patterns.overlap(action) else Reach.NONE
