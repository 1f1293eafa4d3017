"""The house rules of Datadog's own dashboards: what each has, how its widgets are called and coloured."""

import re
from collections.abc import Iterator, Sequence

from .commands import wrong_commands
from .widgets import Document, Widget, flattened

PREFIX = 'AWS Diagnostics: '
FIRST_GROUPS = ('About', 'Overview')
KEY_WIDGETS = ('query_value', 'check_status', 'manage_status')
MONITORS = 'tag:integration:aws-diagnostics'
SEMANTIC = ('black_on_light_green', 'black_on_light_red', 'black_on_light_yellow')
UNITS = frozenset({'%', 'bytes', 'hours', 'minutes', 'ms', 'percent', 's', 'sec', 'second', 'seconds'})
CAPITALISED = re.compile(r'[A-Z][a-z]+')
EMPHASIS = re.compile(r'(?<!\*)\*([^*\n]+)\*(?!\*)')


def style_complaints(document: Document, groups: Sequence[Widget]) -> Iterator[str]:
    yield from _dashboard(document, groups)
    everything = list(flattened(groups))
    for widget in everything:
        yield from _widget(widget, {other.title for other in everything})
    yield from _doubled([widget.place for widget in everything])


def _dashboard(document: Document, groups: Sequence[Widget]) -> Iterator[str]:
    if not document['title'].startswith(PREFIX):
        yield f'the dashboard: the title {document["title"]!r} does not begin with {PREFIX!r}'
    if not document.get('description'):
        yield 'the dashboard: no description'
    if (document['layout_type'], document.get('reflow_type')) != ('ordered', 'fixed'):
        yield 'the dashboard: its layout is not ordered with a fixed reflow'
    if tuple(group.title for group in groups[:2]) != FIRST_GROUPS:
        yield f'the dashboard: its first groups are not {" and ".join(FIRST_GROUPS)}'
    for group in groups:
        if group.title == 'Overview':
            yield from _key_widgets(group)


def _key_widgets(overview: Widget) -> Iterator[str]:
    for kind in KEY_WIDGETS:
        if all(child.kind != kind for child in overview.children):
            yield f'{overview.place}: no {kind}'


def _widget(widget: Widget, titles: set[str]) -> Iterator[str]:
    if widget.kind == 'note':
        yield from _note(widget, titles)
        return
    yield from _title(widget)
    match widget.kind:
        case 'group' if not widget.definition.get('background_color'):
            yield f'{widget.place}: no background_color'
        case 'query_value' if not widget.definition.get('timeseries_background'):
            yield f'{widget.place}: no timeseries_background'
        case 'manage_status' if widget.definition['query'] != MONITORS:
            yield f'{widget.place}: the query is {widget.definition["query"]!r}, and the monitors have {MONITORS!r}'
    if widget.kind != 'group' and not widget.definition.get('description'):
        yield f'{widget.place}: no description that says what it shows'
    yield from _colours(widget)


def _note(widget: Widget, titles: set[str]) -> Iterator[str]:
    content = widget.definition['content']
    for name in EMPHASIS.findall(content):
        if name not in titles:
            yield f'{widget.place}: it points to {name!r}, and no widget is called that'
    yield from (f'{widget.place}: {complaint}' for complaint in wrong_commands(content))


def _title(widget: Widget) -> Iterator[str]:
    words = widget.title.split()
    if not words:
        yield f'{widget.place}: no title'
        return
    if '-' in widget.title:
        yield f'{widget.place}: a hyphen in the title'
    units = [word for word in words if word.strip('()').casefold() in UNITS]
    if units:
        yield f'{widget.place}: the unit {units[0].strip("()")!r} in the title'
    late = [word for word in words[1:] if CAPITALISED.fullmatch(word)]
    if late or words[0][0].islower():
        yield f'{widget.place}: the title is not in sentence case'


def _colours(widget: Widget) -> Iterator[str]:
    """Red, yellow and green mean the same everywhere."""
    for request in widget.definition.get('requests', ()):
        for part in (request, *request.get('formulas', ())):
            for rule in part.get('conditional_formats', ()):
                if rule['palette'] not in SEMANTIC:
                    yield f'{widget.place}: the palette {rule["palette"]!r}, allowed: {", ".join(SEMANTIC)}'


def _doubled(places: Sequence[str]) -> Iterator[str]:
    for place in sorted({place for place in places if places.count(place) > 1}):
        yield f'{place}: {places.count(place)} widgets are called that'
