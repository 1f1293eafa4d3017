"""The dashboards that are shipped, and ways to break them."""

import json
from collections.abc import Callable
from typing import Any

from tools.asset_lint.dashboards import Document
from tools.asset_lint.names import ROOT

DIRECTORY = ROOT / 'assets' / 'dashboards'
SHIPPED = {path.stem: json.loads(path.read_text(encoding='utf-8')) for path in sorted(DIRECTORY.glob('*.json'))}
Mutation = Callable[[Document], object]


def group(dashboard: Document, title: str) -> Any:
    (found,) = (each for each in dashboard['widgets'] if each['definition']['title'] == title)
    return found


def note(dashboard: Document, title: str, number: int) -> Any:
    """Of the widgets of that group, counted from 0."""
    return group(dashboard, title)['definition']['widgets'][number]['definition']


def widget(dashboard: Document, title: str) -> Any:
    """The only one of that title in a group."""
    (found,) = (
        w for g in dashboard['widgets'] for w in g['definition']['widgets'] if w['definition'].get('title') == title
    )
    return found


def definition(dashboard: Document, title: str) -> Any:
    return widget(dashboard, title)['definition']


def request(dashboard: Document, title: str) -> Any:
    (only,) = definition(dashboard, title)['requests']
    return only


def replaced(title: str, old: str, new: str) -> Mutation:
    """In the first query of the widget."""

    def mutate(dashboard: Document) -> None:
        query = request(dashboard, title)['queries'][0]
        assert old in query['query']
        query['query'] = query['query'].replace(old, new)

    return mutate


def renamed(old: str, new: str) -> Mutation:
    return lambda dashboard: definition(dashboard, old).update(title=new)
