"""Policy documents as files that the AWS CLI takes. Nothing is sent to AWS."""

import json
from collections.abc import Sequence
from pathlib import Path

from ..diagnoses.integration.policy_documents import SID, PolicyDocument
from .bounded_file import read_text
from .exit_status import ExitStatus
from .failure import Failure
from .private_file import PrivateFile


def write_policies(directory: Path, documents: Sequence[PolicyDocument]) -> tuple[Path, ...]:
    """One file for each, readable by its owner alone, as a whole or not at all.

    Raises Failure (CANNOT_WRITE), before the first file is written where one of them is not a policy of ours.
    """
    files = tuple(_file(directory / f'{document.name}.json') for document in documents)
    _make(directory)
    for file in files:
        file.refuse_to_overwrite()
    for file, document in zip(files, documents, strict=True):
        with file.replacing() as opened:
            opened.write(json.dumps(document.content, indent=2) + '\n')
    return tuple(file.path for file in files)


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        raise _file(directory).cannot_be_written('it is not a directory') from None
    except OSError as e:
        raise _file(directory).cannot_be_written(str(e.strerror)) from None


def _file(path: Path) -> PrivateFile:
    return PrivateFile(
        path,
        '--policy-json',
        _is_ours,
        'it exists and is not a policy of this program: remove it or choose another directory',
    )


def _is_ours(path: Path) -> bool:
    try:
        document = json.loads(read_text(path, '--policy-json', ExitStatus.CANNOT_WRITE))
        return bool(document['Statement'][0]['Sid'] == SID)
    except (Failure, ValueError, LookupError, TypeError, RecursionError):
        return False
