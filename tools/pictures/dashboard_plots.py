"""Curves and bars that stand for graphs. Their heights are made up once and for all: they show no data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tools.pictures import svg


class Room(NamedTuple):
    """In pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


BLUE, ORANGE, GREEN, RED = '#8db3ea', '#f0a35e', '#6cc08b', '#e58078'
COLOURS = {'blue': '#6f9fe8', 'dog_classic': BLUE, 'green': GREEN, 'orange': ORANGE, 'red': RED}
"""By the palettes of Datadog."""
RISING = (0.30, 0.34, 0.42, 0.38, 0.50, 0.58, 0.52, 0.63, 0.70, 0.66, 0.74, 0.80)
"""Shares of the height of the room."""
FULL = 0.9


def rectangle(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{fill}"/>'


def floor(room: Room) -> str:
    return svg.line(room.x, room.bottom, room.right, room.bottom, 'rule')


def area(room: Room, fill: str, heights: Sequence[float] = RISING) -> str:
    points = f'{_left_bottom(room)} {_curve(room, heights)} {room.right:.2f},{room.bottom:.2f}'
    return f'<polygon points="{points}" fill="{fill}"/>'


def columns(room: Room, fill: str, heights: Sequence[float]) -> Iterator[str]:
    part = room.width / len(heights)
    for number, share in enumerate(heights):
        height = room.height * share
        yield rectangle(room.x + number * part + 2, room.bottom - height, part - 4, height, fill)


def _left_bottom(room: Room) -> str:
    return f'{room.x:.2f},{room.bottom:.2f}'


def _curve(room: Room, heights: Sequence[float]) -> str:
    step = room.width / (len(heights) - 1)
    return ' '.join(
        f'{room.x + n * step:.2f},{room.bottom - room.height * share:.2f}' for n, share in enumerate(heights)
    )


def _areas(room: Room, colours: Sequence[str]) -> Iterator[str]:
    """Stacked, the first one at the bottom; of several, the upper edges fall but for the topmost one."""
    if len(colours) == 1:
        yield area(room, colours[0])
        return
    yield area(room, colours[-1], (FULL, FULL))
    for number in reversed(range(len(colours) - 1)):
        share = FULL * (number + 1) / len(colours)
        yield area(room, colours[number], (share * 1.3, share * 1.2, share * 0.8, share * 0.5))


def _lines(room: Room, colours: Sequence[str]) -> Iterator[str]:
    for number, colour in enumerate(colours, 1):
        heights = [share * (0.4 + 0.6 * number / len(colours)) for share in RISING]
        yield f'<polyline points="{_curve(room, heights)}" fill="none" stroke="{colour}" stroke-width="2.5"/>'


def _bars(room: Room, colours: Sequence[str]) -> Iterator[str]:
    yield from columns(room, colours[0], RISING[::-1])


PLOTS: Mapping[str, Callable[[Room, Sequence[str]], Iterator[str]]] = {'area': _areas, 'bars': _bars, 'line': _lines}
"""By the display_type of a request."""
