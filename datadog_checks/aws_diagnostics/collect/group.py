"""A group of facts of the account scope, or why there is none."""

from collections.abc import Callable

from ..facts import MissingFact, Unobserved
from . import Group, OnDefect, attempt, ignore
from .aws.budget import BudgetExhausted
from .aws.denials import CallFailed
from .deadline import DeadlineExceeded, RequestFailed


def collect_group(what: str, collect: Callable[[], Group], on_defect: OnDefect = ignore) -> Group | Unobserved:
    """Exceptions of ours say why in words that can be shown. Of any other only the kind is told, and it is a defect."""

    def told() -> Group | Unobserved:
        try:
            return collect()
        except (CallFailed, RequestFailed, MissingFact, BudgetExhausted, DeadlineExceeded) as e:
            return Unobserved(str(e))

    return attempt(what, told, on_defect)
