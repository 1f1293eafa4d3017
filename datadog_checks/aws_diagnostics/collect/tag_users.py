"""Monitors, dashboards and downtimes that go by tags which hosts are about to lose, by way of the Datadog API.

GET /api/v1/monitor/search, /api/v1/dashboard, /api/v1/dashboard/{id} and /api/v2/downtime. Datadog's own dashboards are
not listed.
"""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, urlencode

from ..facts.account.tag_users import TagUser, TagUsers, Users
from ..rules.tag_users import LostTags, Told, of_dashboard, of_downtime, of_monitor
from ..text import clean
from .datadog_api import DatadogApi, NotFound, Permission, Throttled, list_of, object_of
from .foreign import Json, entry_of, is_object
from .pacing import Pace
from .run import Deadline, RequestFailed, attempt

MOST_SECONDS = 600.0
"""For everything, also where the caller has more time."""
MOST_BYTES = 8 << 20
"""Of one answer."""
OF_A_PAGE = 100
MOST_PAGES = 500
MOST_DASHBOARDS = 1000
"""Of which the definition is read: those that were changed last."""
MOST_FAILURES = 5
"""One after the other, of dashboards."""
MOST_SHOWN = 50
LONGEST = 255
LONGEST_QUERY = 64_000
PRESENT = ('active', 'scheduled')
"""Of the status of a downtime."""

Judged = tuple[str, str, Told | None]
"""Id, title, and what it goes by: None where it could not be read."""


def tag_users(api: DatadogApi, lost: Mapping[str, int], deadline: Deadline) -> TagUsers:
    """Monitors first, then downtimes, then dashboards, with one request for each of these. Never raises.

    `lost`: tags that hosts lose, each with the number of hosts, without those that a host has from another source too.
    """
    asked = _Asked(api, LostTags(lost), Deadline(min(MOST_SECONDS, deadline.remaining())))
    monitors = attempt('monitors', lambda: _users(asked.monitors()))
    downtimes = attempt('downtimes', lambda: _users(asked.downtimes()))
    dashboards = attempt('dashboards', lambda: _users(asked.dashboards(), MOST_DASHBOARDS))
    return TagUsers(monitors, dashboards, downtimes)


def _users(judged: Iterator[Judged], most: int | None = None) -> Users:
    """Raises RequestFailed where none could be looked at."""
    found: list[TagUser] = []
    looked_at, not_told, note = 0, 0, ''
    try:
        for number, (id, title, told) in enumerate(judged):
            if number == most:
                note = f'only the {most} that were changed last are looked at'
                break
            looked_at += told is not None
            not_told += told is None or not told.certain
            if told and told.uses:
                found.append(TagUser(id, title, told.uses))
    except RequestFailed as e:
        if not looked_at:
            raise
        note = str(e)
    found.sort(key=lambda user: -user.uses[0].hosts)
    return Users(tuple(found[:MOST_SHOWN]), len(found), looked_at, not_told, note)


class _Asked:
    """Every method raises RequestFailed."""

    def __init__(self, api: DatadogApi, lost: LostTags, deadline: Deadline) -> None:
        self._api = api
        self._pace = Pace(api, deadline)
        self._lost = lost

    def monitors(self) -> Iterator[Judged]:
        def page(start: int) -> object:
            page = {'query': '', 'page': start // OF_A_PAGE, 'per_page': OF_A_PAGE, 'sort': 'name,asc'}
            answer = self._get(f'/api/v1/monitor/search?{urlencode(page)}', Permission.MONITORS_READ)
            return object_of(answer).get('monitors')

        for id, monitor in self._each(page):
            type, query = monitor.get('type'), monitor.get('query')
            read = isinstance(type, str) and isinstance(query, str) and len(query) <= LONGEST_QUERY
            told = of_monitor(str(type), str(query), self._lost) if read else None
            yield id, _text(monitor.get('name')), told

    def downtimes(self) -> Iterator[Judged]:
        def page(start: int) -> object:
            page = urlencode({'page[offset]': start, 'page[limit]': OF_A_PAGE})
            return object_of(self._get(f'/api/v2/downtime?{page}', Permission.MONITORS_DOWNTIME)).get('data')

        for id, downtime in self._each(page):
            attributes = entry_of(downtime, 'attributes')
            if attributes.get('status', PRESENT[0]) in PRESENT:
                scope = attributes.get('scope')
                read = isinstance(scope, str) and len(scope) <= LONGEST_QUERY
                yield id, _text(scope), of_downtime(str(scope), self._lost) if read else None

    def dashboards(self) -> Iterator[Judged]:
        def page(start: int) -> object:
            page = urlencode({'start': start, 'count': OF_A_PAGE})
            return object_of(self._get(f'/api/v1/dashboard?{page}', Permission.DASHBOARDS_READ)).get('dashboards')

        newest = sorted(self._each(page), key=lambda entry: _text(entry[1].get('modified_at')), reverse=True)
        failures = 0
        for id, summary in newest:
            try:
                definition = self._get(f'/api/v1/dashboard/{quote(id, safe="")}', Permission.DASHBOARDS_READ)
                told = of_dashboard(object_of(definition), self._lost)
            except NotFound:  # it was deleted meanwhile
                continue
            except RequestFailed as e:
                failures += 1
                if failures == MOST_FAILURES or isinstance(e, Throttled):
                    raise
                told = None
            failures = 0 if told else failures
            yield id, _text(summary.get('title')), told

    def _each(self, page: Callable[[int], object]) -> Iterator[tuple[str, Json]]:
        """Ids and entries, each once. The last page is not full, or has nothing new where Datadog does not page."""
        seen = set[str]()
        for number in range(MOST_PAGES):
            listed = list_of(page(number * OF_A_PAGE))
            new = {id: entry for entry in listed if is_object(entry) and (id := _id(entry)) not in seen}
            seen.update(new)
            yield from new.items()
            if len(listed) != OF_A_PAGE or not new:
                return
        raise RequestFailed(f'only the first {MOST_PAGES * OF_A_PAGE} are looked at')

    def _get(self, path: str, needs: Permission) -> object:
        return self._pace.ask(
            lambda left: self._api.get(path, with_keys=True, needs=needs, limit=MOST_BYTES, seconds=left)
        )


def _id(entry: Json) -> str:
    """Datadog's ids are numbers or texts."""
    value = entry.get('id')
    return _text(str(value) if isinstance(value, int) else value)


def _text(value: object) -> str:
    return clean(value, LONGEST) if isinstance(value, str) else ''
