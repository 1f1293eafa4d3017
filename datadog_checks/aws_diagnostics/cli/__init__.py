"""The same pipeline for a person at a terminal.

The outermost layer: every way in which a run can end becomes one message and an exit status. It needs the extra `cli`,
but imports nothing of it before `main` runs, so that it can say what is missing.
"""

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from enum import IntEnum
from io import TextIOWrapper
from typing import TYPE_CHECKING

from ..text import escaped

if TYPE_CHECKING:
    import click

OF_THE_EXTRA = ('botocore', 'click', 'datadog_checks.base', 'lazy_loader', 'pydantic', 'requests', 'rich', 'yaml')
"""click and rich, and what only an Agent has: most of it for a configuration file or an account."""
GET_THE_EXTRA = "pip install 'datadog-aws-diagnostics[cli]'"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EBADF})
"""What a write to standard output can fail with. A file that cannot be read or written is a Failure long before."""


class ExitStatus(IntEnum):
    """0 to 3 are verdicts. Everything else is outside of that range, on the numbers of sysexits.h, so that a wrong
    option is never read as a critical finding."""

    USAGE = 64
    """An unknown command or option, or a value that is not allowed."""
    DAMAGED_FACTS = 65
    """The facts file is something else, is damaged, or has a schema that this version does not know."""
    NOT_INSTALLED = 69
    """A package of the extra `cli` is missing."""
    DEFECT = 70
    """A defect of this program."""
    CANNOT_WRITE = 73
    """A file could not be written."""
    OUTPUT_FAILED = 74
    """Standard output could not be written, for example because the disk is full."""
    CONFIGURATION = 78
    """The configuration file cannot be used."""
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141
    """Whoever read standard output went away, like `head` does."""


class Failure(Exception):
    """The run ends before there is a verdict. `str()` is one line: the option or field, what is wrong, what is
    allowed."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def main(get_the_extra: str = GET_THE_EXTRA) -> int:
    """Run the command line of this process; the exit status (see `ExitStatus`)."""
    try:
        return run(sys.argv[1:])
    except ModuleNotFoundError as e:
        missing = _of_the_extra(e)
        if not missing:
            raise
        sys.stderr.write(f'aws-diagnostics needs {missing}: {get_the_extra}\n')
        return ExitStatus.NOT_INSTALLED
    except KeyboardInterrupt:  # outside of click, which has its own: while modules are imported, or at the end
        return ExitStatus.INTERRUPTED


def _of_the_extra(error: ModuleNotFoundError) -> str:
    """Like 'yaml'; '' for a module that is not of the extra."""
    return next((name for name in OF_THE_EXTRA if f'{error.name}.'.startswith(f'{name}.')), '')


def run(arguments: Sequence[str]) -> int:
    """Raises only ModuleNotFoundError, for what is of the extra and not installed."""
    import click

    from .commands import program

    if sys.stdout is None:
        _say('Error: standard output cannot be written: it is closed')
        return ExitStatus.OUTPUT_FAILED
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors='backslashreplace')
    try:
        status = int(program.main(list(arguments), prog_name='aws-diagnostics', standalone_mode=False))
        sys.stdout.flush()
        return status
    except click.ClickException as e:
        _say(*_usage(e))
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
    except Exception as e:
        if isinstance(e, ModuleNotFoundError) and _of_the_extra(e):
            raise
        return _defect()


def _say(*lines: str) -> None:
    """On stderr, where nothing that a person typed acts on the terminal; lost where stderr cannot be written."""
    if sys.stderr is None:
        return
    with suppress(OSError):
        for line in '\n'.join(lines).split('\n'):
            sys.stderr.write(f'{escaped(line.expandtabs(4))}\n')
        sys.stderr.flush()


def _usage(error: 'click.ClickException') -> Sequence[str]:
    if type(error).__name__ == 'NoArgsIsHelpError':  # of click 8.2 and later; its message is the whole help
        return (error.format_message(), '', 'Error: a command is missing')
    message, context = f'Error: {error.format_message()}', getattr(error, 'ctx', None)
    if context is None:
        return (message,)
    return (*context.get_usage().split('\n'), f"Try '{context.command_path} --help' for help.", '', message)


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
