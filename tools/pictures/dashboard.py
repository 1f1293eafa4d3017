"""The layout of a dashboard, drawn from its JSON: groups, widgets, titles and kinds. No data: there is none to show."""

import json
from collections.abc import Iterator

from tools.asset_lint.dashboard_layout import COLUMNS
from tools.asset_lint.widgets import Box, Document, Widget, widgets_of
from tools.pictures import ROOT, svg
from tools.pictures.dashboard_plots import Room
from tools.pictures.dashboard_shapes import STYLE, shape

COLUMN, ROW, MARGIN, GAP = 100, 40, 20, 4
HEADER = 108
BAR = 26
"""The height of a group's title bar, which lies in the first row of the group."""
TITLE = 20
"""What the title of a widget takes of the widget."""
CHARACTER = 7.0
"""The width of a character of a title in pixels, roughly: Helvetica of 13 pixels."""
GROUPS = {
    'white': '#dfe4ea',
    'gray': '#8a93a3',
    'vivid_blue': '#3b78d8',
    'vivid_green': '#2e9e5b',
    'vivid_orange': '#e07b28',
    'vivid_pink': '#cf4f9c',
    'vivid_purple': '#7d55c7',
    'vivid_yellow': '#e3b31f',
}
DARK_TEXT = frozenset({'white', 'vivid_yellow'})
CAPTION = (
    'A drawing of the layout, made from {path}. It is no screenshot: '
    'the shapes stand for kinds of widgets, and no data is shown.'
)


def fleet() -> str:
    return _drawn('assets/dashboards/fleet.json')


def integration() -> str:
    return _drawn('assets/dashboards/integration.json')


def _drawn(path: str) -> str:
    return drawing(json.loads((ROOT / path).read_text(encoding='utf-8')), path)


def drawing(dashboard: Document, path: str) -> str:
    """`path` says where the dashboard comes from. KeyError for a kind of widget or a colour that nobody drew yet."""
    groups = widgets_of(dashboard)
    width = 2 * MARGIN + COLUMNS * COLUMN
    height = HEADER + max(group.box.bottom for group in groups) * ROW + MARGIN
    parts = [STYLE, *_header(dashboard, path), *(part for group in groups for part in _group(group))]
    title = f'Layout of the dashboard {dashboard["title"]}'
    return svg.document(width, height, title, '. '.join(map(_spoken, groups)), parts)


def _spoken(group: Widget) -> str:
    names = [child.title or child.kind for child in group.children]
    return f'{group.title}: {", ".join(names)}'


def _header(dashboard: Document, path: str) -> Iterator[str]:
    yield svg.text(MARGIN, 36, dashboard['title'], 'heading')
    yield svg.text(MARGIN, 60, CAPTION.format(path=path), 'note')
    x = float(MARGIN)
    for variable in dashboard['template_variables']:
        label = f'${variable["name"]}'
        width = len(label) * CHARACTER + 20
        yield svg.box(x, 72, width, 22, 'variable')
        yield svg.text(x + width / 2, 87, label, 'small')
        x += width + 2 * GAP


def _group(group: Widget) -> Iterator[str]:
    colour = group.definition['background_color']
    room = _room(group.box, 0)
    kind = 'dark' if colour in DARK_TEXT else 'light'
    yield svg.box(*room, 'group')
    yield f'<rect x="{room.x:g}" y="{room.y:g}" width="{room.width:g}" height="{BAR}" rx="6" fill="{GROUPS[colour]}"/>'
    yield svg.text(room.x + 10, room.y + 18, group.title, f'bar {kind}')
    for child in group.children:
        yield from _widget(child, _room(child.box, group.box.y + 1))


def _room(box: Box, rows_above: int) -> Room:
    """Of a widget: its place on the paper, with a gap on every side."""
    x, y = MARGIN + box.x * COLUMN, HEADER + (box.y + rows_above) * ROW
    return Room(x + GAP, y + GAP, box.width * COLUMN - 2 * GAP, box.height * ROW - 2 * GAP)


def _widget(widget: Widget, room: Room) -> Iterator[str]:
    yield svg.box(*room, f'widget {widget.kind}')
    if widget.title:
        yield svg.text(room.x + 8, room.y + 16, widget.title, 'title')
    title = TITLE if widget.title else 0
    inner = Room(room.x + 8, room.y + title + 6, room.width - 16, room.height - title - 12)
    yield from shape(widget.definition, inner)
