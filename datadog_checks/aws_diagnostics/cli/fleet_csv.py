"""Instances as lines of CSV, written as they are found: however many there are, none is kept."""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ..facts.account import WrongInstance
from ..text import escaped
from .files import PrivateFile

COLUMNS = ('instance_id', 'region', 'http_tokens', 'hop_limit', 'endpoint', 'containers', 'reason', 'name')
"""The scripts of the remedies split a line at its commas: only the last column may hold one."""
STDOUT = '-'
LONGEST_CELL = 256
"""Characters, as many as the value of a tag may have."""
FORMULA = ('=', '+', '-', '@')
"""A spreadsheet computes a cell that starts with one of them: https://owasp.org/www-community/attacks/CSV_Injection."""

Each = Callable[[WrongInstance], None]


@contextmanager
def csv_sink(target: str | None) -> Iterator[Each]:
    """Takes each instance. A file appears as a whole or not at all, readable by its owner alone.

    Raises Failure (CANNOT_WRITE); before anything is asked where the file is something else.
    """
    if target is None:
        yield lambda _: None
    elif target == STDOUT:
        with _writing(sys.stdout) as each:
            yield each
    else:
        file = _file(Path(target))
        file.refuse_to_overwrite()
        with file.replacing() as opened, _writing(opened) as each:
            yield each


def row(instance: WrongInstance) -> tuple[str, ...]:
    i = instance
    cells = (i.instance_id, i.region, i.http_tokens, i.hop_limit, i.endpoint, i.containers, i.fault or '', i.name)
    return tuple(harmless(str(cell)) for cell in cells)


def harmless(cell: str) -> str:
    """Short, without control characters, and never a formula."""
    text = escaped(cell[:LONGEST_CELL])
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


class _Writer:
    """A file that cannot be written is no fault of AWS, as which the sweep would take it: it is told at the end."""

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator='\n')
        self.failure: OSError | None = None

    def write(self, cells: Iterable[str]) -> None:
        if self.failure is None:
            try:
                self._writer.writerow(cells)
            except OSError as e:
                self.failure = e


@contextmanager
def _writing(file: TextIO) -> Iterator[Each]:
    writer = _Writer(file)
    writer.write(COLUMNS)
    yield lambda instance: writer.write(row(instance))
    if writer.failure is not None:
        raise writer.failure
    file.flush()


def _file(path: Path) -> PrivateFile:
    return PrivateFile(
        path, '--csv', _is_ours, 'it exists and is not a list of instances: remove it or choose another name'
    )


def _is_ours(path: Path) -> bool:
    head = ','.join(COLUMNS).encode() + b'\n'
    try:
        with path.open('rb') as file:
            return file.read(len(head)) == head
    except OSError:
        return False
