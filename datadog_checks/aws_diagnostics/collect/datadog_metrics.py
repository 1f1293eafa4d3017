"""What Datadog has of metrics: the monitors that query them."""

from urllib.parse import urlencode

from ..facts.metrics import Monitor, Monitors
from ..text import clean
from .datadog_api import DatadogApi, Permission
from .foreign import entry_of, is_object, whole_number
from .integration import OTHER_SHAPE
from .run import Deadline, RequestFailed

MOST_BYTES = 4 << 20
"""Of one answer."""
MOST_SECONDS = 300.0
MONITORS_OF_A_PAGE = 100
MOST_PAGES = 100
LONGEST_QUERY = 4000


class DatadogMetrics:
    """One for each run. Every method raises RequestFailed."""

    def __init__(self, api: DatadogApi, deadline: Deadline | None = None) -> None:
        self._api = api
        self._deadline = deadline or Deadline(MOST_SECONDS)

    def monitors(self) -> Monitors:
        """Page by page. `complete` is False where a page, or what one holds, could not be read."""
        found: dict[int, Monitor] = {}
        skipped = 0
        for page in range(MOST_PAGES):
            asked = urlencode({'page': page, 'page_size': MONITORS_OF_A_PAGE})
            try:
                self._deadline.timeout(1.0)
                listed = self._api.get(
                    f'/api/v1/monitor?{asked}', with_keys=True, needs=Permission.MONITORS_READ, limit=MOST_BYTES
                )
                if not isinstance(listed, list):
                    raise RequestFailed(OTHER_SHAPE)
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


def _monitor(entry: object) -> Monitor | None:
    """None for what has no id or query."""
    number, query = (whole_number(entry.get('id')), entry.get('query')) if is_object(entry) else (None, None)
    if not is_object(entry) or number is None or not isinstance(query, str) or len(query) > LONGEST_QUERY:
        return None
    delay = whole_number(entry_of(entry, 'options').get('evaluation_delay'))
    name, type_ = (clean(value, 255) if isinstance(value := entry.get(k), str) else '' for k in ('name', 'type'))
    return Monitor(number, name, type_, query, delay)
