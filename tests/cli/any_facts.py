"""Any facts and expectations that the types allow, for properties that hold for all of them."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import Account, ExternalId
from datadog_checks.aws_diagnostics.facts.values import Checked

Scalars = dict[type, st.SearchStrategy[Any]]
SCALARS: Scalars = {
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=12),
    type(None): st.none(),
}


def values_of(type_: Any, scalars: Scalars = SCALARS) -> st.SearchStrategy[Any]:
    """`scalars`: the strategy of each type that holds no other; of a Checked type where it is not any of its form."""
    arguments = [values_of(a, scalars) for a in typing.get_args(type_) if a is not Ellipsis]
    match typing.get_origin(type_):
        case typing.Union | types.UnionType:
            return st.one_of(arguments)
        case origin if origin is tuple and Ellipsis in typing.get_args(type_):
            return st.lists(arguments[0], max_size=3).map(tuple)
        case origin if origin is tuple:
            return st.tuples(*arguments)
        case origin if origin is frozenset:
            return st.frozensets(arguments[0], max_size=3)
        case origin if origin in (dict, Mapping):
            return st.dictionaries(*arguments, max_size=3)
    return scalars[type_] if type_ in scalars else _values_of_class(type_, scalars)


def _values_of_class(type_: type, scalars: Scalars) -> st.SearchStrategy[Any]:
    if issubclass(type_, Enum):
        return st.sampled_from(type_)
    if issubclass(type_, Checked):
        return st.from_regex(type_.FORM, fullmatch=True).map(type_.of).filter(lambda value: value is not None)
    assert is_dataclass(type_), f'no strategy for {type_}'
    hints = typing.get_type_hints(type_, localns={'Account': Account, 'ExternalId': ExternalId})
    return st.builds(cast(Any, type_), **{field.name: values_of(hints[field.name], scalars) for field in fields(type_)})


any_facts = values_of(Facts)
any_expectations = values_of(Expectations)
REPEATABLE = settings(max_examples=30, deadline=None, derandomize=True, database=None)
"""Each example has hundreds of values."""
