"""Files that a person names: read whole, never more than a bound."""

from pathlib import Path

from .exit_status import ExitStatus
from .failure import Failure

LIMIT = 1 << 20


def read_text(path: Path, option: str, status: ExitStatus) -> str:
    """The text of a file of at most 1 MiB of UTF-8. Raises Failure with `status`, which names the option."""
    try:
        with path.open('rb') as file:
            content = file.read(LIMIT + 1)
    except OSError as e:
        raise Failure(f'{option} {path}: cannot be read: {e.strerror}', status) from None
    if len(content) > LIMIT:
        raise Failure(f'{option} {path}: is larger than 1 MiB', status)
    try:
        return content.decode()
    except UnicodeDecodeError as e:
        raise Failure(f'{option} {path}: is no UTF-8 text (byte {e.start})', status) from None
