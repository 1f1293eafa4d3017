"""A group of facts, or why there is none: the one place that turns exceptions into `Unobserved`.

What a collector could not look at is never a bad value, and a defect in a collector costs only its own group.
"""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from ..facts import MissingFact, Unobserved
from ..log import LOG

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
