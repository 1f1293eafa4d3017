"""The outermost layer: every way in which a run can end becomes one line and an exit status."""

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper

import click

from .commands import program
from .exit_status import ExitStatus
from .failure import Failure
from .printable import printable


def run(arguments: Sequence[str]) -> int:
    """Never raises."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors='backslashreplace')
    try:
        status = int(program.main(list(arguments), prog_name='aws-diagnostics', standalone_mode=False))
        sys.stdout.flush()
        return status
    except click.ClickException as e:
        e.show()
        return ExitStatus.USAGE
    except Failure as e:
        sys.stderr.write(f'Error: {printable(str(e))}\n')
        return e.status
    except click.Abort:
        return ExitStatus.INTERRUPTED
    except SystemExit:  # how click and rich end when nobody reads stdout any more
        return ExitStatus.OUTPUT_CLOSED
    except Exception as e:  # noqa: BLE001
        traceback.print_exc()
        if isinstance(e, OSError):
            _abandon_stdout()
        sys.stderr.write('Error: this is a defect of aws-diagnostics, please report it\n')
        return ExitStatus.DEFECT


def _abandon_stdout() -> None:
    """What could not be written would be tried again when Python ends, with an exit status of its own (120)."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
