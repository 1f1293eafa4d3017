"""A group of facts of the account scope, or why there is none."""

from collections.abc import Callable

from ..facts import MissingFact, Unobserved
from . import Group, attempt
from .aws.budget import BudgetExhausted
from .aws.denials import CallFailed
from .deadline import DeadlineExceeded, RequestFailed


def collect_group(what: str, collect: Callable[[], Group]) -> Group | Unobserved:
    """Exceptions of ours say why in words that can be shown; of any other only the kind is told."""

    def told() -> Group | Unobserved:
        try:
            return collect()
        except (CallFailed, RequestFailed, MissingFact, BudgetExhausted, DeadlineExceeded) as e:
            return Unobserved(str(e))

    return attempt(what, told)
