"""What stands for each kind of widget: a graph, a number, a table. The same shape every time, as it shows no data."""

from collections.abc import Callable, Iterator, Mapping

from tools.asset_lint.widgets import Document
from tools.pictures import svg
from tools.pictures.dashboard_plots import (
    BLUE,
    COLOURS,
    GREEN,
    ORANGE,
    PLOTS,
    RED,
    Room,
    area,
    columns,
    floor,
    rectangle,
)

STYLE = """<style>
.group { fill: #f6f7f9; stroke: #c5ccd6; }
.widget { fill: #ffffff; stroke: #c5ccd6; stroke-width: 1; }
rect.note { fill: #fdfbf0; }
.variable { fill: #eef1f5; stroke: #c5ccd6; }
.title { font-size: 13px; font-weight: bold; }
.bar { font-size: 15px; font-weight: bold; }
.bar.light { fill: #ffffff; }
.cell { font-size: 11px; fill: #565e6c; }
.number { font-size: 30px; fill: #8a93a3; text-anchor: middle; }
</style>"""
GREY, PALE = '#d5dae2', '#e9edf2'
STATUS = (GREEN, '#f2cf63', RED)
FALLING = (1.0, 0.78, 0.6, 0.46, 0.34, 0.25, 0.18)
SKEWED = (0.1, 0.35, 0.8, 1.0, 0.72, 0.45, 0.28, 0.16, 0.1, 0.06, 0.04, 0.02)
"""Most values are low and a few are high, as latencies are."""
LINE = 16
"""Of a list or a text, in pixels."""
SHORTEST = 24.0
"""Pixels of a stroke: a speck would look like a mistake."""
CHARACTER = 4.5
"""The width of a character of a note, in pixels, as small as the lines are."""


def shape(definition: Document, room: Room) -> Iterator[str]:
    """KeyError for a kind of widget that nobody drew yet."""
    return SHAPES[definition['type']](definition, room)


def _rows(room: Room) -> Iterator[tuple[int, float]]:
    """As many lines as fit: the number and the upper edge of each."""
    return ((number, room.y + number * LINE) for number in range(max(1, int(room.height // LINE))))


def _note(definition: Document, room: Room) -> Iterator[str]:
    """Its headings, and grey strokes as long as its lines of text."""
    for (_, top), (heading, width) in zip(_rows(room), _lines(definition['content'], room.width), strict=False):
        if heading:
            yield svg.text(room.x, top + 11, heading, 'title')
        else:
            yield rectangle(room.x, top + 4, width, 6, GREY)


def _lines(content: str, width: float) -> Iterator[tuple[str, float]]:
    """Of a note: the heading or '', and how many pixels of the line are filled."""
    for line in filter(None, content.splitlines()):
        if line.startswith('#'):
            yield line.lstrip('# '), 0.0
            continue
        whole, rest = divmod(CHARACTER * len(line), width)
        yield from (('', filled) for filled in [width] * int(whole) + [max(rest, SHORTEST)])


def _query_value(definition: Document, room: Room) -> Iterator[str]:
    """`#` is where the number stands."""
    middle = room.y + room.height / 2
    yield area(Room(room.x, middle, room.width, room.height / 2), PALE)
    yield svg.text(room.x + room.width / 2, middle + 11, f'#{definition.get("custom_unit", "")}', 'number')


def _check_status(_: Document, room: Room) -> Iterator[str]:
    part = room.width / len(STATUS)
    height = min(room.height, 3 * LINE)
    for number, colour in enumerate(STATUS):
        yield rectangle(room.x + number * part + 2, room.y + (room.height - height) / 2, part - 4, height, colour)


def _manage_status(_: Document, room: Room) -> Iterator[str]:
    for number, top in _rows(room):
        yield rectangle(room.x, top + 3, 8, 8, STATUS[max(0, 2 - number)])
        yield rectangle(room.x + 16, top + 4, (room.width - 16) * (0.8 - 0.1 * (number % 3)), 6, GREY)


def _timeseries(definition: Document, room: Room) -> Iterator[str]:
    (request,) = definition['requests']
    palettes = [formula.get('style', request['style'])['palette'] for formula in request['formulas']]
    yield from PLOTS[request['display_type']](room, [COLOURS[palette] for palette in palettes])
    yield floor(room)


def _distribution(_: Document, room: Room) -> Iterator[str]:
    yield from columns(room, BLUE, SKEWED)
    yield floor(room)


def _toplist(definition: Document, room: Room) -> Iterator[str]:
    (request,) = definition['requests']
    stacked = definition['style']['display']['type'] == 'stacked'
    for (_, top), share in zip(_rows(room), FALLING, strict=False):
        yield rectangle(room.x, top + 2, room.width * share, LINE - 4, COLOURS[request['style']['palette']])
        if stacked:
            yield rectangle(room.x, top + 2, room.width * share * 0.4, LINE - 4, ORANGE)


def _query_table(definition: Document, room: Room) -> Iterator[str]:
    """A column for each tag that its rows are grouped by, and for each formula."""
    (request,) = definition['requests']
    names = [*_group_keys(request['queries'][0]['query']), *(formula['alias'] for formula in request['formulas'])]
    part = room.width / len(names)
    for number, top in _rows(room):
        for column, name in enumerate(names):
            x = room.x + column * part
            yield rectangle(x, top + 4, part * 0.6, 6, GREY) if number else svg.text(x, top + 10, name, 'cell')


def _group_keys(query: str) -> list[str]:
    return query.rpartition(' by {')[2].partition('}')[0].split(',')


def _list_stream(_: Document, room: Room) -> Iterator[str]:
    for number, top in _rows(room):
        yield rectangle(room.x, top + 4, room.width * 0.18, 6, PALE)
        yield rectangle(room.x + room.width * 0.22, top + 4, room.width * (0.7 - 0.1 * (number % 3)), 6, GREY)


SHAPES: Mapping[str, Callable[[Document, Room], Iterator[str]]] = {
    'check_status': _check_status,
    'distribution': _distribution,
    'list_stream': _list_stream,
    'manage_status': _manage_status,
    'note': _note,
    'query_table': _query_table,
    'query_value': _query_value,
    'timeseries': _timeseries,
    'toplist': _toplist,
}
