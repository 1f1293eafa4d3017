"""One process at a time: a lock that ends with the process that holds it, however that ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import ExitStatus, Failure


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Holds the file, which is made where it is not there, for this user only.

    Raises Failure: `what` completes the sentence where another process holds it.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, 'O_NOFOLLOW', 0) | getattr(os, 'O_CLOEXEC', 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError as e:
        raise Failure(f'{path}: cannot be locked: {e.strerror}', ExitStatus.CANNOT_WRITE) from None
    try:
        if not _taken(descriptor):
            raise Failure(f'{path} is locked: {what}', ExitStatus.CANNOT_WRITE)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        return _of_windows(descriptor, msvcrt)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _of_windows(descriptor: int, msvcrt: object) -> bool:
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True
