"""A terminal with what a command printed in a real run."""

import io
import re
from collections.abc import Sequence

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.simulator import namespaces_available
from tools.demo.__main__ import command_line
from tools.demo.running import run_in_world
from tools.demo.scenarios import SCENARIOS
from tools.documents import newest

COLUMNS, WIDEST = 100, 110
"""Wider than that, nobody could read the picture on a page: what is longer ends with an ellipsis."""
DISPLAY = {
    'COLUMNS': str(COLUMNS),
    'LANG': 'C.UTF-8',
    'FORCE_COLOR': '1',
    'TERM': 'xterm-256color',
    # rich shows no spinner then.
    'TTY_INTERACTIVE': '0',
}
FONT_FACE = re.compile(r'\s*@font-face \{.*?\n    \}', re.DOTALL)
FONTS = 'DejaVu Sans Mono, Menlo, Consolas, monospace'
NORMAL = '181a1f f07178 98c379 e5c07b 61afef c678dd 56b6c2 abb2bf'
BRIGHT = '8c929e ff878c aad48c f5d28c 78c3ff d78cf0 6ecdd7 ffffff'


def _colours(hexadecimal: str) -> list[tuple[int, int, int]]:
    return [(red, green, blue) for red, green, blue in map(bytes.fromhex, hexadecimal.split())]


DARK = TerminalTheme((24, 26, 31), (216, 219, 224), _colours(NORMAL), _colours(BRIGHT))


def hop_limit_too_low(current: str) -> str:
    """The check in a pod behind the bridge of its node, on an instance with a hop limit of 1, as the demo runs it.

    `current` is the picture that is there: it stays where no namespaces are available, and where only times differ.
    """
    if not namespaces_available():
        return current
    (scenario,) = (s for s in SCENARIOS if s.name == 'hop-limit-too-low')
    printed = Text.from_ansi(run_in_world(scenario, DISPLAY).output.strip('\n'))
    lines = [Text(f'$ {command_line(scenario)}'), *printed.split()]
    return newest(terminal(lines, title=scenario.headline, name=scenario.name), current)


def terminal(lines: Sequence[Text], *, title: str, name: str) -> str:
    """The lines in their colours as an SVG that fetches no font. None is wrapped: a command is one line."""
    width = min(WIDEST, max(len(line.plain) for line in lines))
    console = Console(record=True, file=io.StringIO(), width=width, force_terminal=True, color_system='truecolor')
    for line in lines:
        console.print(line, no_wrap=True, overflow='ellipsis')
    svg = console.export_svg(title=title, theme=DARK, unique_id=f'terminal-{name}')
    for font in ('Fira Code, monospace', 'arial'):
        svg = svg.replace(f'font-family: {font};', f'font-family: {FONTS};')
    return FONT_FACE.sub('', svg).rstrip() + '\n'
