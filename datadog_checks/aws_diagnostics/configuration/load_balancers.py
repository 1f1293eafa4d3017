"""The setting `account.load_balancers`: whose targets are counted, by name or by tag."""

import re
from collections.abc import Mapping
from typing import Any

from ..collect.account_options import Chosen
from .errors import must_be, unknown_name

SETTINGS = ('names', 'tags')
MOST_NAMES, MOST_TAGS, MOST_VALUES = 100, 20, 50
PATTERN = re.compile(r'[A-Za-z0-9*?-]{1,64}')
"""Names of load balancers have up to 32 letters, digits and hyphens."""
LONGEST_KEY, LONGEST_VALUE = 128, 256
"""Characters, as AWS allows for tags."""


def check_choice(where: tuple[str | int, ...], value: Mapping[object, object]) -> None:
    """Raises InvalidConfiguration."""
    for setting in value:
        if setting not in SETTINGS:
            raise unknown_name(str(setting), SETTINGS, f'{".".join(map(str, where))}.')
    names, tags = value.get('names') or (), value.get('tags') or {}
    if not names and not tags:
        raise must_be(where, 'a mapping with names, tags or both')
    if not isinstance(names, tuple) or len(names) > MOST_NAMES:
        raise must_be((*where, 'names'), f'a list of at most {MOST_NAMES} names')
    for index, name in enumerate(names):
        if not isinstance(name, str) or not PATTERN.fullmatch(name):
            allowed = 'the name of a load balancer: letters, digits, hyphens, and * and ? as wildcards'
            raise must_be((*where, 'names', index), allowed, name)
    if not isinstance(tags, Mapping) or len(tags) > MOST_TAGS or not all(map(_is_tag, tags.items())):
        allowed = f'at most {MOST_TAGS} keys of tags, each with a list of 1 to {MOST_VALUES} strings'
        raise must_be((*where, 'tags'), allowed)


def _is_tag(item: tuple[object, object]) -> bool:
    key, values = item
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY or not isinstance(values, tuple):
        return False
    texts = (isinstance(value, str) and len(value) <= LONGEST_VALUE for value in values)
    return 1 <= len(values) <= MOST_VALUES and all(texts)


def chosen(value: Mapping[str, Any] | None) -> Chosen | None:
    """Of a value that `check_choice` has taken."""
    if value is None:
        return None
    return Chosen(tuple(value.get('names') or ()), tuple((value.get('tags') or {}).items()))
