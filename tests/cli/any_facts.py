"""Any facts that the types allow, for properties that hold for all of them."""

import types
import typing
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, cast

from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.values import Checked

SCALARS = {
    bool: st.booleans(),
    int: st.integers(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=12),
    type(None): st.none(),
}


def values_of(type_: Any) -> st.SearchStrategy[Any]:
    arguments = typing.get_args(type_)
    match typing.get_origin(type_):
        case typing.Union | types.UnionType:
            return st.one_of(*map(values_of, arguments))
        case origin if origin is tuple and Ellipsis in arguments:
            return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
        case origin if origin is tuple:
            return st.tuples(*map(values_of, arguments))
        case origin if origin is frozenset:
            return st.frozensets(values_of(arguments[0]), max_size=3)
        case origin if origin is dict:
            return st.dictionaries(*map(values_of, arguments), max_size=3)
    if isinstance(type_, type) and issubclass(type_, Enum):
        return st.sampled_from(type_)
    if isinstance(type_, type) and issubclass(type_, Checked):
        return st.from_regex(type_.FORM, fullmatch=True).map(type_.of)
    if isinstance(type_, type) and is_dataclass(type_):
        hints = typing.get_type_hints(type_)
        return st.builds(cast(Any, type_), **{field.name: values_of(hints[field.name]) for field in fields(type_)})
    return SCALARS[type_]


any_facts = values_of(Facts)
any_expectations = values_of(Expectations)
