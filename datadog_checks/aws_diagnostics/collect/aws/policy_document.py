"""Policy documents as IAM gives them: any JSON goes in, statements come out or one clause says what is wrong.

The grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from ..foreign import is_object

MOST_STATEMENTS = 1000
"""IAM's own bound is one of characters: the largest document that AWS manages has a few hundred statements."""
LARGEST = 1 << 18
"""Characters of all names and texts; the largest document that AWS manages has about 50,000."""
LONGEST_VALUE = 2048
"""Of one action, principal, condition key or value; an ARN has at most 2048 characters."""


class NotAPolicy(Exception):
    """This is no policy document. `str()` says why, as one clause without anything out of the document."""


def statements_in(document: object) -> tuple[Mapping[str, object], ...]:
    """The statements of a document, each an object with a valid Effect. Raises NotAPolicy."""
    if not is_object(document):
        raise NotAPolicy(f'it is {_kind(document)}, not an object')
    if _is_too_large(document):
        raise NotAPolicy('it is larger than IAM allows')
    found = document.get('Statement')
    statements = [found] if is_object(found) else found
    if not isinstance(statements, list) or not statements:
        raise NotAPolicy('it has no Statement')
    if len(statements) > MOST_STATEMENTS:
        raise NotAPolicy(f'it has more than {MOST_STATEMENTS} statements')
    return tuple(_statement(s) for s in statements)


def version_of(document: object) -> str:
    """Of the policy language, which are dates; the oldest where the document names none."""
    version = document.get('Version') if is_object(document) else None
    return version if isinstance(version, str) else '2008-10-17'


def effect_of(statement: Mapping[str, object]) -> str:
    return str(statement['Effect'])


def sid_of(statement: Mapping[str, object]) -> str:
    """As it is written; '' without one."""
    sid = statement.get('Sid', '')
    return sid if isinstance(sid, str) else ''


def strings(statement: Mapping[str, object], name: str) -> tuple[str, ...]:
    """A string or a list of them, as written; () where the element is absent. Raises NotAPolicy."""
    return () if name not in statement else texts(statement[name], name)


def texts(value: object, name: str) -> tuple[str, ...]:
    """As written. Raises NotAPolicy where it is neither a string nor a list of strings."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not _are_strings(values):
        raise NotAPolicy(f'{name} is neither a string nor a list of strings')
    return tuple(values)


def one_of_two(statement: Mapping[str, object], name: str, opposite: str) -> None:
    """Raises NotAPolicy unless the statement has exactly one of the two elements."""
    if (name in statement) is (opposite in statement):
        found = f'both {name} and' if name in statement else f'neither {name} nor'
        raise NotAPolicy(f'a statement has {found} {opposite}')


def conditions_in(statement: Mapping[str, object]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Operator, key and values, each as it is written. Raises NotAPolicy."""
    block = statement.get('Condition', {})
    if not is_object(block):
        raise NotAPolicy('Condition is not an object')
    for operator, keys in block.items():
        if not is_object(keys):
            raise NotAPolicy('an operator of Condition has no keys')
        for key, values in keys.items():
            yield operator, key, texts(_as_strings(values), 'a condition')


def _is_too_large(document: object) -> bool:
    """Counts no further than the bound, and without recursion: IAM does not say how deep a document may nest."""
    parts, characters = [document], 0
    while parts and characters <= LARGEST:
        part = parts.pop()
        if isinstance(part, str):
            characters += len(part) if len(part) <= LONGEST_VALUE else LARGEST
        elif isinstance(part, int) and part.bit_length() > 64:
            characters += LARGEST
        elif is_object(part):
            parts += [*part, *part.values()]
        elif isinstance(part, list):
            parts += part
        characters += 1
    return characters > LARGEST


def _statement(value: object) -> Mapping[str, object]:
    if not is_object(value):
        raise NotAPolicy('a statement is not an object')
    if value.get('Effect') not in ('Allow', 'Deny'):
        raise NotAPolicy('a statement has no Effect that is Allow or Deny')
    return value


def _are_strings(values: list[object]) -> TypeGuard[list[str]]:
    return all(isinstance(value, str) for value in values)


def _kind(value: object) -> str:
    return {type(None): 'null', str: 'a string', list: 'a list'}.get(type(value), 'a single value')


def _as_strings(values: object) -> object:
    """IAM also takes numbers and booleans, and reads them as text."""
    return [_as_string(value) for value in values] if isinstance(values, list) else _as_string(values)


def _as_string(value: object) -> object:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return str(value) if isinstance(value, int | float) else value
