"""Statements of the trust policy that refuse Datadog in some regions only, by a condition on aws:RequestedRegion."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Condition, Role, TrustStatement
from ...facts.values import RegionName
from ...text import listed
from .trust import Sender, applies_to_datadog, name_of, readings, sender, trust_of
from .trust_policy_extra_conditions import condition_words

KEY = 'aws:requestedregion'


@dataclass(frozen=True, slots=True)
class Refusal:
    """By one statement."""

    name: str
    condition: Condition
    regions: tuple[RegionName, ...]

    def __str__(self) -> str:
        return f'{self.name} of the trust policy refuses that in {listed(self.regions)}: {self.words}'

    @property
    def words(self) -> str:
        return condition_words(self.condition)


def refusals(facts: Facts, expected: Expectations, regions: Iterable[RegionName]) -> tuple[Refusal, ...]:
    """Of a trust policy that could not be read nothing is said."""
    role = facts.of_account.role
    if not isinstance(role, Role) or isinstance(role.trust, Unobserved):
        return ()
    to, found = sender(facts, expected), dict[tuple[str, Condition], list[RegionName]]()
    for region in regions:
        for statement, conditions in _refusing(facts, replace(to, region=region)):
            for condition in filter(_is_on_region, conditions):
                found.setdefault((name_of(statement, role.trust), condition), []).append(region)
    return tuple(Refusal(name, condition, tuple(where)) for (name, condition), where in found.items())


def _refusing(facts: Facts, to: Sender) -> list[tuple[TrustStatement, tuple[Condition, ...]]]:
    """Each Deny that applies there; and what comes closest to admitting Datadog: where that refuses, all do."""
    denials = [(s, s.conditions) for s in trust_of(facts) if s.effect == 'Deny' and applies_to_datadog(s, to)]
    return [*denials, *((reading.statement, reading.refusing) for reading in readings(facts, to)[:1])]


def _is_on_region(condition: Condition) -> bool:
    return condition.key.lower() == KEY
