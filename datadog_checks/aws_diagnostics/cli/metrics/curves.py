"""Two series under each other, in braille: the same minutes, each with its own scale. Lines of text without colour."""

from collections.abc import Iterator, Sequence

from ...facts.metrics import Points
from ...text import clean, clock

ROWS = 4
"""Of characters; each has four dots above each other and two beside each other."""
NARROWEST, WIDEST = 20, 160
BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Of a braille character by its row and column, the highest first."""


def curves(named: Sequence[tuple[str, Points]], start: int, end: int, width: int) -> Iterator[str]:
    """The lines of a drawing that is at most `width` columns wide; none where there is no room.

    A curve without points has its name only. Minutes that share a column are averaged; a gap stays empty.
    """
    scales = [f'{value:.5g}' for _, points in named for value in _extremes(points)]
    margin = max(map(len, scales), default=0) + 1
    columns = min(width - margin, WIDEST)
    if columns < NARROWEST:
        return
    for name, points in named:
        yield clean(name, width)
        yield from _curve(points, start, end, columns, margin)
    yield ' ' * margin + _axis(start, end, columns)


def _extremes(points: Points) -> tuple[float, ...]:
    values = [value for _, value in points]
    return (max(values), min(values)) if values else ()


def _curve(points: Points, start: int, end: int, columns: int, margin: int) -> Iterator[str]:
    extremes = _extremes(points)
    if not extremes:
        yield f'{" " * margin}(no values)'
        return
    most, least = extremes
    levels = _levels(points, start, end, columns * 2, most, least)
    for row in range(ROWS):
        edge = f'{most:.5g}' if row == 0 else f'{least:.5g}' if row == ROWS - 1 else ''
        drawn = ''.join(_character(levels, row, column) for column in range(columns))
        yield f'{edge:>{margin - 1}} {drawn}'.rstrip()


def _levels(points: Points, start: int, end: int, columns: int, most: float, least: float) -> list[set[int]]:
    """Which dots of each column are set, counted from above; those between two neighbours too, so that it is a line."""
    values: dict[int, list[float]] = {}
    for time, value in points:
        if start <= time < end:
            values.setdefault((time - start) * columns // (end - start), []).append(value)
    found: list[set[int]] = [set() for _ in range(columns)]
    gap = max(1, 2 * columns // max(1, len(values)))
    before, level_before = -gap - 1, 0
    for column in sorted(values):
        mean = sum(values[column]) / len(values[column])
        level = round((1 - ((mean - least) / (most - least) if most > least else 0.5)) * (ROWS * 4 - 1))
        found[column].add(level)
        if column - before <= gap:
            found[column].update(range(min(level, level_before), max(level, level_before)))
        before, level_before = column, level
    return found


def _character(levels: Sequence[set[int]], row: int, column: int) -> str:
    bits = 0
    for dot_row in range(4):
        for dot_column in range(2):
            if row * 4 + dot_row in levels[2 * column + dot_column]:
                bits |= DOTS[dot_row][dot_column]
    return chr(BRAILLE + bits) if bits else ' '


def _axis(start: int, end: int, columns: int) -> str:
    """The first and the last minute, and the one between where there is room."""
    left, middle, right = clock(start), clock((start + end) / 2), clock(end)
    if columns < 20:
        return f'{left}{right:>{columns - len(left)}}'
    half = columns // 2 - len(left)
    return f'{left}{middle:^{2 * half}}{right:>{columns - len(left) - 2 * half}}'
