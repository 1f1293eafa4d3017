"""What others wrote: small files, and JSON.

Never more bytes than allowed are read, and no pipe or device is waited for. A value of JSON is used only after its
type and size were looked at.
"""

import errno
import json
import os
import stat
import sys
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeGuard

from ..text import trimmed

SMALL = 4 * 1024
LARGE = 64 * 1024
NON_BLOCKING: int = getattr(os, 'O_NONBLOCK', 0)


def read_text(path: Path, limit: int = SMALL) -> str:
    """The first `limit` bytes of a regular file as text; what is not UTF-8 is replaced.

    Raises OSError when there is no such file, when it may not be read, or when it is not a regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | NON_BLOCKING)
    with os.fdopen(descriptor, 'rb') as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, 'not a regular file')
        content = file.read(limit)
    if content is None:  # /proc/kmsg looks like a regular file, and has nothing to read at the moment
        raise OSError(errno.EAGAIN, 'nothing to read')
    return content.decode('utf-8', 'replace')


def read_value(path: Path) -> str:
    """The one value that a file holds, as `trimmed` gives it; '' where the file is absent or unreadable."""
    return trimmed(read_or_empty(path))


def read_or_empty(path: Path, limit: int = SMALL) -> str:
    """Like `read_text`, with '' where the file is absent or unreadable."""
    try:
        return read_text(path, limit)
    except (OSError, ValueError):  # ValueError: a path with a null byte
        return ''


def reason(error: OSError | ValueError) -> str:
    """Why a file could not be read: the errno's name, such as ENOENT. Never the error's text, which has the path."""
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, str(error.errno))
    return type(error).__name__


Json = Mapping[str, object]

LARGEST_NUMBER = 2**53
"""Larger whole numbers are not exact in JSON."""


def is_object(value: object) -> TypeGuard[Json]:
    """JSON's objects have strings as keys."""
    return isinstance(value, Mapping)


def entry_of(value: object, name: str) -> Json:
    """The object of that name; an empty one where there is none."""
    entry = value.get(name) if is_object(value) else None
    return entry if is_object(entry) else {}


def whole_number(value: object) -> int | None:
    """None for anything but a whole number from 0 to 2^53: Python counts true and false as numbers too."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_NUMBER else None


def finite(value: object) -> float | None:
    """None for anything but a number that a float can hold: 1e999 is JSON, and infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= sys.float_info.max else None


def texts(value: object, at_most: int, longest: int) -> list[str]:
    """The printable texts of a list, each once, in order: the first `at_most`, none longer than `longest`."""
    listed = value if isinstance(value, list) else []
    good = (t for t in listed if isinstance(t, str) and 0 < len(t) <= longest and t.isprintable())
    return list(islice(dict.fromkeys(good), at_most))


def parsed(document: str | bytes, mapping: Callable[[list[tuple[str, Any]]], object] | None = None) -> object:
    """JSON as RFC 8259 has it, so without NaN and Infinity. Raises ValueError, also where it nests too deeply.

    `mapping` makes an object of its pairs, where a plain dict is not enough.
    """
    try:
        value: object = json.loads(document, parse_constant=_refused, object_pairs_hook=mapping)
    except RecursionError:
        raise ValueError('nested too deeply') from None
    return value


def _refused(constant: str) -> None:
    raise ValueError(f'{constant} is not JSON')
