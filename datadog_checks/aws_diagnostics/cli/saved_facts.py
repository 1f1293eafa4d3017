"""Facts in a file: what `check --save-facts` writes and `judge` reads on another machine.

The file holds, for every instance, what was observed and what the configuration expected, so `judge FILE` gives the
findings of the run that saved it. Credentials and tokens are in neither.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from ..__about__ import __version__
from ..collect.foreign import parsed
from ..text import LONGEST_NAME, counted, listed, literal, one_line
from . import ExitStatus, Failure
from .codec import Json, Undecodable, decode, encode, not_allowed
from .document import iso_time
from .files import PrivateFile, read_stream, read_text
from .judged import Observation

FORMAT = 'aws_diagnostics facts'
SCHEMA = 2
READABLE = (1, 2)
"""1 has no `redacted`, and fields of facts that are gone."""
GONE_SINCE_1 = frozenset({'launched_at', 'misnamed', 'more_launch_templates'})
"""Fields that facts of schema 1 may have; nothing judges them any more."""
STANDARD = Path('-')
"""Standard input or output."""
UNNAMED = 'a file that is damaged or holds no saved facts; without --redact it is named'
LONGEST_ERROR = 400
"""Characters: the name of a field in a damaged file can be long."""


@dataclass(frozen=True, slots=True)
class SavedFacts:
    format: str
    schema: int
    version: str
    """Of the product that saved them."""
    saved_at: str
    """ISO 8601, UTC."""
    instances: tuple[Observation, ...]
    redacted: bool = False
    """Names, ids and addresses are pseudonyms, which hold within this file only."""


class NotFacts(ValueError):
    """Some other file. `str()` says what is missing and quotes nothing of it: it may be a file of secrets."""


def dumps(instances: Sequence[Observation], saved_at: float, *, redacted: bool = False) -> str:
    """`saved_at` is in seconds since the epoch."""
    saved = SavedFacts(FORMAT, SCHEMA, __version__, iso_time(saved_at), tuple(instances), redacted)
    return json.dumps(encode(saved), indent=2, allow_nan=False) + '\n'


def loads(text: str) -> SavedFacts:
    """Raises NotFacts, or Undecodable for a file of facts that is damaged or forged."""
    document = _document(text)
    if not isinstance(document, dict) or document.get('format') != FORMAT:
        raise NotFacts(f'is not a file of saved facts: no field format with the value {FORMAT!r}')
    if document.get('schema') not in READABLE:
        by = document.get('version')
        allowed = f'{" or ".join(map(str, READABLE))} (saved by version {literal(by)}, this is {__version__})'
        raise not_allowed('schema', document.get('schema'), allowed)
    saved = decode(SavedFacts, _without_gone(document) if document['schema'] == 1 else document, 'file')
    if not saved.instances:
        raise not_allowed('file.instances', [], 'a list with at least one instance')
    if not _is_time(saved.saved_at):
        raise not_allowed('file.saved_at', saved.saved_at, 'an ISO 8601 time with its offset from UTC')
    return saved


def _is_time(text: str) -> bool:
    try:
        return text[10:11] == 'T' and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _without_gone(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_gone(item) for key, item in value.items() if key not in GONE_SINCE_1}
    return [_without_gone(item) for item in value] if isinstance(value, list) else value


def read(path: Path, option: str = 'FACTS') -> SavedFacts:
    """Of a file, or of standard input for `-`. Raises Failure (DAMAGED_FACTS) with one line."""
    if path == STANDARD:
        if sys.stdin is None:
            raise Failure('FACTS -: standard input is closed', ExitStatus.DAMAGED_FACTS)
        text = read_stream(sys.stdin.buffer, 'FACTS -', ExitStatus.DAMAGED_FACTS)
    else:
        text = read_text(path, option, ExitStatus.DAMAGED_FACTS)
    try:
        return loads(text)
    except (NotFacts, Undecodable) as e:
        raise Failure(f'{option} {path}: {one_line(str(e), LONGEST_ERROR)}', ExitStatus.DAMAGED_FACTS) from None


class Files:
    """The files of facts that a command names; of a directory, those that end in .json, by name.

    `say` is told what was skipped or ignored. Where `redacted`, no message holds a name or a value.
    """

    def __init__(self, paths: Sequence[Path], say: Callable[[str], None], *, redacted: bool = False) -> None:
        self.skipped = 0
        """Files of directories that hold no facts or are damaged."""
        self._paths, self._say, self._redacted = paths, say, redacted

    def read(self) -> Iterator[tuple[Path, SavedFacts]]:
        """Raises Failure (DAMAGED_FACTS) for a file that was named, and where there are no facts at all."""
        try:
            yield from self._read()
        except Failure as e:
            if self._redacted:
                raise Failure(f'FACTS: {UNNAMED}', e.status) from None
            raise

    def _read(self) -> Iterator[tuple[Path, SavedFacts]]:
        count = 0
        for path in self._paths:
            for file in self._inside(path) if path.is_dir() else (path,):
                try:
                    saved = read(file)
                except Failure as e:
                    if file == path:
                        raise
                    self.skipped += 1
                    self._say(f'skipped: {UNNAMED if self._redacted else e}')
                else:
                    count += 1
                    yield file, saved
        if not count:
            named = ', '.join(map(str, self._paths))
            raise Failure(f'FACTS {named}: no file of saved facts that ends in .json', ExitStatus.DAMAGED_FACTS)

    def _inside(self, directory: Path) -> Sequence[Path]:
        """Directories in it are not entered."""
        try:
            entries = sorted(directory.iterdir())
        except OSError as e:
            raise Failure(f'FACTS {directory}: cannot be read: {e.strerror}', ExitStatus.DAMAGED_FACTS) from None
        files = [entry for entry in entries if entry.suffix == '.json' and entry.is_file()]
        self._tell_ignored([each for each in entries if each not in files and each.name[0] != '.'])
        return files

    def _tell_ignored(self, entries: Sequence[Path]) -> None:
        """Once for a directory."""
        if entries:
            names = '' if self._redacted else f': {listed((entry.name for entry in entries), longest=LONGEST_NAME)}'
            what = counted(len(entries), 'directory or file without .json', 'directories and files without .json')
            self._say(f'ignored: {what}{names}')


def refuse_to_overwrite(path: Path) -> None:
    """Only a file that holds saved facts is replaced. Raises Failure (CANNOT_WRITE) for any other, and where there is
    no directory for it; asked before the run, so that nobody waits for facts that cannot be kept."""
    if not path.absolute().parent.is_dir():
        raise private_file(path).cannot_be_written(f'{path.parent} is not a directory')
    private_file(path).refuse_to_overwrite()


def write(path: Path, text: str) -> None:
    """Atomically, readable by its owner only. Raises Failure (CANNOT_WRITE)."""
    refuse_to_overwrite(path)
    with private_file(path).replacing() as file:
        file.write(text)


def private_file(path: Path, option: str = '--save-facts') -> PrivateFile:
    refusal = 'it exists and is not a file of saved facts: remove it or choose another name'
    return PrivateFile(path, option, _holds_facts, refusal)


def _holds_facts(path: Path) -> bool:
    try:
        document = _document(read_text(path, '--save-facts', ExitStatus.CANNOT_WRITE))
    except (Failure, NotFacts):
        return False
    return isinstance(document, dict) and document.get('format') == FORMAT


def _document(text: str) -> Json:
    try:
        return cast(Json, parsed(text, _mapping))
    except ValueError as e:
        raise NotFacts(f'is not a file of saved facts: not JSON: {e}') from None


def _mapping(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Of a name that appears twice, every program keeps another value."""
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        raise ValueError('the same name twice in a mapping')
    return mapping
