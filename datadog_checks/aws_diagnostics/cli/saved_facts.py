"""Facts in a file: what `check --save-facts` writes and `judge` reads on another machine.

The file holds, for every instance, what was observed and what the configuration expected: a bare `judge FILE`
therefore gives the findings of the run that saved it. Credentials and tokens are in neither.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..__about__ import __version__
from ..expectations import Expectations
from ..facts import Facts
from .bounded_file import read_text
from .codec import Json, Undecodable, decode, encode, not_allowed
from .exit_status import ExitStatus
from .failure import Failure
from .private_file import PrivateFile

FORMAT = 'aws_diagnostics facts'
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Observation:
    """One instance of the configuration."""

    facts: Facts
    expectations: Expectations


@dataclass(frozen=True, slots=True)
class SavedFacts:
    format: str
    schema: int
    version: str
    """Of the product that saved them."""
    saved_at: str
    """ISO 8601, UTC."""
    instances: tuple[Observation, ...]


class NotFacts(ValueError):
    """Some other file. `str()` says what it is not and quotes nothing of it: it may be a file of secrets."""


def dumps(instances: Sequence[Observation], saved_at: float) -> str:
    """`saved_at` is in seconds since the epoch."""
    when = datetime.fromtimestamp(saved_at, UTC).isoformat(timespec='seconds')
    saved = SavedFacts(FORMAT, SCHEMA, __version__, when, tuple(instances))
    return json.dumps(encode(saved), indent=2, allow_nan=False) + '\n'


def loads(text: str) -> tuple[Observation, ...]:
    """Raises NotFacts, or Undecodable for a file of facts that is damaged."""
    document = _document(text)
    if not isinstance(document, dict) or document.get('format') != FORMAT:
        raise NotFacts(f'is not a file of saved facts: no field format with the value {FORMAT!r}')
    if document.get('schema') != SCHEMA:
        by = document.get('version')
        allowed = f'{SCHEMA} (saved by version {by!r}, this is {__version__})'
        raise not_allowed('schema', document.get('schema'), allowed)
    saved = decode(SavedFacts, document, 'file')
    if not saved.instances:
        raise not_allowed('file.instances', [], 'a list with at least one instance')
    return saved.instances


def read(path: Path) -> tuple[Observation, ...]:
    """Raises Failure (DAMAGED_FACTS) with one line."""
    text = read_text(path, 'FACTS', ExitStatus.DAMAGED_FACTS)
    try:
        instances = loads(text)
    except (NotFacts, Undecodable) as e:
        raise Failure(f'FACTS {path}: {e}', ExitStatus.DAMAGED_FACTS) from None
    return instances


def refuse_to_overwrite(path: Path) -> None:
    """Only a file that holds saved facts is replaced. Raises Failure (CANNOT_WRITE) for any other, and where there is
    no directory for it; asked before the run, so that nobody waits for facts that cannot be kept."""
    if not path.absolute().parent.is_dir():
        raise _file(path).cannot_be_written(f'{path.parent} is not a directory')
    _file(path).refuse_to_overwrite()


def write(path: Path, text: str) -> None:
    """As a whole or not at all, readable by its owner alone. Raises Failure (CANNOT_WRITE)."""
    refuse_to_overwrite(path)
    with _file(path).replacing() as file:
        file.write(text)


def _file(path: Path) -> PrivateFile:
    return PrivateFile(
        path,
        '--save-facts',
        _holds_facts,
        'it exists and is not a file of saved facts: remove it or choose another name',
    )


def _holds_facts(path: Path) -> bool:
    try:
        document = _document(read_text(path, '--save-facts', ExitStatus.CANNOT_WRITE))
    except (Failure, NotFacts):
        return False
    return isinstance(document, dict) and document.get('format') == FORMAT


def _document(text: str) -> Json:
    def refuse(constant: str) -> float:
        raise ValueError(f'{constant} is not JSON')

    try:
        document: Json = json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise NotFacts('is not a file of saved facts: nested too deeply') from None
    except ValueError as e:
        raise NotFacts(f'is not a file of saved facts: not JSON: {e}') from None
    return document
