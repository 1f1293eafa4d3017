"""How far the token reply comes: which TTL it has behind every gateway, and which gateway drops it."""

from dataclasses import dataclass

from datadog_checks.aws_diagnostics.facts import NetworkPath
from tools.pictures import svg

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
        return f'never arrives: it needs a hop limit of {self.needed}'


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
    title = 'The way of the IMDSv2 token reply'
    heading = [
        svg.text(LEFT, 32, title, 'heading'),
        svg.text(LEFT, 52, 'EC2 sends it with the hop limit as its TTL. Every gateway takes one off.', 'note'),
    ]
    return svg.document(WIDTH, height, title, f'{description}.', [*heading, *rows])


def _row(case: Case, top: int) -> list[str]:
    kind = 'good' if case.dropped_by is None else 'bad'
    middle = top + 76
    return [
        svg.line(LEFT, top, WIDTH - LEFT, top, 'rule'),
        svg.text(LEFT, top + 30, f'{case.place}, hop limit {case.hop_limit}', 'case'),
        svg.text(WIDTH - LEFT, top + 30, case.result, f'{kind} end'),
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
            svg.box(left, middle - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT, f'box {kind if drops or last else ""}'),
            svg.text(left + BOX_WIDTH / 2, middle + (-3 if drops else 5), name, 'name'),
        ]
        if drops:
            parts.append(svg.text(left + BOX_WIDTH / 2, middle + 14, 'TTL 0: dropped', 'bad small'))
    return parts


def _links(case: Case, middle: int) -> list[str]:
    places = _places(case)
    parts = []
    for number in range(len(places) - 1):
        start, end = places[number] + BOX_WIDTH, places[number + 1]
        if number < len(case.ttls):
            parts += [
                svg.arrow(start, end, middle),
                svg.text((start + end) / 2, middle - 9, f'TTL {case.ttls[number]}', 'ttl'),
            ]
        else:
            parts.append(svg.line(start, middle, end, middle, 'nothing'))
    return parts
