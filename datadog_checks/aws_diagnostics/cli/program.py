"""The outermost layer: every way in which a run can end becomes one message and an exit status."""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

import click

from ..text import escaped
from .commands import program
from .exit_status import ExitStatus, Failure

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EBADF})
"""What a write to standard output can fail with. A file that cannot be read or written is a Failure long before."""


def run(arguments: Sequence[str]) -> int:
    """Never raises."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors='backslashreplace')
    try:
        status = int(program.main(list(arguments), prog_name='aws-diagnostics', standalone_mode=False))
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except click.ClickException as e:
        _say(*_usage(e), f'Error: {e.format_message()}')
        return ExitStatus.USAGE
    except Failure as e:
        _say(f'Error: {e}')
        return e.status
    except click.Abort:
        return ExitStatus.INTERRUPTED
    except SystemExit as e:
        return _after_click(e)
    except OSError as e:
        return _not_written(e)
    except Exception:  # noqa: BLE001
        return _defect()


def _say(*lines: str) -> None:
    """On stderr, where nothing that a person typed acts on the terminal; lost where stderr cannot be written."""
    if sys.stderr is None:
        return
    with suppress(OSError):
        for line in '\n'.join(lines).split('\n'):
            sys.stderr.write(f'{escaped(line.expandtabs(4))}\n')
        sys.stderr.flush()


def _usage(error: click.ClickException) -> Sequence[str]:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return ()
    return (*context.get_usage().split('\n'), f"Try '{context.command_path} --help' for help.", '')


def _after_click(ended: SystemExit) -> int:
    """click ends so after it printed a completion script, and with 1 when nobody reads stdout any more."""
    if '_AWS_DIAGNOSTICS_COMPLETE' in os.environ and isinstance(ended.code, int):
        return ended.code
    return ExitStatus.OUTPUT_CLOSED


def _not_written(error: OSError) -> int:
    if error.errno not in (errno.EPIPE, *NO_ROOM):
        return _defect()
    _abandon_stdout()
    if error.errno == errno.EPIPE:  # as other programs end, without a word, when `head` has read enough
        return ExitStatus.OUTPUT_CLOSED
    _say(f'Error: standard output cannot be written: {error.strerror}')
    return ExitStatus.OUTPUT_FAILED


def _defect() -> int:
    with suppress(OSError):
        traceback.print_exc()
    _say('Error: this is a defect of aws-diagnostics, please report it')
    return ExitStatus.DEFECT


def _abandon_stdout() -> None:
    """What could not be written would be tried again when Python ends, with an exit status of its own (120)."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
