"""A group of facts of the account scope, or why there is none."""

from collections.abc import Callable

from ..facts import NotObserved, Unobserved
from . import Group, attempt
from .aws.budget import BudgetExhausted
from .aws.denials import NotAnswered
from .datadog_api import NoAnswer
from .deadline import DeadlineExceeded


def answered(what: str, collect: Callable[[], Group]) -> Group | Unobserved:
    """Exceptions of ours say why in words that can be shown; of any other only the kind is told."""

    def told() -> Group | Unobserved:
        try:
            return collect()
        except (NotAnswered, NoAnswer, NotObserved, BudgetExhausted, DeadlineExceeded) as e:
            return Unobserved(str(e))

    return attempt(what, told)
