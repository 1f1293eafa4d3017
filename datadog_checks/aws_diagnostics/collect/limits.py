"""What one run may use: the time until its deadline, which is passed down to every wait, and calls to AWS."""

import threading
import time

from .attempt import NotCollected


class DeadlineExceeded(NotCollected):
    """There is no time left in this run."""


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
        """How long to wait for an answer whose absence is a result: `seconds`, or what is left of them.

        Raises DeadlineExceeded when less than half is left: silence that short would prove nothing.
        """
        left = self.timeout(seconds)
        if left < seconds / 2:
            raise DeadlineExceeded(f'only {left:.3f} s left, too short to wait for an answer')
        return left


class BudgetExhausted(NotCollected):
    """The run has made all the calls to AWS that it may make."""


class CallBudget:
    """How many calls one run may make to AWS: every attempt counts, retries included. May be shared by threads."""

    def __init__(self, max_calls: int, deadline: Deadline | None = None) -> None:
        self._max_calls = max_calls
        self._deadline = deadline
        self._lock = threading.Lock()
        self._made = 0

    @property
    def made(self) -> int:
        """Requests sent, those that failed included."""
        return self._made

    @property
    def left(self) -> int:
        return self._max_calls - self._made

    def spend(self) -> None:
        """Counts one request, which is about to be sent.

        Raises BudgetExhausted or DeadlineExceeded where it may not be sent any more; botocore retries neither.
        """
        if self._deadline is not None:
            self._deadline.timeout(1.0)
        with self._lock:
            if self._made >= self._max_calls:
                raise BudgetExhausted(
                    f'the budget of {self._max_calls} calls to AWS in one run is used up (max_api_calls)'
                )
            self._made += 1
