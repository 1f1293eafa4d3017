"""Reads a JSON file as strictly as somebody who edits it by hand needs it."""

import json
from pathlib import Path
from typing import Any


class NotADocument(ValueError):
    """The message says what is wrong with the file, and what is allowed."""


def read_document(path: Path) -> dict[str, Any]:
    """Raises NotADocument where the file is not one JSON object, or has a key twice, of which only the last counts."""
    try:
        document = json.loads(path.read_text(encoding='utf-8'), object_pairs_hook=_object)
    except ValueError as e:
        raise NotADocument(f'{e}, allowed: JSON with each key once') from None
    if not isinstance(document, dict):
        raise NotADocument(f'{type(document).__name__}, allowed: an object')
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f'the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice')
    return document
