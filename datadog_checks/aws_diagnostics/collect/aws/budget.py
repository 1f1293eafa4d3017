"""How many calls one run may make to AWS: every attempt counts, retries included."""

import threading

from ..deadline import Deadline


class BudgetExhausted(Exception):
    """The run has made all the calls that it may make. `str()` says how many, as one clause."""


class CallBudget:
    """Counts what is sent; may be shared by threads."""

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
                raise BudgetExhausted(f'the budget of {self._max_calls} calls to AWS in one run is used up')
            self._made += 1
