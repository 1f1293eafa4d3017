"""A file that a command writes for its user: his alone, as a whole or not at all, and in no other file's place."""

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from .exit_status import ExitStatus
from .failure import Failure


@dataclass(frozen=True, slots=True)
class PrivateFile:
    path: Path
    option: str
    """That named it, for the message of a Failure."""
    is_ours: Callable[[Path], bool]
    """Whether a file that exists is one that the same command wrote, so that it may be replaced."""
    refusal: str
    """Why another one is not."""

    def refuse_to_overwrite(self) -> None:
        """Raises Failure (CANNOT_WRITE) for a file that is not ours."""
        try:
            mode = self.path.lstat().st_mode
        except FileNotFoundError:
            return
        except OSError as e:
            raise self.cannot_be_written(str(e.strerror)) from None
        if not stat.S_ISREG(mode) or not self.is_ours(self.path):
            raise self.cannot_be_written(self.refusal)

    @contextmanager
    def replacing(self) -> Iterator[TextIO]:
        """What takes its place when the `with` block ends well. Raises Failure (CANNOT_WRITE)."""
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
