"""Writes the scripts of rollout/ssm into its CloudFormation template: `python -m tools.ssm_template [--check]`."""

import re
import sys
from pathlib import Path

DIRECTORY = Path(__file__).parents[1] / 'rollout/ssm'
TEMPLATE = DIRECTORY / 'template.yaml'
BLOCK = re.compile(r'^(?P<indent> *)# begin (?P<script>\S+\.sh)\n(?:.*\n)*?(?P=indent)# end (?P=script)$', re.MULTILINE)


def embedded(template: str, directory: Path = DIRECTORY) -> str:
    """The template, with each script between the lines that begin and end it. Raises FileNotFoundError."""
    return BLOCK.sub(lambda block: _block(block['indent'], block['script'], directory), template)


def _block(indent: str, script: str, directory: Path) -> str:
    lines = (f'# begin {script}', *(directory / script).read_text(encoding='utf-8').splitlines(), f'# end {script}')
    return '\n'.join(f'{indent}{line}'.rstrip() for line in lines)


def main(arguments: list[str]) -> int:
    current = TEMPLATE.read_text(encoding='utf-8')
    wanted = embedded(current)
    if '--check' in arguments:
        if current != wanted:
            print(f'{TEMPLATE}: differs from its scripts: run python -m tools.ssm_template', file=sys.stderr)
        return int(current != wanted)
    TEMPLATE.write_text(wanted, encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
