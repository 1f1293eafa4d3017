"""Since when something is there: what this process saw, and in the Agent what it saw before a restart.

Its persistent cache keeps times under digests, so no name of a host is in it. One that cannot be read or written, or
is damaged, costs only what another process would have known.
"""

import json
from collections.abc import Hashable, Iterable
from hashlib import sha256
from operator import itemgetter

from .foreign import is_object, whole_number
from .memory import Memory, NoMemory, keep, recalled

WHAT = 'since when hosts are listed'
MOST_KEPT = 2000
"""Times, the oldest: they are the ones that decide, and so many are less than a memory takes."""
LONGEST_GAP = 86400.0
"""Seconds between two readings after which the earlier one says nothing about the time between: a cluster check comes
back to a runner that has not looked for days."""


class FirstSeen:
    """What one reading does not show is forgotten only if that reading was complete."""

    def __init__(self, memory: Memory | None = None, place: str = '') -> None:
        """`place` is the key in the memory."""
        self._memory = memory or NoMemory()
        self._place = place
        self._since: dict[str, float] = {}
        self._started: float | None = None

    def started(self, now: float) -> float:
        """When the first reading was."""
        if self._started is None:
            self._started, self._since = self._recalled(now)
        return self._started

    def saw(self, things: Iterable[Hashable], now: float, *, complete: bool) -> None:
        self.started(now)
        seen = {key: self._since.get(key, now) for key in map(_key, things)}
        self._since = seen if complete else {**self._since, **seen}
        keep(self._memory, self._place, self._written(now), WHAT)

    def since(self, thing: Hashable) -> float:
        return self._since[_key(thing)]

    def _written(self, now: float) -> str:
        kept = sorted(self._since.items(), key=itemgetter(1, 0))[:MOST_KEPT]
        times = {key: int(since) for key, since in kept}
        return json.dumps({'started': int(self.started(now)), 'last': int(now), 'since': times}, separators=(',', ':'))

    def _recalled(self, now: float) -> tuple[float, dict[str, float]]:
        kept = recalled(self._memory, self._place, WHAT)
        started, last, since = (kept.get(name) for name in ('started', 'last', 'since'))
        first, latest = whole_number(started), whole_number(last)
        if first is None or latest is None or not first <= latest <= now <= latest + LONGEST_GAP:
            return now, {}
        times = {key: whole_number(time) for key, time in since.items()} if is_object(since) else {}
        return float(first), {key: float(time) for key, time in times.items() if time and first <= time <= latest}


def _key(thing: Hashable) -> str:
    return sha256(json.dumps(thing).encode()).hexdigest()[:16]
