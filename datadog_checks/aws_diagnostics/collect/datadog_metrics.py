"""What Datadog has of metrics: their values, types, tags and monitors, and how it names CloudWatch's.

Asking for the values of a metric keeps it on polls of ten minutes, also where nothing else queries it:
https://docs.datadoghq.com/integrations/guide/adaptive-cloudwatch-polling/
"""

from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

from ..facts.metrics import (
    Grouped,
    Metadata,
    MetricTags,
    MetricType,
    Monitor,
    Monitors,
    Previewed,
)
from ..facts.values import DatadogMetric, IntegrationId, MetricNamespace
from ..text import clean
from .datadog_api import DatadogApi, NotFound, Permission, list_of, object_of
from .foreign import Json, entry_of, is_object, texts, whole_number
from .pacing import Pace
from .run import Deadline, RequestFailed
from .timeseries import LONGEST_TAG, QUERY, grouped, request_of

MOST_BYTES = 4 << 20
"""Of one answer."""
MOST_SECONDS = 300.0
"""For all requests, where the caller has no deadline."""
MOST_TAGS = 10_000
MOST_NAMES = 100_000
MONITORS_OF_A_PAGE = 100
MOST_PAGES = 100
LONGEST_QUERY = 4000
DAYS_OF_ADAPTIVE_POLLING = 30
"""A metric that nothing queried for that long is polled hourly."""


class DatadogMetrics:
    """One for each run: all its requests end by the deadline, waits for the rate limit included.

    Every method raises RequestFailed; Throttled is one. No key is in its text.
    """

    def __init__(
        self, api: DatadogApi, deadline: Deadline | None = None, queried: dict[DatadogMetric, bool] | None = None
    ) -> None:
        """`queried` is shared by those of one run: what they know of the use of metrics before it."""
        self._api = api
        self._queried = {} if queried is None else queried
        self._pace = Pace(api, deadline or Deadline(MOST_SECONDS))

    def series(self, query: str, start: int, end: int, interval: int) -> tuple[Grouped, ...]:
        """The series of one query in [start, end), in seconds since the epoch, with `interval` seconds asked for.

        Datadog may take a longer interval; that of a series is the longest that fits all times of the answer, where it
        has two. No point is invented: null is a gap. Source: POST /api/v2/query/timeseries.
        """
        body = request_of(query, start, end, interval)
        answer = self._pace.ask(
            lambda left: self._api.post(QUERY, body, needs=Permission.TIMESERIES_QUERY, limit=MOST_BYTES, seconds=left)
        )
        return tuple(grouped(entry_of(entry_of(answer, 'data'), 'attributes'), start, end, interval))

    def metadata(self, metric: DatadogMetric) -> Metadata | None:
        """None where Datadog knows no such metric."""
        try:
            answer = object_of(self._get(f'/api/v1/metrics/{_in_path(metric)}'))
        except NotFound:
            return None
        words = [clean(value) if isinstance(value := answer.get(key), str) else '' for key in _METADATA]
        type_, unit, per_unit, integration = words
        kind = MetricType(type_) if type_ in set(MetricType) else MetricType.UNKNOWN
        return Metadata(kind, unit, per_unit, integration)

    def active(self, tags: Sequence[str], since: int) -> frozenset[str]:
        """Names of the metrics with values since then, in seconds since the epoch, that have all of these tags."""
        asked = {'from': since, **({'tag_filter': ' AND '.join(tags)} if tags else {})}
        listed = object_of(self._get(f'/api/v1/metrics?{urlencode(asked)}')).get('metrics')
        return frozenset(
            name for name in list_of(listed)[:MOST_NAMES] if DatadogMetric.of(name) and isinstance(name, str)
        )

    def tags(self, metric: DatadogMetric, match: str = '', scope: str = '') -> MetricTags:
        """Of the last four hours; only those that contain `match`, and only of series with the tag `scope`.

        No tags at all for a metric without values.
        """
        narrower = {name: value for name, value in (('filter[match]', match), ('filter[tags]', scope)) if value}
        asked = urlencode({'filter[include_tag_values]': 'true', **narrower})
        try:
            attributes = self._attributes(f'/api/v2/metrics/{_in_path(metric)}/all-tags?{asked}')
        except NotFound:
            return MetricTags(frozenset())
        found = [list_of(attributes.get(name, [])) for name in ('tags', 'ingested_tags')]
        kept = [texts(tags, MOST_TAGS, LONGEST_TAG) for tags in found]
        complete = all(len(tags) <= MOST_TAGS for tags in found)
        return MetricTags(frozenset(kept[0]), frozenset(kept[1]) - frozenset(kept[0]), complete)

    def queried(self, metric: DatadogMetric) -> bool:
        """Whether anybody queried it in the last 30 days, as Datadog had it when it was asked first. Our own queries
        count, too."""
        if metric not in self._queried:
            self._queried[metric] = self._is_queried(metric)
        return self._queried[metric]

    def _is_queried(self, metric: DatadogMetric) -> bool:
        window = urlencode({'window[seconds]': DAYS_OF_ADAPTIVE_POLLING * 86400})
        path = f'/api/v2/metrics/{_in_path(metric)}/active-configurations?{window}'
        try:
            attributes = self._attributes(path)
        except NotFound:
            return False
        return any(list_of(attributes.get(name, [])) for name in ('active_tags', 'active_aggregations'))

    def monitors(self) -> Monitors:
        """Page by page. `complete` is False where a page, or what one holds, could not be read."""
        found: dict[int, Monitor] = {}
        skipped = 0
        for page in range(MOST_PAGES):
            asked = urlencode({'page': page, 'page_size': MONITORS_OF_A_PAGE})
            try:
                listed = list_of(self._get(f'/api/v1/monitor?{asked}', Permission.MONITORS_READ))
            except RequestFailed:
                if not found:
                    raise
                break
            read = [monitor for monitor in map(_monitor, listed) if monitor]
            skipped += len(listed) - len(read)
            found.update((monitor.id, monitor) for monitor in read)
            if len(listed) < MONITORS_OF_A_PAGE:
                return Monitors(tuple(found.values()), complete=not skipped)
        return Monitors(tuple(found.values()), complete=False)

    def preview(self, config_id: IntegrationId) -> tuple[Previewed, ...] | None:
        """How Datadog names the metrics of the namespaces that it lists, which need not be all; None where it has no
        such configuration, or no such address: the operation is not stable."""
        path = f'/api/v2/integration/aws/accounts/{config_id}/metric_name_filter_preview'
        try:
            attributes = self._attributes(path, Permission.AWS_CONFIGURATION_READ)
        except NotFound:
            return None
        return tuple(p for entry in list_of(attributes.get('namespaces')) for p in _previewed(entry))

    def available_namespaces(self) -> frozenset[str]:
        """The namespaces of CloudWatch that Datadog can be told to collect or to leave out."""
        attributes = self._attributes('/api/v2/integration/aws/available_namespaces', Permission.AWS_CONFIGURATION_READ)
        return frozenset(texts(list_of(attributes.get('namespaces')), 5000, 255))

    def _get(self, path: str, needs: Permission = Permission.METRICS_READ) -> object:
        return self._pace.ask(
            lambda left: self._api.get(path, with_keys=True, needs=needs, limit=MOST_BYTES, seconds=left)
        )

    def _attributes(self, path: str, needs: Permission = Permission.METRICS_READ) -> Json:
        data = object_of(object_of(self._get(path, needs)).get('data'))
        return object_of(data.get('attributes'))


