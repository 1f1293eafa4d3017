"""What the model classes of Datadog's API client do not describe in a monitor or dashboard.

The client itself refuses almost nothing: it keeps what it does not know and marks it as unparsed.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from datadog_api_client import model_utils

Type: TypeAlias = Any
"""A model class, a Python class, `[type, ...]` for a list of these, `{str: types}` for a mapping to them."""
Fault: TypeAlias = tuple[str, str]
"""Place, as in `$.options.renotify_interval`, and what is wrong there."""
IN_JSON: Mapping[type, tuple[type, ...]] = {float: (int, float), **dict.fromkeys((date, datetime, UUID), (str,))}


def violations(document: object, model: Type) -> list[str]:
    """One line for each fault, `PLACE: what is wrong`; none where the model describes the document."""
    return sorted({f'{place}: {what}' for place, what in _faults(document, (model,), '$')})


def _faults(value: object, types: Iterable[Type], place: str) -> list[Fault]:
    """None where one of the types describes the value, else those of the type that seems to be meant."""
    alternatives = list(_alternatives(types))
    missed = {number: _kinds_missed(value, t) for number, t in enumerate(alternatives) if _has_shape(value, t)}
    if not missed:
        allowed = dict.fromkeys(name for type_ in alternatives for name in _names(type_))
        return [(place, f'{value!r:.80}, allowed: {", ".join(allowed)}')]
    likely = (alternatives[number] for number, kinds in missed.items() if kinds == min(missed.values()))
    return min((list(_within(value, type_, place)) for type_ in likely), key=len)


def _alternatives(types: Iterable[Type]) -> Iterator[Type]:
    for type_ in types:
        if _is(type_, model_utils.ModelComposed):
            yield from _alternatives(type_._composed_schemas['oneOf'])
        elif _is(type_, model_utils.ModelSimple) and not type_.allowed_values:
            yield from _alternatives(type_.openapi_types['value'])
        else:
            yield type_


def _is(type_: Type, model: type) -> bool:
    return inspect.isclass(type_) and issubclass(type_, model)


def _names(type_: Type) -> list[str]:
    """Of the values of an enumeration, or of another type."""
    if _is(type_, model_utils.ModelSimple):
        return sorted(map(repr, type_.allowed_values))
    return [type_.__name__ if inspect.isclass(type_) else type(type_).__name__]


def _has_shape(value: object, type_: Type) -> bool:
    if _is(type_, model_utils.ModelSimple):
        return value in list(type_.allowed_values)
    shape = dict if _is(type_, model_utils.ModelNormal) else type_ if inspect.isclass(type_) else type(type_)
    return type(value) in IN_JSON.get(shape, (shape,))


def _kinds_missed(value: object, type_: Type) -> int:
    """How many enumerations, such as `type` and `data_source`, it does not fit: then another model is meant."""
    if not (isinstance(value, dict) and _is(type_, model_utils.ModelNormal)):
        return 0
    asked = [(key, types[0]) for key, (types, _) in _members(type_).items() if key in {*value, *_required(type_)}]
    return sum(not _has_shape(value.get(key), kind) for key, kind in asked if _is(kind, model_utils.ModelSimple))


def _within(value: object, type_: Type, place: str) -> Iterator[Fault]:
    """Of a value that has the shape of the type."""
    match value, type_:
        case list(), list():
            for number, item in enumerate(value):
                yield from _faults(item, type_, f'{place}[{number}]')
        case dict(), dict():
            for key, member in value.items():
                yield from _faults(member, type_[str], f'{place}[{key!r}]')
        case dict(), _ if _is(type_, model_utils.ModelNormal):
            yield from ((place, f'{key!r} is missing') for key in _required(type_) if key not in value)
            for key, member in value.items():
                yield from _of_member(key, member, type_, place)


def _of_member(key: str, member: object, model: Type, place: str) -> Iterator[Fault]:
    # The models inherit a permission of every key that only says that nobody wrote a rule: it counts as none.
    further = model.additional_properties_type
    unruled = further is model_utils.OpenApiModel.additional_properties_type
    types, limits = _members(model).get(key, (None if unruled else further, {}))
    if not types:
        yield place, f'{key!r} is unknown'
    elif faults := _faults(member, types, f'{place}.{key}'):
        yield from faults
    else:
        try:
            model_utils.check_validations(limits, key, member)  # type: ignore[no-untyped-call]
        except ValueError as e:
            yield f'{place}.{key}', str(e)


@cache
def _members(model: Type) -> Mapping[str, tuple[tuple[Type, ...], Mapping[str, float]]]:
    """By key in JSON: its types, and its limits."""
    declared = model.attribute_map.items()
    return {key: (model.openapi_types[name], model.validations.get(name, {})) for name, key in declared}


@cache
def _required(model: Type) -> tuple[str, ...]:
    """The constructor demands them: every other parameter has the default `unset`."""
    parameters = list(inspect.signature(model.__init__).parameters.values())[1:]
    demanded = (p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD)
    return tuple(model.attribute_map[name] for name in demanded)
