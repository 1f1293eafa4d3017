"""The list of required permissions on disk: whole or not at all, readable by nobody else, and with its date."""

import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .host.text_file import read_text
from .json_object import parsed

LIMIT = 1 << 20
DATE = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}')


@dataclass(frozen=True, slots=True)
class Kept:
    as_of: str
    """ISO date."""
    lists: Mapping[str, object]
    """By name; anything may be in a file."""


class PermissionCache:
    def __init__(self, path: Path) -> None:
        self._path = path

    def kept(self) -> Kept | None:
        """None where there is no file, or none of ours."""
        try:
            document = parsed(read_text(self._path, LIMIT))
        except (OSError, ValueError):
            return None
        if not isinstance(document, dict) or not DATE.fullmatch(str(document.get('as_of'))):
            return None
        return Kept(document['as_of'], document)

    def keep(self, lists: Mapping[str, Sequence[str]], as_of: str) -> None:
        """Replaces the file at once. Does nothing where the directory cannot be written: the next run asks again."""
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix='.iam_permissions')
            try:
                with os.fdopen(descriptor, 'w', encoding='utf-8') as file:
                    json.dump({'as_of': as_of, **lists}, file)
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
