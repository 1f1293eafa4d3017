"""Frozen dataclasses as JSON values and back, by their type hints.

Fields go by name, enumerations by value, tuples and sets as lists. A member of a union is recognised by being a list
or the text of an enumeration, or by its first field, which every dataclass writes, and where two share that, by the
rest of its fields. The two that hold nothing but a reason are named by what they are: `{"unobserved": reason}`,
`{"not_asked": reason}`.
"""

import sys
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from ..facts import NotSent, Unobserved
from ..facts.account import Account, ExternalId
from ..facts.values import Checked
from ..text import literal

Json = None | bool | int | float | str | list['Json'] | dict[str, 'Json']
Value = TypeVar('Value')

NAMES: Mapping[type, Mapping[str, str]] = {
    Unobserved: {'reason': 'unobserved'},
    NotSent: {'reason': 'not_asked'},
}


class Undecodable(ValueError):
    """A JSON value that is not what the type asks for. `str()` names the field, the value and what is allowed."""


def not_allowed(field: str, value: object, allowed: str) -> Undecodable:
    return Undecodable(f'{field} is {literal(value)}, allowed is {allowed}')


def encode(value: object) -> Json:
    """The JSON value of a dataclass or of any value that a field of one holds. Raises TypeError for other values."""
    if isinstance(value, Enum):
        return cast(Json, value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, frozenset):
        return sorted((encode(item) for item in value), key=str)
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {name: encode(getattr(value, field)) for field, name, _ in _fields(type(value))}
    raise TypeError(f'{type(value).__name__} has no JSON form')


def decode(type_: type[Value], value: Json, field: str) -> Value:
    """What `encode` made of a `type_`. `field` names the value in messages. Raises Undecodable.

    A field that is missing takes its default, so that facts of an older version can be read.
    """
    return cast(Value, _decode(type_, value, field))


def _decode(type_: object, value: Json, field: str) -> object:
    origin, arguments = typing.get_origin(type_), typing.get_args(type_)
    if origin in (typing.Union, types.UnionType):
        if value == '' and type(None) in arguments and any(_is_checked(a) and a.of('') is None for a in arguments):
            return None  # as older versions wrote a checked text that was not there
        return _decode(_member(arguments, value, field), value, field)
    if origin is tuple or origin is frozenset:
        return _decode_items(origin, arguments, value, field)
    if origin in (dict, Mapping):
        return {key: _decode(arguments[1], item, f'{field}.{key}') for key, item in _mapping(value, field).items()}
    if is_dataclass(type_):
        return _decode_dataclass(cast(type, type_), value, field)
    if isinstance(type_, type) and issubclass(type_, Enum):
        return _decode_enum(type_, value, field)
    return _decode_scalar(type_, value, field)


def _member(members: tuple[object, ...], value: Json, field: str) -> object:
    """The member of a union that wrote this value."""
    if value is None and type(None) in members:
        return type(None)
    rest = [member for member in members if member is not type(None)]
    if len(rest) == 1:
        return rest[0]
    lists = [member for member in rest if typing.get_origin(member) is tuple]
    if lists and isinstance(value, list):
        return lists[0]
    scalars = [member for member in rest if member in SCALARS]
    if type(value) in scalars:
        return type(value)
    enums = [member for member in rest if isinstance(member, type) and issubclass(member, Enum)]
    if enums and isinstance(value, str):
        return enums[0]
    others = [cast(type, member) for member in rest if member not in (*lists, *scalars, *enums)]
    return _member_by_fields(others, value, field)


def _member_by_fields(members: list[type], value: Json, field: str) -> type:
    names = _mapping(value, field).keys()
    first_names = {member: _fields(member)[0][1] for member in members}
    candidates = [member for member, name in first_names.items() if name in names]
    if not candidates:
        raise not_allowed(field, value, f'a mapping with one of {", ".join(first_names.values())}')
    return min(candidates, key=lambda member: len(_required(member) - names) + len(names - _names(member)))


def _decode_items(
    origin: type[tuple[object, ...]] | type[frozenset[object]],
    arguments: tuple[object, ...],
    value: Json,
    field: str,
) -> object:
    if not isinstance(value, list):
        raise not_allowed(field, value, 'a list')
    if origin is tuple and Ellipsis not in arguments:
        if len(value) != len(arguments):
            raise not_allowed(field, value, f'a list of {len(arguments)}')
        types_ = list(arguments)
    else:
        types_ = [arguments[0]] * len(value)
    return origin(_decode(t, item, f'{field}[{i}]') for i, (t, item) in enumerate(zip(types_, value, strict=True)))


def _decode_dataclass(type_: type, value: Json, field: str) -> object:
    mapping = _mapping(value, field)
    names = {name: (own, hint) for own, name, hint in _fields(type_)}
    for name in mapping:
        if name not in names:
            raise Undecodable(f'{field}.{name} is no field of this version')
    for name in sorted(_required(type_) - mapping.keys()):
        raise Undecodable(f'{field}.{name} is missing')
    return type_(**{names[n][0]: _decode(names[n][1], item, f'{field}.{n}') for n, item in mapping.items()})


def _decode_enum(type_: type[Enum], value: Json, field: str) -> Enum:
    try:
        return type_(value)
    except (TypeError, ValueError):
        raise not_allowed(field, value, 'one of ' + ', '.join(str(e.value) for e in type_)) from None


def _decode_scalar(type_: object, value: Json, field: str) -> object:
    if type_ is float and isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) <= sys.float_info.max:
            return float(value)
    elif _is_checked(type_):
        checked = cast(type[Checked], type_).of(value)
        if checked is not None:
            return checked
        raise not_allowed(field, value, cast(type[Checked], type_).ALLOWED)
    elif type(value) is type_:
        return value
    raise not_allowed(field, value, SCALARS.get(type_, str(type_)))


def _is_checked(type_: object) -> bool:
    return isinstance(type_, type) and issubclass(type_, Checked)


SCALARS: Mapping[object, str] = {
    str: 'a text',
    int: 'a whole number',
    float: 'a number',
    bool: 'true or false',
    type(None): 'null',
}


def _mapping(value: Json, field: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise not_allowed(field, value, 'a mapping')
    return value


@cache
def _fields(type_: type) -> tuple[tuple[str, str, Any], ...]:
    """Name of the field, its name in JSON and its type."""
    hints, names = (
        typing.get_type_hints(type_, localns={'Account': Account, 'ExternalId': ExternalId}),
        NAMES.get(type_, {}),
    )
    return tuple((f.name, names.get(f.name, f.name), hints[f.name]) for f in fields(cast(Any, type_)))


@cache
def _names(type_: type) -> frozenset[str]:
    return frozenset(name for _, name, _ in _fields(type_))


@cache
def _required(type_: type) -> frozenset[str]:
    names = NAMES.get(type_, {})
    without_default = (f for f in fields(cast(Any, type_)) if f.default is MISSING and f.default_factory is MISSING)
    return frozenset(names.get(f.name, f.name) for f in without_default)
