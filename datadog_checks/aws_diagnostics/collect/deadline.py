"""One deadline for everything that a run collects, passed down to every wait."""

import time


class DeadlineExceeded(Exception):
    """There is no time left in this run."""


class RequestFailed(Exception):
    """An HTTP request has no usable answer. `str()` says why as one clause, without anything sent or received."""


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())

    def timeout(self, at_most: float) -> float:
        """How long one wait may last. Raises DeadlineExceeded when less than a millisecond is left."""
        left = min(at_most, self.remaining())
        if left < 0.001:
            raise DeadlineExceeded('the deadline of this run is over')
        return left

    def patience(self, seconds: float) -> float:
        """How long to wait for something whose absence is a result: `seconds`, or what is left of them.

        Raises DeadlineExceeded when less than half is left: nobody may conclude from so short a silence that no answer
        comes, so there is no use in asking.
        """
        left = self.timeout(seconds)
        if left < seconds / 2:
            raise DeadlineExceeded(f'only {left:.3f} s are left, too few to wait for an answer')
        return left
