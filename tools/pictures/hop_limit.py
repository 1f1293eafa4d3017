"""How far the token response gets: its TTL after each gateway, and the gateway that drops it.

Nothing is fetched: no font, no style, no image of others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from datadog_checks.aws_diagnostics.facts import NetworkPath

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
WIDTH, ROW, HEADER = 960, 128, 64
BOX_WIDTH, BOX_HEIGHT = 150, 48
LEFT, RIGHT = 24, WIDTH - 24 - BOX_WIDTH


@dataclass(frozen=True, slots=True)
class Case:
    place: str
    gateways: tuple[str, ...]
    """From IMDS to the Agent, the way of the reply."""
    hop_limit: int

    @property
    def ttls(self) -> tuple[int, ...]:
        """Of the token reply on each link that it travels: every gateway takes one, and drops it where 0 is left."""
        return tuple(ttl for n in range(len(self.gateways) + 1) if (ttl := self.hop_limit - n) > 0)

    @property
    def dropped_by(self) -> int | None:
        """The number of the gateway that drops it, from 0; None where the reply arrives."""
        return len(self.ttls) - 1 if len(self.ttls) <= len(self.gateways) else None

    @property
    def needed(self) -> int | None:
        """The least hop limit with which the reply arrives, as the check itself concludes it."""
        return NetworkPath(measured_at=0.0, gateways=len(self.gateways)).hop_limit_needed

    @property
    def result(self) -> str:
        if self.dropped_by is None:
            return f'arrives with TTL {self.ttls[-1]}'
        return f'is dropped: needs a hop limit of {self.needed}'


BRIDGE, INNER = 'bridge of the host', 'bridge inside'
CASES = (
    Case('Agent on the host', (), 1),
    Case('Agent in a container behind a bridge', (BRIDGE,), 1),
    Case('Agent in a container behind a bridge', (BRIDGE,), 2),
    Case('Agent in a container of a container', (BRIDGE, INNER), 2),
)


def drawing(cases: tuple[Case, ...] = CASES) -> str:
    """One row for each case, in their order."""
    height = HEADER + ROW * len(cases)
    rows = [part for number, case in enumerate(cases) for part in _row(case, HEADER + ROW * number)]
    description = '. '.join(f'{case.place}, hop limit {case.hop_limit}: {case.result}' for case in cases)
    title = 'How far the IMDSv2 token response gets'
    heading = [
        _text(LEFT, 32, title, 'heading'),
        _text(LEFT, 52, 'EC2 sends it with the hop limit as its TTL. Every gateway decrements the TTL.', 'note'),
    ]
    return _document(WIDTH, height, title, f'{description}.', [*heading, *rows])


def _row(case: Case, top: int) -> list[str]:
    kind = 'good' if case.dropped_by is None else 'bad'
    middle = top + 76
    return [
        _line(LEFT, top, WIDTH - LEFT, top, 'rule'),
        _text(LEFT, top + 30, f'{case.place}, hop limit {case.hop_limit}', 'case'),
        _text(WIDTH - LEFT, top + 30, case.result, f'{kind} end'),
        *_links(case, middle),
        *_boxes(case, middle, kind),
    ]


def _places(case: Case) -> list[float]:
    """The left edges of the boxes, from IMDS to the Agent."""
    step = (RIGHT - LEFT) / (len(case.gateways) + 1)
    return [LEFT + step * n for n in range(len(case.gateways) + 2)]


def _boxes(case: Case, middle: int, kind: str) -> list[str]:
    names = ('IMDS', *case.gateways, 'Agent')
    parts = []
    for number, (left, name) in enumerate(zip(_places(case), names, strict=True)):
        drops = case.dropped_by is not None and number == case.dropped_by + 1
        last = number == len(names) - 1
        parts += [
            _box(left, middle - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, f'box {kind if drops or last else ""}'),
            _text(left + BOX_WIDTH / 2, middle + (-3 if drops else 5), name, 'name'),
        ]
        if drops:
            parts.append(_text(left + BOX_WIDTH / 2, middle + 14, 'TTL 0: dropped', 'bad small'))
    return parts


def _links(case: Case, middle: int) -> list[str]:
    places = _places(case)
    parts = []
    for number in range(len(places) - 1):
        start, end = places[number] + BOX_WIDTH, places[number + 1]
        if number < len(case.ttls):
            parts += [
                _arrow(start, end, middle),
                _text((start + end) / 2, middle - 9, f'TTL {case.ttls[number]}', 'ttl'),
            ]
        else:
            parts.append(_line(start, middle, end, middle, 'nothing'))
    return parts


def _document(width: int, height: int, title: str, description: str, parts: Sequence[str]) -> str:
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


def _text(x: float, y: float, content: str, kind: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(content)}</text>'


def _box(x: float, y: float, width: float, height: float, kind: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6" class="{kind.strip()}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{kind}"/>'


def _arrow(start: float, end: float, y: float) -> str:
    """From `start` to `end`, to the right."""
    point = f'M{end - 1:g} {y:g}l-{HEAD} -{HEAD / 2:g}v{HEAD}z'
    return f'{_line(start, y, end - HEAD, y, "way")}<path d="{point}" class="head"/>'
