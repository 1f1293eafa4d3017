"""Policy documents as files that the AWS CLI takes. Nothing is sent to AWS."""

import json
import os
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ..diagnoses.integration.policy_documents import SID, PolicyDocument
from .bounded_file import read_text
from .exit_status import ExitStatus
from .failure import Failure


def write_policies(directory: Path, documents: Sequence[PolicyDocument]) -> tuple[Path, ...]:
    """One file for each, readable by its owner alone, as a whole or not at all.

    Raises Failure (CANNOT_WRITE), before the first file is written where one of them is not a policy of ours.
    """
    paths = tuple(directory / f'{document.name}.json' for document in documents)
    _make(directory)
    for path in paths:
        _refuse_to_overwrite(path)
    for path, document in zip(paths, documents, strict=True):
        _write(path, json.dumps(document.content, indent=2) + '\n')
    return paths


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        raise _cannot_write(directory, 'it is not a directory') from None
    except OSError as e:
        raise _cannot_write(directory, str(e.strerror)) from None


def _refuse_to_overwrite(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as e:
        raise _cannot_write(path, str(e.strerror)) from None
    if not stat.S_ISREG(mode) or not _is_ours(path):
        raise _cannot_write(
            path, 'it exists and is not a policy of this program: remove it or choose another directory'
        )


def _is_ours(path: Path) -> bool:
    try:
        document = json.loads(read_text(path, '--policy-json', ExitStatus.CANNOT_WRITE))
        return bool(document['Statement'][0]['Sid'] == SID)
    except (Failure, ValueError, LookupError, TypeError, RecursionError):
        return False


def _write(path: Path, text: str) -> None:
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f'.{path.name}.')
        try:
            with os.fdopen(descriptor, 'w', encoding='utf-8') as file:
                file.write(text)
            Path(temporary).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise
    except OSError as e:
        raise _cannot_write(path, str(e.strerror)) from None


def _cannot_write(path: Path, why: str) -> Failure:
    return Failure(f'--policy-json {path}: cannot be written: {why}', ExitStatus.CANNOT_WRITE)
