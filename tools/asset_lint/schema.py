"""What a model class of datadog-api-client says of the JSON that it stands for.

A type is a class (a model or a primitive), `[type, ...]` for a list of these, `{str: types}` for an object with such
values; `types` is a tuple of which any is right.
"""

import inspect
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from datadog_api_client.model_utils import ModelComposed, ModelNormal, ModelSimple, OpenApiModel, cached_property

Value: TypeAlias = Any
Type: TypeAlias = Any
Types: TypeAlias = tuple[Type, ...]


def declared(model: type, name: str) -> Value:
    """A class attribute, which the client computes per instance where it would import other models."""
    value = getattr(model, name)
    return value._fn(None) if isinstance(value, cached_property) else value


def is_model(type_: Type, *kinds: type) -> bool:
    return inspect.isclass(type_) and issubclass(type_, kinds or (OpenApiModel,))


@cache
def fields(model: type) -> dict[str, Types]:
    """The keys of an object, by their names in JSON."""
    return {json_name(model, name): types for name, types in declared(model, 'openapi_types').items()}


def json_name(model: type, name: str) -> str:
    return str(declared(model, 'attribute_map').get(name, name))


@cache
def required(model: type) -> list[str]:
    """The constructor demands them: every other parameter has the default `unset`."""
    parameters = list(inspect.signature(model.__init__).parameters.values())[1:]  # type: ignore[misc]
    names = [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    return [json_name(model, name) for name in names]


@cache
def limits(model: type) -> dict[str, Mapping[str, float]]:
    """JSON name -> what the client calls its validations: inclusive_minimum, max_length and their like."""
    return {json_name(model, name): limit for name, limit in declared(model, 'validations').items()}


@cache
def further_values(model: type) -> Types | None:
    """The types of the values under keys that are not declared; None where there may be no such keys.

    The models inherit a permission of every key that only says that nobody wrote a rule: it counts as none.
    """
    own = any('additional_properties_type' in vars(base) for base in model.mro() if base is not OpenApiModel)
    return declared(model, 'additional_properties_type') if own else None


@cache
def allowed_values(model: type) -> list[str | int]:
    """Of an enumeration, in an order of their own; none where it is not an enumeration."""
    return sorted(declared(model, 'allowed_values'), key=str)


def expanded(types: Iterable[Type]) -> Iterator[Type]:
    """The types with every `oneOf` replaced by what it chooses from."""
    for type_ in types:
        if is_model(type_, ModelComposed):
            yield from expanded(declared(type_, '_composed_schemas')['oneOf'])
        else:
            yield type_


def is_object(type_: Type) -> bool:
    return type_ is dict or isinstance(type_, dict) or is_model(type_, ModelNormal)


def is_enumeration(types: Types) -> bool:
    return len(types) == 1 and is_model(types[0], ModelSimple) and bool(allowed_values(types[0]))
