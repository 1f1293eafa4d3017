"""The drawing of a dashboard has every widget of it, where and as wide as it lies there, and shows no data."""

import json
from xml.etree import ElementTree

import pytest

from tools.asset_lint.widgets import Document, flattened, widgets_of
from tools.pictures import IMAGES, ROOT, dashboard

SHIPPED = {
    'fleet': dashboard.fleet,
    'integration': dashboard.integration,
}
SVG = '{http://www.w3.org/2000/svg}'


def a_dashboard(*widgets: Document) -> Document:
    group = {'type': 'group', 'title': 'Overview', 'background_color': 'vivid_blue', 'widgets': list(widgets)}
    return {
        'title': 'One group',
        'template_variables': [{'name': 'scope'}],
        'widgets': [{'definition': group, 'layout': {'x': 0, 'y': 0, 'width': 12, 'height': 4}}],
    }


def status(title: str, x: int, width: int) -> Document:
    return {
        'definition': {'type': 'check_status', 'title': title},
        'layout': {'x': x, 'y': 0, 'width': width, 'height': 3},
    }


def boxes(picture: str) -> list[tuple[float, float, float, float]]:
    """Of the widgets: x, y, width, height in pixels."""
    found = ElementTree.fromstring(picture).iter(f'{SVG}rect')
    sides = ('x', 'y', 'width', 'height')
    return [
        (x, y, width, height)
        for x, y, width, height in (
            [float(rectangle.get(side, 0)) for side in sides]
            for rectangle in found
            if rectangle.get('class', '').startswith('widget')
        )
    ]


def texts(picture: str) -> list[str]:
    return [text.text or '' for text in ElementTree.fromstring(picture).iter(f'{SVG}text')]


@pytest.mark.parametrize('name', SHIPPED)
def test_a_picture_of_a_dashboard_is_what_the_code_draws(name: str) -> None:
    assert (IMAGES / f'dashboard-{name}.svg').read_text(encoding='utf-8') == SHIPPED[name]()


@pytest.mark.parametrize('name', SHIPPED)
def test_every_widget_is_drawn_with_its_title(name: str) -> None:
    shipped = json.loads((ROOT / f'assets/dashboards/{name}.json').read_text(encoding='utf-8'))
    widgets = list(flattened(widgets_of(shipped)))
    picture = SHIPPED[name]()
    assert len(boxes(picture)) == sum(widget.kind != 'group' for widget in widgets)
    assert {widget.title for widget in widgets if widget.title} <= set(texts(picture))


@pytest.mark.parametrize('name', SHIPPED)
def test_it_says_that_it_is_no_screenshot(name: str) -> None:
    assert f'assets/dashboards/{name}.json. It is no screenshot' in ' '.join(texts(SHIPPED[name]()))


def test_a_widget_lies_in_the_columns_and_rows_that_it_takes() -> None:
    """Below the title bar of its group, which takes a row of its own."""
    picture = dashboard.drawing(a_dashboard(status('IMDS', 0, 4), status('Hostname', 4, 8)), 'here')
    assert boxes(picture) == [(24, 152, 392, 112), (424, 152, 792, 112)]
    assert texts(picture)[0] == 'One group'
    assert texts(picture)[-3:] == ['Overview', 'IMDS', 'Hostname']


def test_a_kind_of_widget_that_nobody_drew_yet_is_no_empty_box() -> None:
    unknown = status('Where', 0, 12)
    unknown['definition']['type'] = 'geomap'
    with pytest.raises(KeyError, match='geomap'):
        dashboard.drawing(a_dashboard(unknown), 'here')
