"""Everything that is wrong with a dashboard as far as it can be told without Datadog."""

from collections.abc import Iterator

from datadog_api_client.v1.model.dashboard import Dashboard

from .dashboard_layout import layout_complaints
from .dashboard_queries import query_complaints
from .dashboard_style import style_complaints
from .models import violations
from .widgets import Document, widgets_of


def complaints(document: Document) -> list[str]:
    """One line each. What the client's models do not describe hides what breaks the rules of this package."""
    return violations(document, Dashboard) or broken_rules(document)


def broken_rules(document: Document) -> list[str]:
    """Of a document that the client's models describe. A widget without a place hides the rest."""
    return list(_displaced(document, 'the dashboard')) or list(_broken_rules(document))


def _displaced(container: Document, place: str) -> Iterator[str]:
    for widget in container.get('widgets', ()):
        name = widget['definition'].get('title') or widget['definition']['type']
        if 'layout' not in widget:
            yield f'{place}: {name} has no layout'
        yield from _displaced(widget['definition'], name)


def _broken_rules(document: Document) -> Iterator[str]:
    groups = widgets_of(document)
    yield from (f'{widget.place}: a {widget.kind} outside of a group' for widget in groups if widget.kind != 'group')
    yield from layout_complaints(groups)
    yield from style_complaints(document, groups)
    yield from query_complaints(document, groups)
