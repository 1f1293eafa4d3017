"""The host list as facts: read it, keep what can be wrong, and remember since when it is there."""

from collections.abc import Callable, Hashable, Iterable

from ...facts.account import DuplicatedHost, Inventory, Recorded, TaggedHosts
from ...facts.values import AccountId, InstanceId
from ..datadog_api import DatadogApi
from ..deadline import Deadline, RequestFailed
from ..group import collect_group
from ..integration import (
    OTHER_SHAPE,
    collects_resources,
    metrics_enabled_on_record,
    namespace_filters_on_record,
    regions_on_record,
)
from ..json_object import Json, entry_of, is_object
from .listing import Listing
from .rows import Place, Suspects, row_of

MOST_DUPLICATED = 1000
RECORD_PATH = '/api/v2/integration/aws/accounts'
MOST_BYTES_OF_RECORD = 4 << 20
"""An account is two or three KiB."""


class FirstSeen:
    """Since when something is there, as far as this process saw it.

    What one reading does not show is forgotten only if that reading was complete.
    """

    def __init__(self) -> None:
        self._since: dict[Hashable, float] = {}
        self._started: float | None = None

    def started(self, now: float) -> float:
        """When the first reading was."""
        if self._started is None:
            self._started = now
        return self._started

    def saw(self, things: Iterable[Hashable], now: float, *, complete: bool) -> None:
        seen = {thing: self._since.get(thing, now) for thing in things}
        self._since = seen if complete else {**self._since, **seen}

    def since(self, thing: Hashable) -> float:
        return self._since[thing]


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

    def _duplicated(self, pairs: tuple[tuple[InstanceId, str], ...]) -> tuple[DuplicatedHost, ...]:
        found = (DuplicatedHost(id, name, self._seen.since((id, name))) for id, name in pairs)
        return tuple(sorted(found, key=lambda host: (host.since, host.instance_id))[:MOST_DUPLICATED])

    def _tagged(self, suspects: Suspects) -> tuple[TaggedHosts, ...]:
        return tuple(
            TaggedHosts(*place, group.hosts, tuple(group.names), self._seen.since(place))
            for place, group in sorted(suspects.groups.items(), key=lambda item: _order(item[0]))
        )


def _order(place: Place) -> tuple[str, ...]:
    return tuple(name or '' for name in place)


def read_recorded(api: DatadogApi) -> tuple[Recorded, ...]:
    """All AWS accounts that Datadog has an integration with: GET with both keys. Raises RequestFailed."""
    answer = api.get(RECORD_PATH, with_keys=True, limit=MOST_BYTES_OF_RECORD)
    entries = answer.get('data') if is_object(answer) else None
    if not isinstance(entries, list):
        raise RequestFailed(OTHER_SHAPE)
    return tuple(_recorded(entry_of(entry, 'attributes')) for entry in entries)


def _recorded(attributes: Json) -> Recorded:
    """An entry that cannot be read could be the one that collects, so it spoils the whole. Raises RequestFailed."""
    account_id = AccountId.of(attributes.get('aws_account_id'))
    if account_id is None:
        raise RequestFailed(OTHER_SHAPE)
    return Recorded(
        account_id,
        regions_on_record(attributes),
        metrics_enabled_on_record(attributes),
        namespace_filters_on_record(attributes),
        collects_resources(attributes),
    )
