"""Private files of JSON lines that are only appended to, and whose lines are on the disk when they are written."""

import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Self

from ...collect.foreign import Json, is_object, parsed
from .. import ExitStatus, Failure

LONGEST_LINE = 1 << 20
"""Bytes: a thousand tags of 255 characters fit."""


def line_of(entry: Mapping[str, object]) -> bytes:
    return f'{json.dumps(entry)}\n'.encode()


def entry_of(line: bytes) -> Json | None:
    """None for a line that holds no JSON object."""
    try:
        entry = parsed(line)
    except ValueError:
        return None
    return entry if is_object(entry) else None


def lines(
    path: Path, option: str = '', also: Callable[[bytes], bool] = lambda line: False
) -> Iterator[tuple[bytes, int]]:
    """Every whole line with its end, and where it ends in the file. What follows the last line end is left out, but for
    what is `also` a line.

    Raises Failure for a file that cannot be read, or has a line that is too long; `option` named the file.
    """
    name = f'{option} {path}'.strip()
    try:
        with path.open('rb') as file:
            end = 0
            while (line := file.readline(LONGEST_LINE + 1)).endswith(b'\n'):
                end += len(line)
                yield line, end
            if len(line) > LONGEST_LINE:
                raise Failure(f'{name}: has a line of more than 1 MiB', ExitStatus.DAMAGED_FACTS)
            if also(line):
                yield line, end + len(line)
    except FileNotFoundError:
        return
    except OSError as e:
        raise Failure(f'{name}: cannot be read: {e.strerror}', ExitStatus.DAMAGED_FACTS) from None


def entries(path: Path) -> Iterator[tuple[Json, int]]:
    """What `lines` gives, as JSON objects; an empty one for a line that holds none."""
    return ((entry_of(line) or {}, end) for line, end in lines(path))


def size_of(path: Path) -> int | None:
    """In bytes; None where there is no file. Raises Failure for what is no regular file."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    except OSError as e:
        raise Failure(f'{path}: cannot be read: {e.strerror}', ExitStatus.DAMAGED_FACTS) from None
    if not stat.S_ISREG(found.st_mode):
        raise Failure(f'{path}: is no regular file', ExitStatus.DAMAGED_FACTS)
    return found.st_size


class Appended:
    """A private file, cut off at `end`, to which whole lines are added. A context manager."""

    def __init__(self, path: Path, end: int) -> None:
        self._path = path
        self._end = end

    def __enter__(self) -> Self:
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_BINARY', 0)
        try:
            self._file = os.open(self._path, flags, 0o600)
            os.ftruncate(self._file, self._end)
            _sync_directory(self._path.absolute().parent)
        except OSError as e:
            raise Failure(f'{self._path}: cannot be written: {e.strerror}', ExitStatus.CANNOT_WRITE) from None
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def append(self, line: bytes) -> None:
        """Raises OSError; then the file ends where it ended before."""
        try:
            os.lseek(self._file, self._end, os.SEEK_SET)
            view = memoryview(line)
            while view:
                view = view[os.write(self._file, view) :]
            os.fsync(self._file)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._end += len(line)


def _sync_directory(path: Path) -> None:
    """So that a new file has its name after a crash; Windows has no such thing."""
    if os.name == 'nt':
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
