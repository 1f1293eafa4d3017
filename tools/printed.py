"""Writes what the documents show as printed: it runs each command and puts what it prints into its block.

    <!-- printed by: .venv/bin/python -m tools.demo healthy; from: $; through: EC2: -->
    ```text
    $ aws-diagnostics check ...
    ```

`from` is how the first line of the output that is shown begins, `through` how the last one does, blanks aside; without
them everything is shown. How long something took is no difference.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.simulator import namespaces_available

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300
_BLOCK = re.compile(
    r'<!-- printed by: (?P<command>[^;\n]+?)(?:; from: (?P<first>[^;\n]+?))?(?:; through: (?P<last>[^;\n]+?))? -->\n'
    r'```text\n(?P<shown>.*?)\n```',
    re.DOTALL,
)
_TIME = re.compile(r'\d+(\.\d+)? m?s\b')


@dataclass(frozen=True)
class Output:
    document: Path
    command: str
    """Of a program in .venv/bin."""
    first: str
    last: str
    shown: str

    def is_shown(self, printed: str) -> bool:
        return _TIME.sub('', self.shown) == _TIME.sub('', printed)

    def printed(self) -> str:
        """The part that is shown of what its command prints now. Raises ValueError when it has no such part."""
        program, *arguments = self.command.split()
        if not program.startswith('.venv/bin/'):
            raise ValueError(f'{self.document}: programs of this repository are in .venv/bin, not {program}')
        ended = subprocess.run(
            [Path(sys.executable).with_name(Path(program).name), *arguments],
            cwd=ROOT,
            env={'PATH': os.environ['PATH'], 'PYTHONDONTWRITEBYTECODE': '1'},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        return self._part(ended.stdout.rstrip('\n').split('\n'))

    def _part(self, lines: list[str]) -> str:
        begin = self._position(lines, self.first) if self.first else 0
        end = self._position(lines[begin:], self.last) + begin + 1 if self.last else None
        return '\n'.join(lines[begin:end])

    def _position(self, lines: list[str], beginning: str) -> int:
        for position, line in enumerate(lines):
            if line.lstrip().startswith(beginning):
                return position
        raise ValueError(f'{self.document}: {self.command} prints no line that begins with {beginning!r}')


def documents() -> list[Path]:
    found = (*ROOT.glob('*.md'), *ROOT.glob('docs/*.md'), *ROOT.glob('rollout/**/*.md'))
    return [path for path in found if path.name != 'CHANGELOG.md']


def outputs() -> Iterator[Output]:
    """Every output that a document shows."""
    for document in documents():
        for block in _BLOCK.finditer(document.read_text(encoding='utf-8')):
            yield Output(
                document.relative_to(ROOT), block['command'], block['first'] or '', block['last'] or '', block['shown']
            )


def main() -> int:
    if not namespaces_available():
        print(f'The outputs in the documents stay as they are: {namespaces_available().reason}', file=sys.stderr)
        return 0
    for output in outputs():
        printed = output.printed()
        if not output.is_shown(printed):
            path = ROOT / output.document
            text = path.read_text(encoding='utf-8')
            path.write_text(text.replace(f'\n{output.shown}\n```', f'\n{printed}\n```'), encoding='utf-8')
            print(f'{output.document}: {output.command}')
    return 0


if __name__ == '__main__':
    sys.exit(main())
