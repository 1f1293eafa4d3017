"""GET /api/v1/hosts, page by page: bounded requests and bytes, one page in memory, within Datadog's rate limit.

The metadata of the hosts is not asked for: nothing in it is used, and it is several KiB of each row.
"""

from collections.abc import Callable, Iterator
from time import sleep

from ..datadog_api import DatadogApi, Permission, Throttled, TooLarge
from ..deadline import Deadline, DeadlineExceeded, RequestFailed
from ..integration import OTHER_SHAPE
from ..json_object import is_object, whole_number

PATH = '/api/v1/hosts?include_hosts_metadata=false&include_muted_hosts_data=false'
MOST_ROWS = 1000
"""Of one page, as many as Datadog allows; fewer where an answer gets too large."""
LEAST_ROWS = 50
MOST_REQUESTS = 200
MOST_BYTES = 4 << 20
"""Of one page."""


class Listing:
    """One reading of the list. `ask` returns an API with the time that is left, or raises DeadlineExceeded."""

    def __init__(self, ask: Callable[[], DatadogApi], deadline: Deadline) -> None:
        self._ask = ask
        self._deadline = deadline
        self._rows = MOST_ROWS
        self._wait = 0.0
        self.looked_at = 0
        self.total = 0
        self.note = ''
        """Why the list was not read to its end."""

    def entries(self) -> Iterator[object]:
        """Raises RequestFailed or DeadlineExceeded where not even one page could be read."""
        for _ in range(MOST_REQUESTS):
            page = self._next()
            if page is None:
                continue
            yield from page
            self.looked_at += len(page)
            if self.note or not page or self.looked_at >= self.total:
                self.note = self.note or self._missing()
                return
        self.note = f'one run asks for no more than {MOST_REQUESTS} pages'

    def _missing(self) -> str:
        return 'Datadog showed no more of it' if self.looked_at < self.total else ''

    def _next(self) -> list[object] | None:
        """None: ask for the same again."""
        try:
            return self._page()
        except TooLarge as e:
            if self._rows <= LEAST_ROWS:
                return self._ended(e)
            self._rows = max(LEAST_ROWS, self._rows // 4)
        except Throttled as e:
            if self._wait >= self._deadline.remaining():
                return self._ended(e)
        except (RequestFailed, DeadlineExceeded) as e:
            return self._ended(e)
        return None

    def _ended(self, error: Exception) -> list[object]:
        """Pages that were read before count."""
        if not self.looked_at:
            raise error
        self.note = str(error)
        return []

    def _page(self) -> list[object]:
        """Raises RequestFailed, DeadlineExceeded."""
        self._rest()
        api = self._ask()
        try:
            path = f'{PATH}&start={self.looked_at}&count={self._rows}'
            return self._read(api.get(path, with_keys=True, needs=Permission.HOSTS_READ, limit=MOST_BYTES))
        finally:
            self._wait = api.wait

    def _rest(self) -> None:
        if self._wait >= self._deadline.remaining() > 0:
            raise RequestFailed('the rate limit of Datadog allows no more requests in this run')
        sleep(self._wait)

    def _read(self, answer: object) -> list[object]:
        rows = answer.get('host_list') if is_object(answer) else None
        total = whole_number(answer.get('total_matching')) if is_object(answer) else None
        if not isinstance(rows, list) or total is None:
            raise RequestFailed(OTHER_SHAPE)
        self.total = total
        return rows
