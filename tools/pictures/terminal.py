"""A terminal with what a command printed in a real run."""

import io
import re

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.simulator import namespaces_available
from tools.demo.__main__ import command_line
from tools.demo.running import run_in_world
from tools.demo.scenarios import SCENARIOS
from tools.pictures import NotHere

COLUMNS = 100
DISPLAY = {'COLUMNS': str(COLUMNS), 'LANG': 'C.UTF-8', 'FORCE_COLOR': '1', 'TERM': 'xterm-256color'}
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
    """What the check prints in that scenario of the demo. Raises NotHere."""
    if not namespaces_available():
        raise NotHere(namespaces_available().reason)
    (scenario,) = (s for s in SCENARIOS if s.name == name)
    outcome = run_in_world(scenario, DISPLAY)
    return terminal(f'$ {command_line(scenario)}\n{outcome.output}', title=scenario.headline, name=name)


def terminal(printed: str, *, title: str, name: str) -> str:
    """`printed`, escape sequences included, as an SVG that asks nobody for a font."""
    console = Console(record=True, file=io.StringIO(), width=_widest(printed), force_terminal=True)
    console.print(Text.from_ansi(printed), soft_wrap=True)
    svg = console.export_svg(title=title, theme=DARK, unique_id=f'terminal-{name}')
    return FONT_FACE.sub('', svg).replace('Fira Code, monospace', FONTS).rstrip() + '\n'


def _widest(printed: str) -> int:
    """Columns: a command to be pasted stays on one line."""
    return max(len(line.plain) for line in Text.from_ansi(printed).split())
