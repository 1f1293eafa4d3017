"""The host list as facts: read it, keep what can be wrong, and remember since when it is there."""

from collections.abc import Callable

from ...facts.account import DuplicatedHost, Inventory, TaggedHosts
from ..datadog_api import DatadogApi
from ..deadline import Deadline
from ..group import collect_group
from .first_seen import FirstSeen
from .listing import Listing
from .recorded import read_recorded
from .row import row_of
from .suspects import Suspects

MOST_DUPLICATED = 1000


class HostList:
    """One for each account instance: it remembers what it saw."""

    def __init__(self) -> None:
        self._seen = FirstSeen()

    def read(self, ask: Callable[[], DatadogApi], account_id: str, deadline: Deadline, now: float) -> Inventory:
        """`now` is in seconds since the epoch. Raises RequestFailed, DeadlineExceeded."""
        listing, suspects = Listing(ask, deadline), Suspects(account_id)
        for entry in listing.entries():
            row = row_of(entry)
            if row is not None:
                suspects.add(row)
        pairs = tuple(suspects.pairs())
        self._seen.saw((*pairs, *suspects.groups), now, complete=not listing.note)
        return Inventory(
            listing.looked_at,
            listing.total,
            self._seen.started(now),
            self._duplicated(pairs),
            self._tagged(suspects),
            collect_group('the integrations on record', lambda: read_recorded(ask())),
            listing.note,
        )

    def _duplicated(self, pairs: tuple[tuple[str, str], ...]) -> tuple[DuplicatedHost, ...]:
        found = (DuplicatedHost(id, name, self._seen.since((id, name))) for id, name in pairs)
        return tuple(sorted(found, key=lambda host: (host.since, host.instance_id))[:MOST_DUPLICATED])

    def _tagged(self, suspects: Suspects) -> tuple[TaggedHosts, ...]:
        return tuple(
            TaggedHosts(*key, group.hosts, tuple(group.names), self._seen.since(key))
            for key, group in sorted(suspects.groups.items())
        )
