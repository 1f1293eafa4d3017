"""Where a document is not what a model of datadog-api-client describes.

The client itself hardly ever refuses a document: what it does not know, it keeps as it is and marks as unparsed. So the
document is held against the classes, and the client has the last word where nothing was found.
"""

from collections.abc import Iterable, Iterator

from datadog_api_client import Configuration
from datadog_api_client.exceptions import ApiTypeError, ApiValueError
from datadog_api_client.model_utils import (
    ModelNormal,
    ModelSimple,
    OpenApiModel,
    UnparsedObject,
    validate_and_convert_types,
)

from .primitives import allowed_kinds, beyond, fits, kind
from .schema import (
    Type,
    Types,
    Value,
    allowed_values,
    expanded,
    fields,
    further_values,
    is_enumeration,
    is_model,
    limits,
    required,
)


def violations(document: object, model: type[OpenApiModel]) -> list[str]:
    """One line for each fault, `$.options.thresholds.critical: what it is, and what is allowed`; none for a document
    that the model describes.
    """
    return list(_faults(document, (model,), '$')) or _refusals(document, model)


def _faults(value: Value, types: Types, at: str) -> list[str]:
    """Of the type that the value is meant to have: the one with the fewest faults."""
    candidates = [type_ for type_ in expanded(types) if fits(value, type_)]
    if not candidates:
        return [f'{at}: {kind(value)}, allowed: {allowed_kinds(expanded(types))}']
    for key, allowed in _distinguishing(candidates).items():
        if key in value and value[key] not in allowed:
            return [f'{at}.{key}: {value[key]!r}, allowed: {_listed(allowed)}']
        if key in value:
            candidates = [c for c in candidates if value[key] in allowed_values(fields(c)[key][0])] or candidates
    return min((list(_faults_of(value, candidate, at)) for candidate in candidates), key=len)


def _distinguishing(candidates: list[Type]) -> dict[str, list[str | int]]:
    """The keys, such as `type`, whose value tells which of several objects is meant, with their values altogether."""
    if len(candidates) < 2 or not all(is_model(candidate, ModelNormal) for candidate in candidates):
        return {}
    enumerations = [
        {key: set(allowed_values(types[0])) for key, types in fields(candidate).items() if is_enumeration(types)}
        for candidate in candidates
    ]
    shared = set.intersection(*(set(enumeration) for enumeration in enumerations))
    values = {key: [enumeration[key] for enumeration in enumerations] for key in sorted(shared)}
    return {key: [*set.union(*sets)] for key, sets in values.items() if any(s != sets[0] for s in sets)}


def _faults_of(value: Value, type_: Type, at: str) -> Iterator[str]:
    if isinstance(type_, list):
        for index, item in enumerate(value):
            yield from _faults(item, tuple(type_), f'{at}[{index}]')
    elif isinstance(type_, dict):
        for key, item in value.items():
            yield from _faults(item, type_[str], f'{at}.{key}')
    elif is_model(type_, ModelSimple):
        yield from _simple_faults(value, type_, at)
    elif is_model(type_, ModelNormal):
        yield from _object_faults(value, type_, at)


def _simple_faults(value: Value, model: type, at: str) -> Iterator[str]:
    allowed = allowed_values(model)
    if allowed and value not in allowed:
        yield f'{at}: {value!r}, allowed: {_listed(allowed)}'
    elif not allowed:
        yield from _faults(value, fields(model)['value'], at)


def _object_faults(value: dict[str, Value], model: type, at: str) -> Iterator[str]:
    known, further, limited = fields(model), further_values(model), limits(model)
    for key in required(model):
        if key not in value:
            yield f'{at}: the key {key!r} is missing'
    for key, item in value.items():
        types = known.get(key, further)
        if types is None:
            yield f'{at}: unknown key {key!r}, allowed: {_listed(known)}'
            continue
        yield from _faults(item, types, f'{at}.{key}')
        yield from (f'{at}.{key}: {item!r}, {limit}' for limit in beyond(item, limited.get(key, {})))


def _listed(values: Iterable[object]) -> str:
    return ', '.join(str(value) for value in sorted(values, key=str))


def _refusals(document: object, model: type[OpenApiModel]) -> list[str]:
    try:
        parsed = validate_and_convert_types(document, (model,), [], True, True, Configuration())  # type: ignore[no-untyped-call]
    except (ApiTypeError, ApiValueError) as e:
        return [f'$: the client refuses it: {e}']
    return [f'{at}: the client cannot tell which of several kinds this is' for at in _unparsed(parsed, '$')]


def _unparsed(value: Value, at: str) -> list[str]:
    """The innermost places that the client kept as they are."""
    if isinstance(value, UnparsedObject):
        return [at]
    inner = [found for name, item in _parts(value) for found in _unparsed(item, f'{at}{name}')]
    return inner or ([at] if getattr(value, '_unparsed', False) else [])


def _parts(value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, list):
        yield from ((f'[{index}]', item) for index, item in enumerate(value))
    elif isinstance(value, dict):
        yield from ((f'.{key}', item) for key, item in value.items())
    elif isinstance(value, OpenApiModel):
        yield from (('', instance) for instance in vars(value).get('_composed_instances', ()))
        yield from ((f'.{name}', item) for name, item in value._data_store.items())