_METADATA = ('type', 'unit', 'per_unit', 'integration')


def _in_path(metric: DatadogMetric) -> str:
    return quote(metric, safe='')


def _monitor(entry: object) -> Monitor | None:
    """None for what has no id or query."""
    number, query = (whole_number(entry.get('id')), entry.get('query')) if is_object(entry) else (None, None)
    if not is_object(entry) or number is None or not isinstance(query, str) or len(query) > LONGEST_QUERY:
        return None
    delay = whole_number(entry_of(entry, 'options').get('evaluation_delay'))
    name, type_ = (clean(value, 255) if isinstance(value := entry.get(k), str) else '' for k in ('name', 'type'))
    return Monitor(number, name, type_, query, delay)


def _previewed(entry: object) -> Iterator[Previewed]:
    """What has another form is left out: it only means that the name is taken from elsewhere."""
    namespace = MetricNamespace.of(object_of(entry).get('namespace'))
    for metric in list_of(object_of(entry).get('metrics')):
        name = object_of(metric).get('cw_name')
        listed = [object_of(named) for named in list_of(object_of(metric).get('dd_names'))]
        pairs = ((DatadogMetric.of(named.get('name')), named.get('filtered') is True) for named in listed)
        names = tuple((name, filtered) for name, filtered in pairs if name)
        if namespace and isinstance(name, str) and 0 < len(name) <= 255 and name.isprintable():
            yield Previewed(namespace, name, names)
