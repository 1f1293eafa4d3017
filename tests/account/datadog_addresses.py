"""The addresses of Datadog's API that are about metrics, with the shapes of datadog-api-client's models."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.account.datadog_metrics import Bins, MetricStore, NoQuery

Query = Mapping[str, list[str]]
Answer = tuple[int, Any] | None
"""Status and document; None for what Datadog does not have."""


def answered(store: MetricStore, path: str, query: Query, body: Any) -> Answer:
    """Status and document; None for an address that is not about metrics."""
    for form, answer in ADDRESSES:
        found = re.fullmatch(form, path)
        if found:
            return answer(store, found.groupdict().get('name', ''), query, body) or (404, {'errors': ['Not found']})
    return None


def _timeseries(store: MetricStore, _: str, __: Query, body: Any) -> tuple[int, Any]:
    if not isinstance(body, dict) or body.get('data', {}).get('type') != 'timeseries_request':
        return 400, {'errors': [{'status': '400', 'title': 'Bad Request', 'detail': 'API input validation failed'}]}
    asked = body['data']['attributes']
    start, end, interval = (asked[name] // 1000 for name in ('from', 'to', 'interval'))
    try:
        times, groups = store.evaluated(asked['queries'][0]['query'], start, end, interval)
    except NoQuery as e:
        return 400, {'errors': [f'Error parsing query: unable to parse {e}']}
    attributes = {
        'series': [{'group_tags': list(tags), 'query_index': 0, 'unit': None} for tags in groups],
        'times': [time * 1000 for time in times],
        'values': [[bins.get(time) for time in times] for bins in groups.values()],
    }
    return 200, {'data': {'id': '0', 'type': 'timeseries_response', 'attributes': attributes}}


def _v1_query(store: MetricStore, _: str, query: Query, __: Any) -> tuple[int, Any]:
    start, end, text = int(query['from'][0]), int(query['to'][0]), query['query'][0]
    head = {'from_date': start * 1000, 'to_date': end * 1000, 'query': text, 'res_type': 'time_series', 'group_by': []}
    interval = next(s for s in (60, 300, 3600, 86400) if (end - start) / s <= 300 or s == 86400)
    try:
        _times, groups = store.evaluated(text, start, end, interval)
    except NoQuery:
        return 200, {**head, 'status': 'error', 'error': 'Error parsing query', 'series': []}
    series = list(_v1_series(text, groups, interval))
    return 200, {**head, 'status': 'ok', 'message': '', 'series': series}


def _v1_series(text: str, groups: Mapping[tuple[str, ...], Bins], interval: int) -> Iterator[dict[str, Any]]:
    for tags, bins in groups.items():
        yield {
            'metric': text.split(':')[1].split('{')[0],
            'expression': text,
            'scope': ','.join(tags) or '*',
            'tag_set': list(tags),
            'aggr': text.split(':')[0],
            'interval': interval,
            'length': len(bins),
            'start': min(bins) * 1000,
            'end': (max(bins) + interval) * 1000 - 1,
            'query_index': 0,
            'unit': [None, None],
            'pointlist': [[time * 1000.0, bins[time]] for time in sorted(bins)],
        }


def _active(store: MetricStore, _: str, query: Query, __: Any) -> Answer:
    since, scope = int(query['from'][0]), query.get('tag_filter', [''])[0]
    names = {s.metric for s in store.stored if s.has(scope) and any(time >= since for time, _ in s.points)}
    return 200, {'from': str(since), 'metrics': sorted(names)}


def _metadata(store: MetricStore, name: str, _: Query, __: Any) -> Answer:
    types = [s.type for s in store.stored if s.metric == name]
    if not types and name not in store.metadata:
        return None
    empty = {'description': '', 'short_name': '', 'integration': 'aws', 'statsd_interval': 0}
    return 200, {'type': types[0] if types else 'gauge', **empty, **store.metadata.get(name, {})}


def _all_tags(store: MetricStore, name: str, query: Query, _: Any) -> Answer:
    if not any(s.metric == name for s in store.stored):
        return None
    match, dropped = query.get('filter[match]', [''])[0], store.dropped.get(name, ())
    scope = query.get('filter[tags]', ['*'])[0]
    found = sorted({t for s in store.stored if s.metric == name and s.has(scope) for t in s.tags if match in t})
    attributes = {'tags': [t for t in found if t not in dropped], 'ingested_tags': [t for t in found if t in dropped]}
    return 200, {'data': {'id': name, 'type': 'metrics', 'attributes': attributes}}


def _active_configurations(store: MetricStore, name: str, _: Query, __: Any) -> Answer:
    aggregations = [{'space': 'avg', 'time': 'avg'}] if name in store.queried else []
    attributes = {'active_tags': [], 'active_aggregations': aggregations}
    return 200, {'data': {'id': name, 'type': 'actively_queried_configurations', 'attributes': attributes}}


def _monitors(store: MetricStore, _: str, query: Query, __: Any) -> Answer:
    if 'page' not in query:
        return 200, store.monitors
    size = int(query.get('page_size', ['100'])[0])
    first = int(query['page'][0]) * size
    return 200, store.monitors[first : first + size]


def _namespaces(store: MetricStore, _: str, __: Query, ___: Any) -> Answer:
    return 200, {
        'data': {'id': 'namespaces', 'type': 'namespaces', 'attributes': {'namespaces': list(store.namespaces)}}
    }


def _preview(store: MetricStore, name: str, _: Query, __: Any) -> Answer:
    if name not in store.preview:
        detail = {'status': '404', 'title': 'Not Found', 'detail': 'no such configuration'}
        return 404, {'errors': [detail]}
    attributes = {'namespaces': store.preview[name]}
    return 200, {'data': {'id': name, 'type': 'metric_name_filter_preview', 'attributes': attributes}}


def monitor(number: int, query: str, **fields: Any) -> dict[str, Any]:
    """As GET /api/v1/monitor lists one, with `evaluation_delay` not set."""
    options = {'evaluation_delay': None, 'thresholds': {'critical': 1.0}, 'include_tags': True}
    return {
        'id': number,
        'name': f'monitor {number}',
        'type': 'query alert',
        'query': query,
        'options': options,
        **fields,
    }


ADDRESSES: tuple[tuple[str, Callable[[MetricStore, str, Query, Any], Answer]], ...] = (
    ('/api/v2/query/timeseries', _timeseries),
    ('/api/v1/query', _v1_query),
    ('/api/v1/metrics', _active),
    ('/api/v1/metrics/(?P<name>[^/]+)', _metadata),
    ('/api/v2/metrics/(?P<name>[^/]+)/all-tags', _all_tags),
    ('/api/v2/metrics/(?P<name>[^/]+)/active-configurations', _active_configurations),
    ('/api/v1/monitor', _monitors),
    ('/api/v2/integration/aws/available_namespaces', _namespaces),
    ('/api/v2/integration/aws/accounts/(?P<name>[^/]+)/metric_name_filter_preview', _preview),
)
