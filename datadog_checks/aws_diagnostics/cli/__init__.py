"""The same pipeline for a person at a terminal.

It needs the extra `cli`. This module imports nothing of it, so that it can say what is missing.
"""

import sys

from .exit_status import ExitStatus

OF_THE_EXTRA = ('click', 'rich', 'lazy_loader', 'pydantic', 'yaml')
"""click and rich, and what datadog-checks-base needs and only has inside an Agent."""


def main() -> int:
    """Run the command line of this process; the exit status (see `ExitStatus`)."""
    try:
        return _run()
    except KeyboardInterrupt:  # outside of click, which has its own: while modules are imported, or at the end
        return ExitStatus.INTERRUPTED


def _run() -> int:
    try:
        from .program import run
    except ModuleNotFoundError as e:
        missing = str(e.name).partition('.')[0]
        if missing not in OF_THE_EXTRA:
            raise
        sys.stderr.write(f"aws-diagnostics needs {missing}: pip install 'datadog-aws-diagnostics[cli]'\n")
        return ExitStatus.NOT_INSTALLED
    return run(sys.argv[1:])
