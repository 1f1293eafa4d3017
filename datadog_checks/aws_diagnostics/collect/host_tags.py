"""The tags of one source on one host, read, removed and added by way of the Datadog API.

GET, POST and DELETE /api/v1/tags/hosts/{host}?source=...: https://docs.datadoghq.com/api/latest/tags/. Every request
waits for the rate limit. What only reads is repeated when Datadog fails. A removal is repeated only after a look shows
that the tags are still there, and an addition of the same tags changes nothing.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from ..text import clean
from .bounded_http import NotAnswered
from .datadog_api import DatadogApi, NotFound, Permission, ServerFailed, list_of, object_of
from .foreign import whole_number
from .inventory import MOST_BYTES, MOST_ROWS, PATH
from .inventory_rows import AWS_TAGS, LONGEST_NAME, MOST_TEXTS, Row, row_of
from .pacing import Pace
from .run import Deadline, RequestFailed

MOST_PAGES = 100
"""With the hosts whose names, aliases or tags have one name in them: web-1 is in web-1000 too."""
ATTEMPTS = 4
"""Of a request that Datadog does not answer, or answers with a fault of its servers."""
BACKOFF = 1.0
"""Seconds before the second attempt; twice as long before each further one."""
LONGEST_WAIT = 3600.0
"""Seconds for which the rate limit may stop a request; Datadog's periods are of an hour at most."""
NO_ADDRESS = 'its name cannot be part of an address'

Answer = TypeVar('Answer')


class SeveralHosts(RequestFailed):
    """The tags of a host go by its name, and that does not tell which host it is."""


class Removed(Enum):
    REMOVED = 'removed'
    GONE = 'gone'
    """Datadog does not have the host any more."""
    STILL_THERE = 'still there'
    """Datadog took the request, and the host has the tags."""


class HostTags:
    """Of the source Amazon Web Services. Every method raises RequestFailed."""

    def __init__(self, api: DatadogApi, sleep: Callable[[float], None] = time.sleep) -> None:
        self._api = api
        self._sleep = sleep

    def row(self, name: str) -> Row | None:
        """Of the host list, as it is now; None where it has no host of exactly this name.

        Raises SeveralHosts, and RequestFailed also where the list of the hosts that match the name has no end.
        """
        rows = {row.key: row for row in self._rows_like(name) if row.name.lower() == name.lower()}
        if len(rows) > 1:
            raise SeveralHosts('several hosts have this name')
        found = next(iter(rows.values()), None)
        return found if found is not None and found.name == name else None

    def _rows_like(self, name: str) -> Iterator[Row]:
        """All of them: the tags of a host go by its name, and another page can have the same name again."""
        filtered, start = f'{PATH}&count={MOST_ROWS}&filter={_quoted(name)}', 0
        for _ in range(MOST_PAGES):
            answer = object_of(self._reading(partial(self._page, f'{filtered}&start={start}')))
            listed, total = list_of(answer.get('host_list')), whole_number(answer.get('total_matching'))
            yield from filter(None, map(row_of, listed))
            start += len(listed)
            if total is None or not listed or start >= total:
                break
        if total is None or start < total:
            raise RequestFailed(f'only {start} of the hosts with names like this one could be read')

    def _page(self, path: str) -> object:
        return self._api.get(path, with_keys=True, needs=Permission.HOSTS_READ, limit=MOST_BYTES)

    def of(self, name: str) -> tuple[str, ...] | None:
        """As Datadog has them; None where it does not have the host."""
        path = _path(name)
        try:
            answer = object_of(self._reading(lambda: self._api.get(path, with_keys=True, needs=Permission.HOSTS_READ)))
        except NotFound:
            return None
        tags, host = list_of(answer.get('tags')), answer.get('host', name)
        if not isinstance(host, str) or host.lower() != name.lower():
            raise RequestFailed('the answer is about another host than the one asked for')
        if len(tags) > MOST_TEXTS or not all(isinstance(tag, str) and 0 < len(tag) <= LONGEST_NAME for tag in tags):
            raise RequestFailed('the tags of the host do not have the documented shape')
        return tuple(str(tag) for tag in tags)

    def remove(self, name: str) -> Removed:
        """A removal that is not answered may have had its effect: only the tags themselves tell."""
        for attempt in range(ATTEMPTS):
            try:
                self._within_the_limit(lambda: self._api.delete(_path(name), needs=Permission.HOST_TAGS_WRITE))
            except NotFound:
                return Removed.GONE
            except (ServerFailed, NotAnswered):
                if attempt == ATTEMPTS - 1:
                    raise
            left = self.of(name)
            if not left:
                return Removed.GONE if left is None else Removed.REMOVED
            self._sleep(BACKOFF * 2**attempt)
        return Removed.STILL_THERE

    def add(self, name: str, tags: Sequence[str]) -> None:
        """Raises NotFound where Datadog does not have the host."""
        body = {'host': name, 'tags': list(tags)}
        self._reading(lambda: self._api.post(_path(name), body, needs=Permission.HOST_TAGS_WRITE))

    def _reading(self, request: Callable[[], Answer]) -> Answer:
        """Of what may be repeated."""
        for attempt in range(ATTEMPTS - 1):
            try:
                return self._within_the_limit(request)
            except (ServerFailed, NotAnswered):
                self._sleep(BACKOFF * 2**attempt)
        return self._within_the_limit(request)

    def _within_the_limit(self, request: Callable[[], Answer]) -> Answer:
        """A removal has no end of its own, so each request has one."""
        pace = Pace(self._api, Deadline(LONGEST_WAIT), self._sleep, attempts=ATTEMPTS)
        return pace.ask(lambda _: request())


def _path(name: str) -> str:
    """Raises RequestFailed for a name that would make it another path, however it is quoted."""
    if name in ('.', '..'):
        raise RequestFailed(NO_ADDRESS)
    return f'/api/v1/tags/hosts/{_quoted(name)}?source={quote(AWS_TAGS)}'


def _quoted(name: str) -> str:
    try:
        return quote(name, safe='')
    except UnicodeEncodeError:
        raise RequestFailed(NO_ADDRESS) from None


def same_tags(row: Row, tags: Sequence[str]) -> bool:
    """Whether they are the tags that the row has from AWS: more may be of all sources together, and what is missing
    could go with the others although it is in no backup, as that of a source that is spelled in two ways."""
    return {clean(tag, LONGEST_NAME) for tag in tags} == set(row.aws_tags)
