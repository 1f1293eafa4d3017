"""What Datadog's API answers about the tags of hosts, and about what goes by tags: monitors, dashboards, downtimes.

Tags of a host are kept by source, as `tags_by_source` of its row in the host list shows them. From Datadog's OpenAPI
document: GET, POST (adds) and PUT (replaces) answer with {"host", "tags"}, DELETE with 204; the default source is
`user`. Assumed: sources compare without regard to case; GET without a source returns the tags of all sources; a host
that is not in the list is not known (404).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

Query = Mapping[str, list[str]]
Answer = tuple[int, Any] | None
"""Status and document; None to answer as usual."""
LABELS = {'user': 'Users', 'users': 'Users', 'datadog': 'Datadog', 'amazon web services': 'Amazon Web Services'}
"""Of sources, as rows of the host list spell them."""


@dataclass
class HostStore:
    """What Datadog has; a test changes it. The rows are those of `Datadog.hosts`."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    monitors: list[dict[str, Any]] = field(default_factory=list)
    """As GET /api/v1/monitor/search lists them."""
    dashboards: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Definitions by id."""
    downtimes: list[dict[str, Any]] = field(default_factory=list)
    """Entries of `data` of GET /api/v2/downtime."""
    removed: list[str] = field(default_factory=list)
    """Names of the hosts of every DELETE that removed something, in order."""
    refuses: Callable[[str, str], Answer] = lambda method, host: None
    """Called before a request for the tags of a host has any effect: what is answered instead, or None."""
    loses: Callable[[str, str], bool] = lambda method, host: False
    """Called when a request for the tags of a host has had its effect: whether its answer is lost on the way."""
    after: Callable[[str, str], None] = lambda method, host: None
    """Called when a request for the tags of a host has had its effect: what else changes in Datadog meanwhile."""


class Lost(Exception):
    """The connection breaks without an answer."""


def knows(method: str, path: str) -> bool:
    return any(re.fullmatch(form, path) and method in methods for methods, form, _ in ADDRESSES)


def answered(store: HostStore, method: str, path: str, query: Query, body: Any) -> tuple[int, Any]:
    """Of an address that it knows. Raises Lost."""
    for methods, form, answer in ADDRESSES:
        found = re.fullmatch(form, path)
        if found and method in methods:
            return answer(store, method, unquote(found.groupdict().get('name', '')), query, body)
    raise AssertionError(path)


def needed(method: str, path: str) -> str:
    """The permission that the application key needs for this address; '' for none that a test can take away."""
    if re.match('/api/v1/tags/hosts/', path):
        return 'hosts_read' if method == 'GET' else 'host_tags_write'
    return next((name for form, name in PERMISSIONS if re.match(form, path)), '')


PERMISSIONS = (
    ('/api/v1/hosts', 'hosts_read'),
    ('/api/v1/metrics', 'metrics_read'),
    ('/api/v1/monitor', 'monitors_read'),
    ('/api/v1/dashboard', 'dashboards_read'),
    ('/api/v2/downtime', 'monitors_downtime'),
    ('/api/v2/integration/aws', 'aws_configuration_read'),
)


def _tags_of_host(store: HostStore, method: str, name: str, query: Query, body: Any) -> tuple[int, Any]:
    instead = store.refuses(method, name)
    if instead is not None:
        return instead
    row = next((row for row in store.rows if row['name'] == name), None)
    if row is None:
        return 404, {'errors': [f'Host {name} not found']}
    answer = _changed(store, row, method, query, body)
    store.after(method, name)
    if store.loses(method, name):
        raise Lost
    return answer


def _changed(store: HostStore, row: dict[str, Any], method: str, query: Query, body: Any) -> tuple[int, Any]:
    source = query.get('source', ['' if method == 'GET' else 'user'])[0].lower()
    by_source: dict[str, list[str]] = row['tags_by_source']
    own = next((label for label in by_source if label.lower() in (source, LABELS.get(source, '').lower())), None)
    if method == 'DELETE':
        if own is not None and by_source.pop(own):
            store.removed.append(row['name'])
        return 204, None
    if method in ('POST', 'PUT'):
        label = own or LABELS.get(source, source)
        kept = by_source.get(label, []) if method == 'POST' else []
        by_source[label] = list(dict.fromkeys([*kept, *body['tags']]))
        return 201, {'host': row['name'], 'tags': by_source[label]}
    return 200, {'host': row['name'], 'tags': list(_read(by_source, source, own))}


def _read(by_source: Mapping[str, list[str]], source: str, own: str | None) -> Iterator[str]:
    if source:
        yield from by_source.get(own or '', [])
        return
    for tags in by_source.values():
        yield from tags


def _monitor_search(store: HostStore, _: str, __: str, query: Query, ___: Any) -> tuple[int, Any]:
    """Text of `query` is looked for in everything; pages count from 0."""
    wanted = query.get('query', [''])[0].strip('"').lower()
    found = [monitor for monitor in store.monitors if wanted in json.dumps(monitor).lower()]
    size, page = int(query.get('per_page', ['30'])[0]), int(query.get('page', ['0'])[0])
    shown = found[page * size : (page + 1) * size]
    pages = (len(found) + size - 1) // size
    metadata = {'page': page, 'page_count': pages, 'per_page': size, 'total_count': len(found)}
    counts: dict[str, list[Any]] = {'muted': [], 'status': [], 'tag': [], 'type': []}
    return 200, {'counts': counts, 'metadata': metadata, 'monitors': shown}


def _dashboards(store: HostStore, _: str, __: str, query: Query, ___: Any) -> tuple[int, Any]:
    start, count = int(query.get('start', ['0'])[0]), int(query.get('count', ['100'])[0])
    fields = ('id', 'title', 'description', 'layout_type', 'url', 'created_at', 'modified_at', 'author_handle')
    summaries = [{f: d[f] for f in fields if f in d} for d in store.dashboards.values()]
    return 200, {'dashboards': summaries[start : start + count]}


def _dashboard(store: HostStore, _: str, name: str, __: Query, ___: Any) -> tuple[int, Any]:
    if name not in store.dashboards:
        return 404, {'errors': [f'Dashboard with ID {name} not found']}
    return 200, store.dashboards[name]


def _downtimes(store: HostStore, _: str, __: str, query: Query, ___: Any) -> tuple[int, Any]:
    start, count = int(query.get('page[offset]', ['0'])[0]), int(query.get('page[limit]', ['30'])[0])
    page = {'page': {'total_filtered_count': len(store.downtimes)}}
    return 200, {'data': store.downtimes[start : start + count], 'meta': page}


ADDRESSES: tuple[tuple[str, str, Callable[[HostStore, str, str, Query, Any], tuple[int, Any]]], ...] = (
    ('GET POST PUT DELETE', '/api/v1/tags/hosts/(?P<name>[^/]+)', _tags_of_host),
    ('GET', '/api/v1/monitor/search', _monitor_search),
    ('GET', '/api/v1/dashboard', _dashboards),
    ('GET', '/api/v1/dashboard/(?P<name>[^/]+)', _dashboard),
    ('GET', '/api/v2/downtime', _downtimes),
)
