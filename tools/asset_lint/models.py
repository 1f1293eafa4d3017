"""Datadog's API client describes monitors and dashboards in its model classes: here they become a JSON Schema.

The client itself refuses almost nothing: it keeps what it does not know and marks it as unparsed.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from datadog_api_client.model_utils import ModelComposed, ModelNormal, ModelSimple, OpenApiModel, cached_property
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

Schema: TypeAlias = dict[str, Any]
Type: TypeAlias = Any
"""A model class, a Python class, `[type, ...]` for a list of these, `{str: types}` for a mapping to them."""
NAMES: Mapping[type, str] = {
    str: 'string',
    bool: 'boolean',
    int: 'integer',
    float: 'number',
    dict: 'object',
    list: 'array',
    type(None): 'null',
    datetime: 'string',
    date: 'string',
    UUID: 'string',
}
FORMATS = Draft202012Validator.FORMAT_CHECKER
LIMITS = {
    'inclusive_minimum': 'minimum',
    'inclusive_maximum': 'maximum',
    'min_length': 'minLength',
    'max_length': 'maxLength',
    'min_items': 'minItems',
    'max_items': 'maxItems',
}
"""The client's words for what JSON Schema calls these."""


def violations(document: object, model: Type) -> list[str]:
    """One line for each fault, `$.options.renotify_interval: what is wrong`; none where the model describes it."""
    return violations_of_schema(document, _schema(model))


def violations_of_schema(document: object, schema: Schema) -> list[str]:
    validator = Draft202012Validator(schema, format_checker=FORMATS)
    errors = [best_match([error]) for error in validator.iter_errors(document)]
    return sorted({f'{error.json_path}: {error.message}' for error in errors})


@cache
def _schema(model: Type) -> Schema:
    definitions: dict[str, Schema] = {}
    return {**_one(model, definitions), '$defs': definitions}


def _any(types: Sequence[Type], definitions: dict[str, Schema]) -> Schema:
    if all(inspect.isclass(type_) and type_ in NAMES for type_ in types):
        return {'type': [NAMES[type_] for type_ in types]}
    wanted = [_one(type_, definitions) for type_ in types]
    return wanted[0] if len(wanted) == 1 else {'anyOf': wanted}


def _one(type_: Type, definitions: dict[str, Schema]) -> Schema:
    if isinstance(type_, list):
        return {'type': 'array', 'items': _any(type_, definitions)}
    if isinstance(type_, dict):
        return {'type': 'object', 'additionalProperties': _any(type_[str], definitions)}
    if type_ in NAMES:
        return {'type': [NAMES[type_]]}
    name = type_.__name__
    if name not in definitions:
        definitions[name] = {}  # a group of widgets contains widgets
        definitions[name] = _model(type_, definitions)
    return {'$ref': f'#/$defs/{name}'}


def _model(model: type, definitions: dict[str, Schema]) -> Schema:
    if issubclass(model, ModelComposed):
        return _choice(list(_alternatives(model)), definitions)
    if issubclass(model, ModelSimple):
        return {'enum': values} if (values := _values(model)) else _any(_types(model)['value'], definitions)
    further = _further(model)
    limits = {key: {LIMITS[word]: n for word, n in limit.items()} for key, limit in _by_key(model, 'validations')}
    return {
        'type': 'object',
        'required': _required(model),
        'properties': {key: {**_any(t, definitions), **limits.get(key, {})} for key, t in _types(model).items()},
        'additionalProperties': _any(further, definitions) if further else False,
    }


def _choice(models: Sequence[Type], definitions: dict[str, Schema]) -> Schema:
    """One of the models; where a key such as `type` tells them apart, only the meant one has its say."""
    key, values = _discriminator(models)
    if not key:
        return {'anyOf': [_one(model, definitions) for model in models]}
    meant = {
        value: [model for model, allowed in zip(models, values, strict=True) if value in allowed]
        for value in sorted(set().union(*values))
    }
    rules = [
        {'if': {'required': [key], 'properties': {key: {'const': value}}}, 'then': _any(candidates, definitions)}
        for value, candidates in meant.items()
    ]
    return {'type': 'object', 'required': [key], 'properties': {key: {'enum': list(meant)}}, 'allOf': rules}


def _discriminator(models: Sequence[Type]) -> tuple[str, list[set[str]]]:
    """The key whose allowed values differ between the models, and these values for each; '' where there is none."""
    if not all(inspect.isclass(model) and issubclass(model, ModelNormal) for model in models):
        return '', []
    enumerations = [
        {key: set(_values(t[0])) for key, t in _types(model).items() if len(t) == 1 and _values(t[0])}
        for model in models
    ]
    for key in sorted(set.intersection(*map(set, enumerations))):
        values = [enumeration[key] for enumeration in enumerations]
        if any(each != values[0] for each in values):
            return key, values
    return '', []


def _alternatives(model: type) -> Iterator[Type]:
    for type_ in _declared(model, '_composed_schemas')['oneOf']:
        if inspect.isclass(type_) and issubclass(type_, ModelComposed):
            yield from _alternatives(type_)
        else:
            yield type_


def _declared(model: type, name: str) -> Type:
    """A class attribute, which the client computes for each instance where it would import other models."""
    value = getattr(model, name)
    return value._fn(None) if isinstance(value, cached_property) else value


def _by_key(model: type, name: str) -> list[tuple[str, Any]]:
    """What is declared for each attribute, by its key in JSON."""
    keys = _declared(model, 'attribute_map')
    return [(str(keys.get(attribute, attribute)), value) for attribute, value in _declared(model, name).items()]


def _types(model: type) -> dict[str, tuple[Type, ...]]:
    return dict(_by_key(model, 'openapi_types'))


def _values(type_: Type) -> list[Any]:
    """Of an enumeration; none for anything else."""
    is_simple = inspect.isclass(type_) and issubclass(type_, ModelSimple)
    return sorted(_declared(type_, 'allowed_values'), key=str) if is_simple else []


def _required(model: type) -> list[str]:
    """The constructor demands them: every other parameter has the default `unset`."""
    keys = _declared(model, 'attribute_map')
    parameters = list(inspect.signature(model.__init__).parameters.values())[1:]  # type: ignore[misc]
    return [keys[p.name] for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]


def _further(model: type) -> tuple[Type, ...]:
    """The types of values under keys that are not declared; none where there may be no such keys.

    The models inherit a permission of every key that only says that nobody wrote a rule: it counts as none.
    """
    own = any('additional_properties_type' in vars(base) for base in model.mro() if base is not OpenApiModel)
    return tuple(_declared(model, 'additional_properties_type') or ()) if own else ()
