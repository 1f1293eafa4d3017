"""Values of the Agent's settings, and its version, as Python values.

The Agent passes on what the operator wrote: `true` may arrive as a boolean, a number or the text 'true'. A value that
makes no sense counts as not set, and so does an empty text: outside an Agent, an unknown key yields that.
"""

import re
from typing import TypeVar

from ...rules import Version
from ...text import REPLACEMENT, trimmed

Default = TypeVar('Default')

TRUE = ('1', 't', 'true')
FALSE = ('0', 'f', 'false')
"""The texts that the Agent takes for a boolean, in any case (Go's strconv.ParseBool)."""
LONGEST_TEXT = 1024
LONGEST_LIST = 1000


def as_boolean(value: object, default: Default) -> bool | Default:
    text = str(value).lower() if isinstance(value, bool | int | str) else ''
    return text in TRUE if text in TRUE + FALSE else default


def as_text(value: object, default: Default) -> str | Default:
    """One printable line, stripped. A number is a text too, because YAML reads a hostname such as 1234 as one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return default
    return trimmed(str(value), LONGEST_TEXT) or default


def as_written(value: object, at_most: int) -> str:
    """A text with the white space around it and in it; what else does not print is replaced."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ''
    return ''.join(c if c.isprintable() or c.isspace() else REPLACEMENT for c in str(value)[:at_most])


def as_number(value: object, default: float, *, above: float = 0, below: float) -> float:
    try:
        number = float(as_text(value, ''))
    except ValueError:
        return default
    return number if above < number < below else default


def as_port(value: object, default: int) -> int:
    text = as_text(value, '')
    return int(text) if re.fullmatch('[0-9]{1,5}', text) and 0 < int(text) < 65536 else default


def as_texts(value: object, default: tuple[str, ...], separators: str = r'\s+') -> tuple[str, ...]:
    """A list, or a text of several words, as an environment variable holds it."""
    if isinstance(value, str):
        return tuple(filter(None, re.split(separators, value.strip()[: LONGEST_TEXT * 64])))[:LONGEST_LIST] or default
    if not isinstance(value, list | tuple):
        return default
    return tuple(text for item in value[:LONGEST_LIST] if (text := as_text(item, '')))


VERSION = re.compile(r'(?:[0-9]+:)?v?([0-9]{1,3})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?(?:[-+~].*)?', re.DOTALL)


def parse_version(text: str) -> Version | None:
    """From what the Agent or its package says: '7.64.0-rc.3+git.1', '1:7.64.0-1'; a patch level left out counts as 0.

    None for anything else, and for 0.0.0, the version of the stub outside an Agent.
    """
    match = VERSION.fullmatch(text.strip()[:100])
    if match is None:
        return None
    major, minor, patch = (int(part or 0) for part in match.groups())
    return (major, minor, patch) if major > 0 else None
