"""The few shapes of SVG that a drawing is made of. Nothing is fetched: no font, no style, no image of others."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

STYLE = """\
.paper { fill: #ffffff; }
text { font-family: Helvetica, Arial, "Liberation Sans", sans-serif; font-size: 15px; fill: #20242c; }
.heading { font-size: 20px; font-weight: bold; }
.note { font-size: 14px; fill: #565e6c; }
.case { font-weight: bold; }
.name, .ttl, .small { text-anchor: middle; }
.small { font-size: 13px; }
.end { text-anchor: end; font-weight: bold; }
.box { fill: #f3f5f8; stroke: #8a93a3; stroke-width: 1.5; }
text.good { fill: #1b6e3c; }
text.bad { fill: #b3261e; }
rect.good { fill: #e6f4ea; stroke: #1b6e3c; }
rect.bad { fill: #fdeceb; stroke: #b3261e; }
.way { stroke: #20242c; stroke-width: 2; }
.head { fill: #20242c; }
.nothing { stroke: #b9bfc9; stroke-width: 2; stroke-dasharray: 3 6; }
.rule { stroke: #e1e5ea; stroke-width: 1; }"""
HEAD = 10
"""Pixels of an arrow's head."""


def document(width: int, height: int, title: str, description: str, parts: Sequence[str]) -> str:
    """`title` and `description` are read aloud where the picture cannot be seen."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-labelledby="title description">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="description">{escape(description)}</desc>',
        f'<style>\n{STYLE}\n</style>',
        f'<rect class="paper" width="{width}" height="{height}" rx="8"/>',
        *parts,
        '</svg>',
    ]
    return '\n'.join(lines) + '\n'


def text(x: float, y: float, content: str, kind: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(content)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind.strip()}"/>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{kind}"/>'


def arrow(start: float, end: float, y: float) -> str:
    """From `start` to `end`, to the right."""
    point = f'M{end - 1:g} {y:g}l-{HEAD} -{HEAD / 2:g}v{HEAD}z'
    return f'{line(start, y, end - HEAD, y, "way")}<path d="{point}" class="head"/>'
