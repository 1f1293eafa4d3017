"""Whether a request meets a condition: yes, no, or not known (None).

Rules: AWS's IAM user guide, the pages Condition operators, Set operators for multivalued context keys, and Variables
and tags. What they do not say is not known: a key compared with an operator for another type, a value that the operator
cannot read, ForAnyValue together with ...IfExists on a key that is absent.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...facts.account import Condition
from .assume_role_request import Absent, Key, PublicAddress, Request, Secret, State, Text, known
from .condition_values import ARN, COMPARED, LIKE, LITERAL, STRING, accepts, has_datadogs_address, is_arn, matches

FOR_ALL, FOR_ANY, IF_EXISTS = 'forallvalues:', 'foranyvalue:', 'ifexists'
NULL, IP_ADDRESS = 'null', 'ipaddress'
NEGATED = {
    'stringnotequals': 'stringequals',
    'stringnotequalsignorecase': 'stringequalsignorecase',
    'stringnotlike': 'stringlike',
    'arnnotequals': 'arnequals',
    'arnnotlike': 'arnlike',
    'numericnotequals': 'numericequals',
    'datenotequals': 'dateequals',
    'notipaddress': 'ipaddress',
}
VARIABLE = re.compile(r"\$\{([^},]*)(?:, '([^}']*)')?\}")
"""With its default, if it has one."""


@dataclass(frozen=True, slots=True)
class Operator:
    """'ForAnyValue:StringNotLikeIfExists' is stringlike, negated, for any value, if it exists."""

    base: str
    """'' for an operator that IAM does not have."""
    negated: bool
    for_all: bool
    for_any: bool
    if_exists: bool

    @property
    def is_met_without_the_key(self) -> bool | None:
        """Of both ForAnyValue and ...IfExists, AWS says what they do on their own: the opposite of one another."""
        if self.for_any:
            return None if self.if_exists else False
        return self.negated or self.for_all or self.if_exists


def operator_of(text: str) -> Operator:
    name = text.lower()
    rest = name.removeprefix(FOR_ALL).removeprefix(FOR_ANY).removesuffix(IF_EXISTS)
    base = NEGATED.get(rest, rest)
    exists = base in COMPARED or base == IP_ADDRESS or name == NULL
    return Operator(
        base=base if exists else '',
        negated=rest in NEGATED,
        for_all=name.startswith(FOR_ALL),
        for_any=name.startswith(FOR_ANY),
        if_exists=name.endswith(IF_EXISTS),
    )


def is_met(condition: Condition, request: Request) -> bool | None:
    """In every state that the key may be in; None where these differ."""
    results = _in_all_states(condition, request)
    return results.pop() if len(results) == 1 else None


def can_be_met(condition: Condition, request: Request) -> bool | None:
    """In one of the states that the key may be in."""
    return any_of(_in_all_states(condition, request))


def _in_all_states(condition: Condition, request: Request) -> set[bool | None]:
    operator, key = operator_of(condition.operator), known(request, condition.key)
    if not operator.base or key is None:
        return {None}
    return {_is_met_in(state, key, operator, condition, request) for state in key.states}


def _is_met_in(state: State, key: Key, operator: Operator, condition: Condition, request: Request) -> bool | None:
    if operator.base == NULL:
        return _is_null(condition.values, absent=isinstance(state, Absent))
    if isinstance(state, Absent):
        return operator.is_met_without_the_key
    if key.many and not (operator.for_all or operator.for_any):
        return None
    result = any_of(_results(state, operator, condition, request))
    return result if result is None else result is not operator.negated


def _results(state: State, operator: Operator, condition: Condition, request: Request) -> Iterator[bool | None]:
    """Of each value. Ranges of addresses are taken together: none of them alone may hold every address."""
    base = operator.base
    if isinstance(state, Secret):
        yield from (accepts(base, accepted, state.external_id, condition) for accepted in condition.external_ids)
    elif isinstance(state, PublicAddress) and base == IP_ADDRESS:
        yield has_datadogs_address(condition.values)
    else:
        for value in condition.values:
            wanted = _resolved(value, base, condition, request)
            unclear = wanted is None or (operator.negated and base in ARN and not is_arn(wanted))
            yield None if wanted is None or unclear else matches(base, wanted, state)


def any_of(results: Iterable[bool | None]) -> bool | None:
    found = set(results)
    return True if True in found else None if None in found else False


def all_of(results: Iterable[bool | None]) -> bool | None:
    found = set(results)
    return False if False in found else None if None in found else True


def _is_null(values: tuple[str, ...], *, absent: bool) -> bool | None:
    """Several values are alternatives."""
    said = {'true': absent, 'false': not absent}
    return any_of(said.get(value.lower()) for value in values)


def _resolved(value: str, base: str, condition: Condition, request: Request) -> str | None:
    """With policy variables replaced; None where that is not known. Only string and ARN operators have them."""
    if '${' not in value or condition.variables is False:
        return value
    if not condition.variables or base not in (*STRING, LIKE, *ARN):
        return None
    parts, end = [], 0
    for found in VARIABLE.finditer(value):
        instead = _value_of(found[1], found[2], base, request)
        if instead is None:
            return None
        parts += [value[end : found.start()], instead]
        end = found.end()
    return ''.join([*parts, value[end:]])


def _value_of(name: str, default: str | None, base: str, request: Request) -> str | None:
    if name in LITERAL:
        return name if base in STRING else LITERAL[name]
    key = known(request, name)
    match key.states if key else ():
        case (Text(text),):
            return text
        case (Absent(),) if default and not set(default) & set(LITERAL):
            return default
    return None
