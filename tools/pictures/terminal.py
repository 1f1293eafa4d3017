"""A terminal with what a command printed in a real run."""

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.simulator import namespaces_available
from tools.demo.__main__ import command_line
from tools.demo.running import run_in_world
from tools.demo.scenarios import SCENARIOS
from tools.pictures import NotHere

COLUMNS = 100
DISPLAY = {
    'COLUMNS': str(COLUMNS),
    'LANG': 'C.UTF-8',
    'FORCE_COLOR': '1',
    'TERM': 'xterm-256color',
    # rich shows no spinner then.
    'TTY_INTERACTIVE': '0',
}
OTHERS = ('OK ', 'N/A ', 'UNKNOWN ')
FONT_FACE = re.compile(r'\s*@font-face \{.*?\n    \}', re.DOTALL)
FONTS = 'DejaVu Sans Mono, Menlo, Consolas, monospace'
DARK = TerminalTheme(
    (24, 26, 31),
    (216, 219, 224),
    [
        (24, 26, 31),
        (240, 113, 120),
        (152, 195, 121),
        (229, 192, 123),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (171, 178, 191),
    ],
    [
        (140, 146, 158),
        (255, 135, 140),
        (170, 212, 140),
        (245, 210, 140),
        (120, 195, 255),
        (215, 140, 240),
        (110, 205, 215),
        (255, 255, 255),
    ],
)


def hop_limit_too_low() -> str:
    """The check in a pod behind the bridge of its node, on an instance with a hop limit of 1. Raises NotHere."""
    return of_demo('hop-limit-too-low')


def of_demo(name: str) -> str:
    """What the check prints of failed diagnoses in that scenario of the demo. Raises NotHere.

    No time is printed of a diagnosis that failed in it, so that every run gives the same picture.
    """
    if not namespaces_available():
        raise NotHere(namespaces_available().reason)
    (scenario,) = (s for s in SCENARIOS if s.name == name)
    printed = Text.from_ansi(run_in_world(scenario, DISPLAY).output)
    lines = [Text(f'$ {command_line(scenario)}'), *without_others(printed.split())]
    return terminal(lines, title=scenario.headline, name=name)


def without_others(lines: Iterable[Text]) -> Iterator[Text]:
    """The diagnoses that failed, and how many others were printed after them."""
    every = list(lines)
    failed = list(takewhile(lambda line: not line.plain.startswith(OTHERS), every))
    yield from failed
    counted = Counter(line.plain.split()[0] for line in every if line.plain.startswith(OTHERS))
    shown = ', '.join(f'{number} {word}' for word, number in counted.items())
    yield Text(f'(and {shown}, not shown here)', style='dim')


def terminal(lines: Sequence[Text], *, title: str, name: str) -> str:
    """The lines with their colours as an SVG that asks nobody for a font. A command to be pasted stays on one line."""
    width = max(len(line.plain) for line in lines)
    console = Console(record=True, file=io.StringIO(), width=width, force_terminal=True, color_system='truecolor')
    for line in lines:
        console.print(line, soft_wrap=True)
    svg = console.export_svg(title=title, theme=DARK, unique_id=f'terminal-{name}')
    for font in ('Fira Code, monospace', 'arial'):
        svg = svg.replace(f'font-family: {font};', f'font-family: {FONTS};')
    return FONT_FACE.sub('', svg).rstrip() + '\n'
