"""Where the widgets of a dashboard lie: on 12 columns, side by side, without a hole."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from .widgets import Widget

COLUMNS = 12
TITLE_ROWS = 1
"""What the title bar of a group takes of the group's own height."""
LEAST_COLUMNS = {'timeseries': 4, 'list_stream': 6, 'event_stream': 6}


def layout_complaints(groups: Sequence[Widget]) -> Iterator[str]:
    yield from _grid('the dashboard', groups)
    for group in groups:
        if group.kind == 'group':
            yield from _group(group)


def _group(group: Widget) -> Iterator[str]:
    if group.box.width != COLUMNS:
        yield f'{group.place}: {group.box.width} columns wide, and a group takes all {COLUMNS}'
    needed = max((child.box.bottom for child in group.children), default=0) + TITLE_ROWS
    if group.box.height != needed:
        yield f'{group.place}: {group.box.height} rows high, and its widgets and its title take {needed}'
    yield from _grid(group.place, group.children)
    for child in group.children:
        least = LEAST_COLUMNS.get(child.kind, 1)
        if child.box.width < least:
            yield f'{child.place}: {child.box.width} columns wide, and a {child.kind} takes at least {least}'


def _grid(place: str, widgets: Sequence[Widget]) -> Iterator[str]:
    beyond = [widget for widget in widgets if widget.box.x < 0 or widget.box.y < 0 or widget.box.right > COLUMNS]
    for widget in beyond:
        yield f'{widget.place}: beyond the grid of {COLUMNS} columns'
    for one, other in combinations(widgets, 2):
        if one.box.cells() & other.box.cells():
            yield f'{one.place}: overlaps {other.place}'
    if not beyond:
        yield from _holes(place, widgets)


def _holes(place: str, widgets: Iterable[Widget]) -> Iterator[str]:
    covered = {cell for widget in widgets for cell in widget.box.cells()}
    for row in range(max((row + 1 for row, _ in covered), default=0)):
        empty = [column for column in range(COLUMNS) if (row, column) not in covered]
        if empty:
            yield f'{place}: row {row} is empty in the columns {", ".join(map(str, empty))}'
