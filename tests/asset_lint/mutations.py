"""A shipped monitor with one thing changed."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

MONITORS = Path(__file__).parents[2] / 'assets' / 'monitors'
Document = dict[str, Any]
Change = Callable[[Document], object]
GONE = object()


@cache
def _text(name: str) -> str:
    return (MONITORS / f'{name}.json').read_text(encoding='utf-8')


def shipped(name: str) -> Document:
    """The monitor in `assets/monitors/NAME.json`."""
    document: Document = json.loads(_text(name))
    return document


def mutant(name: str, *changes: Change) -> Document:
    document = copy.deepcopy(shipped(name))
    for change in changes:
        change(document)
    return document


def put(path: str, value: object) -> Change:
    """`put('definition.options.priority', 9)`; GONE takes the key away."""

    def change(document: Document) -> None:
        *parents, key = path.split('.')
        for parent in parents:
            document = document[parent]
        if value is GONE:
            del document[key]
        else:
            document[key] = value

    return change


def replace(path: str, old: str, new: str, count: int = -1) -> Change:
    """Within a text that holds `old`: a mutation that changes nothing would prove nothing."""

    def change(document: Document) -> None:
        *parents, key = path.split('.')
        for parent in parents:
            document = document[parent]
        assert old in document[key], f'{path} does not hold {old!r}'
        document[key] = document[key].replace(old, new, count)

    return change


def in_query(old: str, new: str) -> Change:
    return replace('definition.query', old, new)


def in_message(old: str, new: str, count: int = -1) -> Change:
    return replace('definition.message', old, new, count)


def option(name: str, value: object) -> Change:
    return put(f'definition.options.{name}', value)


def threshold(name: str, value: object) -> Change:
    return put(f'definition.options.thresholds.{name}', value)
