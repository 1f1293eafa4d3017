"""How long to wait for something whose absence is a result."""

from ..deadline import Deadline, DeadlineExceeded


def patience(deadline: Deadline, seconds: float) -> float:
    """`seconds`, or what the deadline leaves of them.

    Raises DeadlineExceeded when it leaves less than half: nobody may conclude from so short a silence that no answer
    comes, so there is no use in asking.
    """
    left = deadline.timeout(seconds)
    if left < seconds / 2:
        raise DeadlineExceeded(f'only {left:.3f} s are left, too few to wait for an answer')
    return left
