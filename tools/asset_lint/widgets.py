"""The widgets of a dashboard with their places, as the rules look at them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

Document = dict[str, Any]


class Box(NamedTuple):
    """In columns and rows of the grid that the widget lies in: the dashboard's or its group's."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def cells(self) -> set[tuple[int, int]]:
        """Each as (row, column)."""
        return {(row, column) for row in range(self.y, self.bottom) for column in range(self.x, self.right)}


@dataclass(frozen=True, slots=True)
class Widget:
    place: str
    """As a complaint names it: `Overview / Hop limit`."""
    definition: Document
    box: Box
    children: tuple['Widget', ...] = ()
    """Of a group."""

    @property
    def kind(self) -> str:
        return str(self.definition['type'])

    @property
    def title(self) -> str:
        return str(self.definition.get('title', ''))


def widgets_of(document: Document) -> tuple[Widget, ...]:
    """What lies on the dashboard itself. KeyError where a widget has no layout."""
    return tuple(_widgets(document['widgets'], ''))


def _widgets(described: Iterable[Document], within: str) -> Iterator[Widget]:
    for number, widget in enumerate(described, 1):
        definition = widget['definition']
        place = within + (definition.get('title') or f'{definition["type"]} {number}')
        children = tuple(_widgets(definition.get('widgets', ()), f'{place} / '))
        layout = widget['layout']
        box = Box(*(layout[side] for side in ('x', 'y', 'width', 'height')))
        yield Widget(place, definition, box, children)


def flattened(widgets: Iterable[Widget]) -> Iterator[Widget]:
    for widget in widgets:
        yield widget
        yield from flattened(widget.children)
