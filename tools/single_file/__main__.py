"""`python -m tools.single_file [--output DIRECTORY]`"""

import argparse
from pathlib import Path

from tools.single_file import build


def main() -> None:
    parser = argparse.ArgumentParser(
        prog='python -m tools.single_file',
        description='Build the check as one file, and as one for host instances only.',
    )
    parser.add_argument('--output', type=Path, default=Path('dist', 'checks.d'), metavar='DIRECTORY')
    output = parser.parse_args().output
    print(build(output))
    print(build(output / 'host', host_only=True))


if __name__ == '__main__':
    main()
