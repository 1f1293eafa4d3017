"""A collector that is asked more often than it should collect."""

import time
from collections.abc import Callable
from dataclasses import replace

from ..facts import Facts


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
