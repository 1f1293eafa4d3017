"""Datadog's host list: read it page by page, keep what can be wrong, and remember since when it is there.

Requests and bytes are bounded, one page is in memory, and Datadog's rate limit is kept. The metadata of the hosts is
not asked for: nothing in it is used, and it is several KiB of each row.
"""

from collections.abc import Callable, Iterator
from time import sleep

from ..facts.account import DuplicatedHost, Inventory, TaggedHosts
from ..facts.values import InstanceId
from .bounded_http import TooLarge
from .datadog_api import OTHER_SHAPE, DatadogApi, Permission, Throttled
from .first_seen import FirstSeen
from .foreign import is_object, whole_number
from .inventory_rows import Place, row_of
from .memory import Memory
from .run import Deadline, DeadlineExceeded, RequestFailed
from .suspects import Suspects

PATH = '/api/v1/hosts?include_hosts_metadata=false&include_muted_hosts_data=false'
MOST_ROWS = 1000
"""Of one page, as many as Datadog allows; fewer where an answer gets too large."""
LEAST_ROWS = 50
MOST_REQUESTS = 200
MOST_BYTES = 4 << 20
"""Of one page."""
MOST_DUPLICATED = 1000


class Listing:
    """One reading of the list. `ask` returns an API with the time that is left, or raises DeadlineExceeded."""

    def __init__(self, ask: Callable[[], DatadogApi], deadline: Deadline, most_requests: int = MOST_REQUESTS) -> None:
        self._ask = ask
        self._deadline = deadline
        self._most_requests = most_requests
        self._rows = MOST_ROWS
        self._wait = 0.0
        self.looked_at = 0
        self.total = 0
        self.note = ''
        """Why the list was not read to its end."""

    def entries(self) -> Iterator[object]:
        """Raises RequestFailed or DeadlineExceeded where not even one page could be read."""
        for _ in range(self._most_requests):
            page = self._next()
            if page is None:
                continue
            yield from page
            self.looked_at += len(page)
            if self.note or not page or self.looked_at >= self.total:
                self.note = self.note or self._missing()
                return
        self.note = f'one run reads no more than {self._most_requests} pages'

    def _missing(self) -> str:
        return 'Datadog returned fewer hosts than it counts' if self.looked_at < self.total else ''

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


class HostList:
    """One for each account instance: it remembers what it saw, in `memory` also when the process has ended."""

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory = memory
        self._seen: FirstSeen | None = None

    def read(self, ask: Callable[[], DatadogApi], account_id: str, deadline: Deadline, now: float) -> Inventory:
        """Without `recorded`, which integration.py reads. `now` is in seconds since the epoch.

        Raises RequestFailed, DeadlineExceeded.
        """
        listing, suspects = Listing(ask, deadline), Suspects(account_id)
        for entry in listing.entries():
            row = row_of(entry)
            if row is not None:
                suspects.add(row)
        pairs, seen = tuple(suspects.pairs()), self._seen or FirstSeen(self._memory, f'hosts_{account_id}')
        self._seen = seen
        seen.saw((*((id, *names) for id, names in pairs), *suspects.groups), now, complete=not listing.note)
        return Inventory(
            listing.looked_at,
            listing.total,
            seen.started(now),
            _duplicated(pairs, seen),
            _tagged(suspects, seen),
            note=listing.note,
            unmatched=suspects.unmatched(),
        )


def _duplicated(pairs: tuple[tuple[InstanceId, tuple[str, ...]], ...], seen: FirstSeen) -> tuple[DuplicatedHost, ...]:
    found = (DuplicatedHost(id, names[0], seen.since((id, *names)), *names[1:]) for id, names in pairs)
    return tuple(sorted(found, key=lambda host: (host.since, host.instance_id))[:MOST_DUPLICATED])


def _tagged(suspects: Suspects, seen: FirstSeen) -> tuple[TaggedHosts, ...]:
    return tuple(
        TaggedHosts(*place, group.hosts, tuple(group.names), seen.since(place))
        for place, group in sorted(suspects.groups.items(), key=lambda item: _order(item[0]))
    )


def _order(place: Place) -> tuple[str, ...]:
    return tuple(name or '' for name in place)
