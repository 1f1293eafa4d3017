"""The external id that a statement demands, compared with the one that Datadog sends. Digests alone."""

from ...facts.account import Condition, ExternalId, TrustStatement
from .condition_operators import of_alternatives, operator_of

KEY = 'sts:externalid'
"""Condition keys are not case-sensitive."""


def is_external_id(condition: Condition) -> bool:
    return condition.key.lower() == KEY


def conditions_on_external_id(statement: TrustStatement) -> tuple[Condition, ...]:
    return tuple(c for c in statement.conditions if is_external_id(c))


def demands_one(condition: Condition) -> bool:
    """Only certain external ids meet it: not any, not none at all, and not all but certain ones."""
    operator = operator_of(condition.operator)
    return operator.base.startswith('string') and operator.needs_the_key and not operator.negated


def is_met_by(condition: Condition, sent: ExternalId | None) -> bool | None:
    """Whether a request with this external id meets the condition; None where that is not known.

    Datadog always sends one, so a condition that only asks whether there is one needs no more.
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
