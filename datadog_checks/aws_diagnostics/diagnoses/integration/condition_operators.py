"""Whether Datadog's request meets a condition: yes, no, or not known (None).

Rules: AWS's IAM user guide, condition operators. Several values are alternatives, and for a negated operator none of
them may match. A key that is absent meets negated operators, ...IfExists and ForAllValues, and no other.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from ...facts.account import Condition
from ...rules.policy_language import ANY, ONE, covers
from .assume_role_request import Known, Request, StartsWith, Value, known

FOR_ALL, FOR_ANY = 'forallvalues:', 'foranyvalue:'
IF_EXISTS = 'ifexists'
EVERY_ADDRESS = ('0.0.0.0/0', '::/0')
COMPARISONS = {
    'equals': lambda value, limit: value == limit,
    'lessthan': lambda value, limit: value < limit,
    'lessthanequals': lambda value, limit: value <= limit,
    'greaterthan': lambda value, limit: value > limit,
    'greaterthanequals': lambda value, limit: value >= limit,
}


@dataclass(frozen=True, slots=True)
class Operator:
    """'ForAnyValue:StringNotLikeIfExists' is stringlike, negated, for any value, if it exists."""

    base: str
    negated: bool
    for_all: bool
    for_any: bool
    if_exists: bool

    @property
    def needs_the_key(self) -> bool:
        """A request without the key does not meet it."""
        return self.for_any or not (self.negated or self.for_all or self.if_exists)


def operator_of(text: str) -> Operator:
    name = text.lower()
    base = name.removeprefix(FOR_ALL).removeprefix(FOR_ANY).removesuffix(IF_EXISTS)
    positive = base.replace('not', '', 1)
    return Operator(
        base=positive,
        negated=positive != base,
        for_all=name.startswith(FOR_ALL),
        for_any=name.startswith(FOR_ANY),
        if_exists=name.endswith(IF_EXISTS),
    )


def is_met(condition: Condition, request: Request) -> bool | None:
    operator, value = operator_of(condition.operator), known(request, condition.key)
    if value is None:
        return None
    if operator.base == 'null':
        return (value is Value.ABSENT) == ('true' in (v.lower() for v in condition.values))
    if value is Value.ABSENT:
        return not operator.needs_the_key
    return of_alternatives([_matches(operator.base, v, value) for v in condition.values], negated=operator.negated)


def of_alternatives(results: list[bool | None], *, negated: bool) -> bool | None:
    """Any of them, or with a negated operator none of them."""
    if True in results:
        return not negated
    return None if None in results else negated


def _matches(base: str, wanted: str, value: Known) -> bool | None:
    match value:
        case Value():
            return wanted in EVERY_ADDRESS if base == 'ipaddress' else _is_pattern(base) and not wanted.strip(ANY)
        case StartsWith(text):
            return _may_match(base, wanted, text)
        case float():
            return _compares(base, wanted, value)
    return _matches_text(base, wanted, value)


def _matches_text(base: str, wanted: str, value: str) -> bool | None:
    if _is_pattern(base):
        return covers(wanted, value)
    if base in ('stringequals', 'stringequalsignorecase', 'bool'):
        return wanted.lower() == value.lower()
    return None


def _is_pattern(base: str) -> bool:
    """ArnEquals and ArnLike are the same."""
    return base in ('stringlike', 'arnlike', 'arnequals')


def _may_match(base: str, wanted: str, start: str) -> bool | None:
    """An ARN of which only the start is known. No call is made by the root of an account."""
    literal = wanted.replace(ONE, ANY).partition(ANY)[0] if _is_pattern(base) else wanted
    if wanted.endswith(':root') or not (literal.startswith(start) or start.startswith(literal)):
        return False
    everything = _is_pattern(base) and start.startswith(literal) and not wanted[len(literal) :].strip(ANY)
    return True if everything else None


def _compares(base: str, wanted: str, value: float) -> bool | None:
    limit, family = _seconds(wanted), base.removeprefix('date').removeprefix('numeric')
    compare = COMPARISONS.get(family)
    return None if limit is None or compare is None else compare(value, limit)


def _seconds(text: str) -> float | None:
    """Of a date as ISO 8601 or as seconds since the epoch."""
    try:
        return float(text) if text.isdigit() else _utc(datetime.fromisoformat(text)).timestamp()
    except (ValueError, OverflowError):
        return None


def _utc(date: datetime) -> datetime:
    return date if date.tzinfo else date.replace(tzinfo=UTC)
