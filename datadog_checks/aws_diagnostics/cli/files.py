"""Files that a person names: read whole up to a bound; written atomically, for the owner only, never over others."""

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from ..facts.values import AccountId, Partition
from ..text import escaped
from . import ExitStatus, Failure

LIMIT = 1 << 20
COMMERCIAL = 'aws'
"""The partition that is not named in names of files."""
LONGEST_CELL = 256
"""Characters, as many as the value of a tag may have."""
FORMULA = ('=', '+', '-', '@')
"""A spreadsheet computes a cell that starts with one of them: https://owasp.org/www-community/attacks/CSV_Injection."""


def read_text(path: Path, option: str, status: ExitStatus, limit: int = LIMIT) -> str:
    """The text of a file of at most so many bytes of UTF-8. Raises Failure with `status`, which names the option."""
    try:
        with path.open('rb') as file:
            return read_stream(file, f'{option} {path}', status, limit)
    except OSError as e:
        raise Failure(f'{option} {path}: cannot be read: {e.strerror}', status) from None


def read_stream(file: BinaryIO, name: str, status: ExitStatus, limit: int = LIMIT) -> str:
    """The same of a file that is open. Raises Failure with `status`, and OSError."""
    content = file.read(limit + 1)
    if len(content) > limit:
        raise Failure(f'{name}: is larger than {limit >> 20} MiB', status)
    try:
        return content.decode('utf-8-sig')  # some editors on Windows begin a file with a byte order mark
    except UnicodeDecodeError as e:
        raise Failure(f'{name}: is not UTF-8 text (byte {e.start})', status) from None


def beginning_of(path: Path, count: int) -> bytes:
    """The first bytes of a file; b'' of one that cannot be read."""
    try:
        with path.open('rb') as file:
            return file.read(count)
    except OSError:
        return b''


@dataclass(frozen=True, slots=True)
class PrivateFile:
    """A file that a command writes for its user."""

    path: Path
    option: str
    """The option that named it, for the message of a Failure."""
    is_ours: Callable[[Path], bool]
    """Whether an existing file was written by the same command, so that it may be replaced."""
    refusal: str
    """Why any other file is not replaced."""

    def refuse_to_overwrite(self) -> None:
        """Raises Failure (CANNOT_WRITE) for a file that is not ours."""
        try:
            mode = self.path.lstat().st_mode
        except FileNotFoundError:
            self._refuse_a_folder_without_room()
            return
        except OSError as e:
            raise self.cannot_be_written(e.strerror or str(e)) from None
        if not stat.S_ISREG(mode) or not self.is_ours(self.path):
            raise self.cannot_be_written(self.refusal)

    def _refuse_a_folder_without_room(self) -> None:
        """Before anything is asked that takes time or money."""
        folder = self.path.absolute().parent
        if not folder.is_dir():
            raise self.cannot_be_written(f'there is no directory {folder}')
        if not os.access(folder, os.W_OK | os.X_OK):
            raise self.cannot_be_written(os.strerror(errno.EACCES))

    @contextmanager
    def replacing(self) -> Iterator[TextIO]:
        """A new file that takes the place of the old one when the `with` block ends well.

        Raises Failure (CANNOT_WRITE).
        """
        try:
            descriptor, temporary = tempfile.mkstemp(dir=self.path.absolute().parent, prefix=f'.{self.path.name}.')
            try:
                with os.fdopen(descriptor, 'w', encoding='utf-8', newline='') as file:
                    yield file
                Path(temporary).replace(self.path)
            except BaseException:
                with suppress(FileNotFoundError):
                    Path(temporary).unlink()
                raise
        except OSError as e:
            raise self.cannot_be_written(str(e.strerror)) from None

    def cannot_be_written(self, why: str) -> Failure:
        return Failure(f'{self.option} {self.path}: cannot be written: {why}', ExitStatus.CANNOT_WRITE)


def partition_suffix(partition: Partition, before: str) -> str:
    return '' if partition == COMMERCIAL else f'{before}{partition}'


def stem_of(account_id: AccountId, partition: Partition) -> str:
    """Of files that are about one account."""
    return f'{account_id}{partition_suffix(partition, ".")}'


def harmless(cell: str, longest: int = LONGEST_CELL) -> str:
    """Short, without control characters, and never a formula."""
    text = escaped(cell[:longest])
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
