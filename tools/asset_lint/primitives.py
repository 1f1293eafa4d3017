"""JSON's own kinds of values, and the types of the client that stand for them."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any
from uuid import UUID

from datadog_api_client.model_utils import ModelSimple

from .schema import Type, Value, fields, is_model, is_object


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reads_as(parse: Callable[[str], object]) -> Callable[[object], bool]:
    def reads(value: object) -> bool:
        with suppress(ValueError):
            return isinstance(value, str) and parse(value) is not None
        return False

    return reads


FITS: Mapping[type, Callable[[object], bool]] = {
    str: lambda value: isinstance(value, str),
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: _is_number(value) and math.isfinite(float(str(value))),
    list: lambda value: isinstance(value, list),
    type(None): lambda value: value is None,
    datetime: _reads_as(datetime.fromisoformat),
    date: _reads_as(date.fromisoformat),
    UUID: _reads_as(UUID),
}
NAMES = {
    str: 'a string',
    bool: 'true or false',
    int: 'an integer',
    float: 'a number',
    dict: 'an object',
    list: 'a list',
    type(None): 'null',
    datetime: 'a time as a string',
    date: 'a date as a string',
    UUID: 'a UUID as a string',
}
LIMITS: Mapping[str, tuple[Callable[[Any, float], bool], str]] = {
    'inclusive_minimum': (lambda value, limit: value >= limit, 'at least {}'),
    'inclusive_maximum': (lambda value, limit: value <= limit, 'at most {}'),
    'min_length': (lambda value, limit: len(value) >= limit, 'at least {} characters'),
    'max_length': (lambda value, limit: len(value) <= limit, 'at most {} characters'),
    'min_items': (lambda value, limit: len(value) >= limit, 'at least {} items'),
    'max_items': (lambda value, limit: len(value) <= limit, 'at most {} items'),
}


def fits(value: object, type_: Type) -> bool:
    """Whether the value is of the right kind, whatever it holds."""
    if is_object(type_):
        return isinstance(value, dict)
    if isinstance(type_, list):
        return isinstance(value, list)
    if is_model(type_, ModelSimple):
        return any(fits(value, inner) for inner in fields(type_)['value'])
    return FITS[type_](value)


def kind(value: object) -> str:
    """The value as a complaint quotes it: containers by their kind."""
    return NAMES[type(value)] if isinstance(value, dict | list | None) else repr(value)


def allowed_kinds(types: Iterable[Type]) -> str:
    return ' or '.join(sorted({_kind_of(type_) for type_ in types}))


def _kind_of(type_: Type) -> str:
    if is_object(type_):
        return NAMES[dict]
    if isinstance(type_, list):
        return NAMES[list]
    if is_model(type_, ModelSimple):
        return allowed_kinds(fields(type_)['value'])
    return NAMES[type_]


def beyond(value: Value, limits: Mapping[str, float]) -> Iterator[str]:
    """The limits that the value does not keep, in words. A value of another kind is somebody else's complaint."""
    for name, limit in limits.items():
        within, words = LIMITS[name]
        with suppress(TypeError):
            if not within(value, limit):
                yield f'allowed: {words.format(limit)}'
