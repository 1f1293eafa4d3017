"""Values of other people's JSON: each is used only after its type, size and characters were looked at."""

import json
from collections.abc import Mapping
from typing import TypeGuard

Json = Mapping[str, object]

LARGEST_NUMBER = 2**53
"""Larger whole numbers are not exact in JSON."""


def is_object(value: object) -> TypeGuard[Json]:
    """JSON's objects have strings as keys."""
    return isinstance(value, Mapping)


def entry_of(value: object, name: str) -> Json:
    """The object of that name; an empty one where there is none."""
    entry = value.get(name) if is_object(value) else None
    return entry if is_object(entry) else {}


def whole_number(value: object) -> int | None:
    """None for anything but a whole number from 0 to 2^53: Python counts true and false as numbers too."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_NUMBER else None


def parsed(document: str | bytes) -> object:
    """JSON as RFC 8259 has it, so without NaN and Infinity. Raises ValueError, also where it nests too deeply."""
    try:
        value: object = json.loads(document, parse_constant=_refused)
    except RecursionError:
        raise ValueError('nested too deeply') from None
    return value


def _refused(constant: str) -> None:
    raise ValueError(f'{constant} is not JSON')


def printable(text: str, longest: int) -> str:
    """At most that many characters: white space as spaces, anything else that does not print as its Python escape."""
    start = ''.join(' ' if c.isspace() else c for c in text[: longest + 1])
    return escaped(start) if len(escaped(start)) <= longest else f'{escaped(start)[: longest - 3]}...'


def escaped(text: str) -> str:
    """All of the text, with everything that does not print as its Python escape: a newline becomes `\\n`."""
    return ''.join(c if c.isprintable() else c.encode('unicode_escape').decode('ascii') for c in text)
