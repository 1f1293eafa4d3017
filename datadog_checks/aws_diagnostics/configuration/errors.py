"""What is said of a mistake in conf.yaml, in the words of YAML: where it is, what must stand there, and what does.

A value that could be a secret in the wrong place is never repeated: a key under `tags`, or one without the space after
its colon. Numbers, true and false are shown, and words that no key looks like.
"""

import difflib
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pydantic import ValidationError

Path: TypeAlias = tuple[str | int, ...]

HARMLESS = re.compile('[a-z]{1,12}')
"""Too short, and of too few characters, for a key, a password or an external id."""
SPELLED = re.compile('[A-Za-z_]{1,40}')
"""A name that can be shown; one with digits, a colon or a space may hold a value."""


MOST_TYPED_WRONG = 3
"""Characters more or fewer than in the name that was meant: what is longer may have a value glued to it."""
WORD = re.compile('[A-Za-z0-9_-]{1,60}')


A_STRING = 'a string'
MOST_SHOWN = 1e9
"""No option takes a larger number, and a key can be one."""
NO_NUMBER = re.compile('string|list|mapping')
"""Where one of these must stand, a number may be a key or an external id that YAML took for one."""


class InvalidConfiguration(ValueError):
    """`str()` is the message for the operator: one line without a secret."""


def must_be(path: Path | str, allowed: str, value: object = ..., known: Collection[str] = ()) -> InvalidConfiguration:
    """Like "tags must be a list, not 'foo'"; without a value where its form is wrong, which `allowed` then says.

    `known` are the words to choose from.
    """
    seen = '' if value is ... else shown(value, known)
    if isinstance(value, int | float) and not isinstance(value, bool) and NO_NUMBER.search(allowed):
        seen = 'a number'
    if seen == A_STRING and allowed not in KINDS.values():
        seen = ''
    near = nearest(value, known) if isinstance(value, str) else ''
    hint = f' (did you mean {near}?)' if near else ''
    return InvalidConfiguration(f'{named(path)} must be {allowed}{f", not {seen}" if seen else ""}{hint}')


def named(path: Path | str) -> str:
    """('account', 'regions', 0) is account.regions[0]."""
    if isinstance(path, str):
        return path
    return ''.join(f'[{part}]' if isinstance(part, int) else f'.{part}' for part in path).lstrip('.')


def shown(value: object, known: Collection[str] = ()) -> str:
    """The value where it cannot be a secret, else what kind of value it is. `known`: words that are public."""
    match value:
        case None:
            return 'an empty value'
        case bool():
            return str(value).lower()
        case int() | float():
            return f'{value:.9g}' if abs(value) < MOST_SHOWN or not math.isfinite(value) else 'a number'
        case str():
            public = HARMLESS.fullmatch(value) or (value and nearest(value, known))
            return repr(value) if public else A_STRING if value else 'an empty string'
        case Mapping():
            return 'a mapping'
        case Sequence():
            return 'a list' if value else 'an empty list'
    return f'a {type(value).__name__}'


def unknown_name(name: object, known: Collection[str], where: str = '') -> InvalidConfiguration:
    """A name that nothing reads. It is shown only where it is a name: a key may have slipped into it."""
    text = str(name)
    before_colon = text.partition(':')[0]
    if ':' in text and before_colon in known:
        return InvalidConfiguration(f'{where}{before_colon}: a space is missing after the colon')
    near = nearest(text, known)
    if near or SPELLED.fullmatch(text):
        hint = f'did you mean {near}?' if near else f'known are {listed(known)}'
        return InvalidConfiguration(f'{where}{text} is not known: {hint}')
    return InvalidConfiguration(
        f'{where.rstrip(".") or "the instance"} has a name that is not known; known are {listed(known)}'
    )


def listed(names: Iterable[str]) -> str:
    return ', '.join(sorted(names))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; '' where none is near."""
    like = [word for word in known if abs(len(word) - len(name)) <= MOST_TYPED_WRONG]
    near = difflib.get_close_matches(name, like, n=1, cutoff=0.6) if WORD.fullmatch(name) else []
    return near[0] if near else ''


# What the generated models know and refuse


def model_fields() -> Mapping[str, Any]:
    """Option of an instance -> its FieldInfo. Loaded where an instance has options, as the models need pydantic."""
    from ..config_models import InstanceConfig

    return InstanceConfig.model_fields


NUMBERS = {
    'greater_than': ('greater than', 'gt'),
    'greater_than_equal': ('at least', 'ge'),
    'less_than': ('less than', 'lt'),
    'less_than_equal': ('at most', 'le'),
}
KINDS = {
    'bool': 'true or false',
    'dict': 'a mapping',
    'float': 'a number',
    'finite': 'a number',
    'int': 'a whole number',
    'is': 'a mapping',
    'list': 'a list',
    'mapping': 'a mapping',
    'model': 'a mapping',
    'string': 'a string',
    'tuple': 'a list',
}
"""First word of the type of a pydantic error -> what YAML calls the right value."""


def refusal_of(error: 'ValidationError', given: Mapping[str, Any]) -> InvalidConfiguration:
    """The first mistake that the models found in what was given."""
    # Without include_input, which the pydantic of older Agents does not know: no input is ever shown.
    errors = [e for e in error.errors(include_url=False) if e['loc']]
    paths = [_path(e['loc']) for e in errors]
    deepest = max(paths[0:1] + [p for p in paths if p[: len(paths[0])] == paths[0]], key=len)
    alternatives = dict.fromkeys(_allowed(e) for e, path in zip(errors, paths, strict=True) if path == deepest)
    return must_be(deepest, ' or '.join(alternatives), _value_at(given, deepest))


def _path(location: tuple[str | int, ...]) -> Path:
    """Without the names that pydantic gives the members of a union."""
    depth = 2 if location[0] == 'account' else 1
    return (*location[:depth], *(part for part in location[depth:] if isinstance(part, int)))


def _allowed(error: Mapping[str, Any]) -> str:
    kind, context = error['type'], error.get('ctx', {})
    if kind in NUMBERS:
        words, key = NUMBERS[kind]
        return f'{words} {context[key]:g}'
    if kind == 'literal_error':
        return f'one of {str(context["expected"]).replace(" or ", ", ")}'
    return KINDS.get(kind.partition('_')[0], 'another value')


def _value_at(given: Mapping[str, Any], path: Path) -> object:
    value: Any = given
    for part in path:
        try:
            value = value[part]
        except (LookupError, TypeError):
            return ...
    return value
