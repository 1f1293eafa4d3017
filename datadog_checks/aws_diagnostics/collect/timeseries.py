"""One query of POST /api/v2/query/timeseries, and the series of its answer.

https://docs.datadoghq.com/api/latest/metrics/#query-timeseries-data-across-multiple-products
"""

from collections.abc import Iterator, Sequence
from math import gcd

from ..facts.metrics import Grouped, Points, Series
from .datadog_api import OTHER_SHAPE, list_of, object_of
from .foreign import Json, finite, texts, whole_number
from .run import RequestFailed

QUERY = '/api/v2/query/timeseries'
NAME = 'a'
"""Of the only query of a request."""
MOST_SERIES = 1000
LONGEST_TAG = 400


def request_of(query: str, start: int, end: int, interval: int) -> object:
    """`start`, `end` and `interval` are in seconds; Datadog has them in milliseconds."""
    attributes = {
        'from': start * 1000,
        'to': end * 1000,
        'interval': interval * 1000,
        'queries': [{'data_source': 'metrics', 'query': query, 'name': NAME}],
        'formulas': [{'formula': NAME}],
    }
    return {'data': {'type': 'timeseries_request', 'attributes': attributes}}


def grouped(attributes: Json, start: int, end: int, interval: int) -> Iterator[Grouped]:
    """All series share the times, which may be sparse and in any order, and a null among their values is a gap.

    Raises RequestFailed for another shape, and for more than MOST_SERIES.
    """
    series, rows = list_of(attributes.get('series')), list_of(attributes.get('values'))
    times = [whole_number(time) for time in list_of(attributes.get('times'))]
    if len(series) != len(rows) or None in times:
        raise RequestFailed(OTHER_SHAPE)
    if len(series) > MOST_SERIES:
        raise RequestFailed(f'the query gives more than {MOST_SERIES} series: name more tags in its scope')
    seconds = [time // 1000 for time in times if time is not None]
    came_back = gcd(*(time - seconds[0] for time in seconds)) or interval
    for entry, row in zip(series, rows, strict=True):
        tags = tuple(texts(object_of(entry).get('group_tags'), 50, LONGEST_TAG))
        yield Grouped(tags, Series(came_back, _points(seconds, list_of(row), start, end)))


def _points(seconds: Sequence[int], row: Sequence[object], start: int, end: int) -> Points:
    if len(row) != len(seconds):
        raise RequestFailed(OTHER_SHAPE)
    values = ((time, finite(value)) for time, value in zip(seconds, row, strict=True) if start <= time < end)
    return tuple(sorted({time: value for time, value in values if value is not None}.items()))
