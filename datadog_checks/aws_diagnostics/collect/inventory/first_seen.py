"""Since when something is there, by one's own observation."""

from collections.abc import Hashable, Iterable


class FirstSeen:
    """Remembers from run to run. What one reading does not show is forgotten, if that reading was complete."""

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
