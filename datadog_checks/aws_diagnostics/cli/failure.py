"""A run that ends before there is anything to judge."""

from .exit_status import ExitStatus


class Failure(Exception):
    """`str()` is one line for the person: which option or field, its value, what is allowed."""

    def __init__(self, message: str, status: ExitStatus) -> None:
        super().__init__(message)
        self.status = status
