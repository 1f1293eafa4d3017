"""`python -m tools.single_file [--output DIRECTORY]`"""

from pathlib import Path

import click

from tools.single_file import build


@click.command(help='Build the check as one file.')
@click.option('--output', type=click.Path(path_type=Path), default=Path('dist', 'checks.d'), metavar='DIRECTORY')
def main(output: Path) -> None:
    print(build(output))


if __name__ == '__main__':
    main(prog_name='python -m tools.single_file')
