"""The rate limit of the Datadog API, kept within the time of a run."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from .datadog_api import DatadogApi, Throttled
from .run import Deadline, RequestFailed

JITTER = 0.25
"""Of a wait, added at random: many Agents that wait for the same reset would ask at once."""
NO_MORE = 'the rate limit of Datadog allows no more requests in this run'

Answer = TypeVar('Answer')


class Pace:
    """Asks when the rate limit allows it, and never beyond the deadline."""

    def __init__(
        self,
        api: DatadogApi,
        deadline: Deadline,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        attempts: int = 2,
    ) -> None:
        """`attempts`: how often a request is made that Datadog throttles."""
        self._api = api
        self._deadline = deadline
        self._sleep = sleep
        self._jitter = jitter
        self._attempts = attempts

    def ask(self, request: Callable[[float], Answer]) -> Answer:
        """What `request` gives, called with the seconds that are left; again where Datadog throttles it.

        Raises RequestFailed, and Throttled where the limit is not reset in time.
        """
        for _ in range(self._attempts - 1):
            self._rest()
            try:
                return request(self._left())
            except Throttled:
                continue
        self._rest()
        return request(self._left())

    def _rest(self) -> None:
        wait = self._api.wait * (1 + JITTER * self._jitter())
        if wait >= self._deadline.remaining() > 0:
            raise Throttled(NO_MORE)
        if wait:
            self._sleep(wait)
            self._api.wait = 0.0  # it is over, also where the next request is not answered

    def _left(self) -> float:
        if self._deadline.remaining() < 0.001:
            raise RequestFailed('the deadline of this run is over')
        return self._deadline.remaining()
