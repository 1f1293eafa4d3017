"""The host list for a person who waits for all of it, and of its rows those that have tags from AWS."""

from collections.abc import Callable, Iterable, Iterator

from ..facts.account import TaggedHost
from .bounded_http import NotAnswered
from .datadog_api import ServerFailed
from .inventory import MOST_ROWS, Listing
from .inventory_rows import Row, row_of
from .run import DeadlineExceeded, RequestFailed

READINGS = 2
"""Of a list of which rows are missing."""


class WholeList:
    """The list for a person, who waits for all of it: each row once, and read once more where rows are missing.

    Datadog's list may move between two pages, so a row can be on both of them or on none, and no order is documented
    that keeps it still. One number or name of each host stays in memory.
    """

    def __init__(
        self, listing: Callable[[], Listing], told: Callable[[int, int], None] = lambda some, all: None
    ) -> None:
        """`told` is called now and then with how many of how many hosts came."""
        self._listing = listing
        self._told = told
        self._seen = set[int | str]()
        self.total = 0
        """Hosts that Datadog counts."""
        self.note = ''
        """Why not all of them came."""

    @property
    def looked_at(self) -> int:
        return len(self._seen)

    def rows(self) -> Iterator[Row]:
        """Raises RequestFailed or DeadlineExceeded where not even one page could be read."""
        for _ in range(READINGS):
            listing = self._listing()
            try:
                yield from self._new(listing)
            except (RequestFailed, DeadlineExceeded) as e:
                if not self._seen and not isinstance(e, ServerFailed | NotAnswered):
                    raise
                self.note = str(e)
                continue
            self.note = self._why_not_all(listing)
            if not self.note:
                return
        if not self.total:
            raise RequestFailed(self.note)

    def _new(self, listing: Listing) -> Iterator[Row]:
        for entry in listing.entries():
            row = row_of(entry)
            if row is not None and row.key not in self._seen:
                self._seen.add(row.key)
                if not self.looked_at % MOST_ROWS:
                    self._told(self.looked_at, listing.total)
                yield row
        self.total = listing.total

    def _why_not_all(self, listing: Listing) -> str:
        if self.looked_at >= listing.total:
            return ''
        return listing.note or 'Datadog returned fewer hosts than it counts'


def tagged_hosts(rows: Iterable[Row]) -> Iterator[TaggedHost]:
    """Those that the AWS integration does not report; `rows` is what `WholeList` reads, say."""
    return (tagged_host(row) for row in rows if row.aws_tags and row.has_agent and not row.aws_reports)


def tagged_host(row: Row) -> TaggedHost:
    return TaggedHost(
        row.number, row.name, row.instance_id, row.accounts, row.regions, len(row.aws_tags), row.agent_runs
    )
