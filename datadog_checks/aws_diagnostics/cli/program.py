"""The outermost layer: every way in which a run can end becomes one line and an exit status."""

import sys
import traceback
from collections.abc import Sequence
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
        return int(program.main(list(arguments), prog_name='aws-diagnostics', standalone_mode=False))
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
    except Exception:  # noqa: BLE001
        traceback.print_exc()
        sys.stderr.write('Error: this is a defect of aws-diagnostics, please report it\n')
        return ExitStatus.DEFECT
