"""One run: what the operator lets it do, the time and the calls that it may use, and what becomes of what fails.

The deadline is passed down to every wait. What a collector could not look at is `Unobserved`, never a bad value, and a
defect in a collector costs only its own group of facts.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

from ..facts import MissingFact, Unobserved
from ..facts.values import ImdsEndpoint
from ..log import LOG

IMDS_ENDPOINT = ImdsEndpoint('http://169.254.169.254')


class Ec2(StrEnum):
    AUTO = 'auto'
    """Decide on evidence whether this is EC2."""
    ALWAYS = 'always'
    NEVER = 'never'


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """Durations and intervals are in seconds."""

    imds_endpoint: ImdsEndpoint = IMDS_ENDPOINT
    """'http://ADDRESS' or 'http://ADDRESS:PORT', an IPv6 address in brackets; validated before it comes here."""
    timeout: float = 1.0
    """Of one request to IMDS, to connect and to answer each."""
    deadline: float = 5.0
    """Of everything that one run collects."""
    max_backoff: float = 300.0
    imdsv1_probe_interval: float = 3600.0
    """Between two GETs without a token, which AWS counts as use of IMDSv1; 0 never asks."""
    path_probe_interval: float = 3600.0
    measure_hop_limit: bool = True
    ec2: Ec2 = Ec2.AUTO
    agent_expvar_port: int | None = None
    """None takes the port from the Agent's configuration."""


Group = TypeVar('Group')
OnDefect: TypeAlias = Callable[[str, Exception], None]
"""Called with what was being observed and what that raised: a defect in our code, to be logged."""


class NotCollected(Exception):
    """Something could not be collected. `str()` says why, in one clause that can be shown.

    It holds no secret, and nothing that was sent or received.
    """


class RequestFailed(NotCollected):
    """An HTTP request, to Datadog or to the Agent, has no usable answer."""


def log_defect(what: str, error: Exception) -> None:
    """The default, where the caller passes nothing else."""
    LOG.error('defect in observing %s, please report it', what, exc_info=error)


def attempt(what: str, collect: Callable[[], Group], on_defect: OnDefect = log_defect) -> Group | Unobserved:
    """Never raises. The text of an unexpected exception may hold what was read: only its kind is told."""
    try:
        return collect()
    except (NotCollected, MissingFact) as e:
        return Unobserved(str(e))
    except OSError as e:
        return Unobserved(f'{what} could not be observed: {type(e).__name__} ({e.strerror or "no errno"})')
    except Exception as e:  # noqa: BLE001  (a defect in one collector must not take the others with it)
        on_defect(what, e)
        return Unobserved(f'{what} could not be observed: {type(e).__name__}')


def or_why(read: Callable[[], Group]) -> Group | Unobserved:
    """What `read` gives, or why it gives nothing. A defect of ours passes, for `attempt` around the whole group."""
    try:
        return read()
    except NotCollected as e:
        return Unobserved(str(e))


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


class Share:
    """A part of the time and of the calls to AWS that are left in a run, for one feature: others come after it."""

    def __init__(self, what: str, deadline: Deadline, budget: CallBudget, part: float) -> None:
        self.deadline = Deadline(deadline.remaining() * part)
        self._what = what
        self._budget = budget
        self._calls = int(budget.left * part)
        self._until = budget.made + self._calls

    def why_over(self) -> str:
        """Why nothing more is asked in this run; '' while there is something left."""
        if self._budget.made >= self._until:
            return f'this run has made the {self._calls} calls to AWS that it may make for {self._what}'
        return '' if self.deadline.remaining() else f'the time that this run may take for {self._what} is over'
