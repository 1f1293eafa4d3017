"""`python -m tools.single_file [DIRECTORY]`: the check as one file, and as one for host instances only."""

import sys
from pathlib import Path

from tools.single_file import build

if __name__ == '__main__':
    output = Path(*sys.argv[1:] or ('dist', 'checks.d'))
    print(build(output), build(output / 'host', host_only=True), sep='\n')
