"""The scripts of rollout/ssm inside its CloudFormation template."""

import re
from pathlib import Path

DIRECTORY = Path(__file__).parents[1] / 'rollout/ssm'
BLOCK = re.compile(r'^(?P<indent> *)# begin (?P<script>\S+\.sh)\n(?:.*\n)*?(?P=indent)# end (?P=script)$', re.MULTILINE)


def embedded(template: str, directory: Path = DIRECTORY) -> str:
    """The template, with each script between the lines that begin and end it. Raises FileNotFoundError."""
    return BLOCK.sub(lambda block: _block(block['indent'], block['script'], directory), template)


def _block(indent: str, script: str, directory: Path) -> str:
    lines = (f'# begin {script}', *(directory / script).read_text(encoding='utf-8').splitlines(), f'# end {script}')
    return '\n'.join(f'{indent}{line}'.rstrip() for line in lines)
