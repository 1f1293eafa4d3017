"""When to ask again.

Time that is given is in seconds since the epoch; a clock that was set back makes things due, never stops them.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from ..facts import Facts

Value = TypeVar('Value')


class Interval:
    """At most once in so many seconds; `seconds` is 0 for "never" where `zero_is_never`."""

    def __init__(self, seconds: float, zero_is_never: bool = False) -> None:
        self.never = zero_is_never and seconds == 0
        self._seconds = seconds
        self.last: float | None = None

    def due(self, now: float) -> bool:
        if self.never:
            return False
        return self.last is None or not self.last <= now < self.last + self._seconds

    def done(self, now: float) -> None:
        self.last = now


class Backoff:
    """After each further failure a pause twice as long as before, up to `most` seconds."""

    FIRST_SECONDS = 15.0
    """The Agent's own interval between two runs of a check."""

    def __init__(self, most: float) -> None:
        self._most = most
        self._pause = 0.0
        self._since = 0.0

    def waiting(self, now: float) -> bool:
        return self._since <= now < self._since + self._pause

    def failed(self, now: float) -> None:
        self._pause = min(self._most, max(self.FIRST_SECONDS, 2 * self._pause))
        self._since = now

    def succeeded(self) -> None:
        self._pause = 0.0


class Remeasuring:
    """When to measure again what seldom changes: every `seconds`, and at once when what is seen of it changes.

    An incomplete measurement is repeated with pauses that grow from 15 seconds to `seconds`.
    """

    def __init__(self, seconds: float) -> None:
        self._whole = Interval(seconds)
        self._retry = Backoff(seconds)
        self._seen: object = None
        self._complete = False

    def due(self, now: float, seen: object) -> bool:
        if seen != self._seen:
            return True
        return self._whole.due(now) if self._complete else not self._retry.waiting(now)

    def done(self, now: float, seen: object, complete: bool) -> None:
        self._seen, self._complete = seen, complete
        self._whole.done(now)
        if complete:
            self._retry.succeeded()
        else:
            self._retry.failed(now)


class Kept(Generic[Value]):
    """A value that seldom changes: read every `seconds`, and at once when what is seen of it changes. One that is not
    complete is not kept."""

    def __init__(self, seconds: float) -> None:
        self._interval = Interval(seconds)
        self._seen: object = None
        self._value: Value | None = None

    def get(
        self, now: float, seen: object, read: Callable[[], Value], complete: Callable[[Value], object] = lambda _: True
    ) -> Value:
        """Raises what `read` raises."""
        if self._value is not None and seen == self._seen and not self._interval.due(now):
            return self._value
        value = read()
        self._value, self._seen = value if complete(value) else None, seen
        self._interval.done(now)
        return value


class AtMostEvery:
    """Collects again `seconds` after the last time, and returns the last facts until then.

    The calls that those facts cost are counted once.
    """

    def __init__(self, seconds: float, collect: Callable[[], Facts]) -> None:
        self._seconds = seconds
        self._collect = collect
        self._last: Facts | None = None
        self._due_at = 0.0

    def collect(self) -> Facts:
        now = time.monotonic()
        if self._last is not None and now < self._due_at:
            return self._last
        self._due_at = now + self._seconds
        facts = self._collect()
        self._last = facts if facts.account is None else replace(facts, account=replace(facts.account, api_calls=0))
        return facts
