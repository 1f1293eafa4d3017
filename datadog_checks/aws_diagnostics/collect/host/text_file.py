"""Small text files, read with bounds: never more bytes than allowed, never a wait on a pipe or a device."""

import errno
import os
import stat
from pathlib import Path

SMALL = 4 * 1024
LARGE = 64 * 1024
LONGEST_VALUE = 255
LONGEST_EVIDENCE = 160
NON_BLOCKING: int = getattr(os, 'O_NONBLOCK', 0)


def read_text(path: Path, limit: int = SMALL) -> str:
    """The first `limit` bytes of a regular file as text; what is not UTF-8 is replaced.

    Raises OSError when there is no such file, when it may not be read, or when it is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | NON_BLOCKING)
    with os.fdopen(descriptor, 'rb') as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, 'not a regular file')
        return file.read(limit).decode('utf-8', 'replace')


def read_value(path: Path) -> str:
    """The one value that a file holds, as `printable` gives it; '' where the file is absent or unreadable."""
    return printable(read_or_empty(path))


def read_or_empty(path: Path, limit: int = SMALL) -> str:
    """Like `read_text`, with '' where the file is absent or unreadable."""
    try:
        return read_text(path, limit)
    except (OSError, ValueError):  # ValueError: a path with a null byte
        return ''


def printable(text: str, at_most: int = LONGEST_VALUE) -> str:
    """Without surrounding white space and control characters, at most `at_most` characters."""
    return ''.join(c for c in text.strip() if c.isprintable())[:at_most]


def quoted(path: str) -> str:
    """As evidence."""
    return repr(printable(path, LONGEST_EVIDENCE))


def reason(error: OSError | ValueError) -> str:
    """Why a file could not be read: the errno's name, such as ENOENT. Never the error's text, which has the path."""
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, str(error.errno))
    return type(error).__name__
