"""The same pipeline for a person at a terminal.

It needs the extra `cli` (click, rich). This module imports neither, so that it can say what is missing.
"""

import sys

from .exit_status import ExitStatus

INSTALL = "aws-diagnostics needs click and rich: pip install 'datadog-aws-diagnostics[cli]'"


def main() -> int:
    """Run the command line of this process; the exit status (see `ExitStatus`)."""
    try:
        from .program import run
    except ModuleNotFoundError as e:
        if str(e.name).partition('.')[0] not in ('click', 'rich'):
            raise
        sys.stderr.write(f'{INSTALL}\n')
        return ExitStatus.NOT_INSTALLED
    return run(sys.argv[1:])
