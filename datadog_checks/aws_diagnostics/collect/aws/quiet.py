"""What botocore logs of our own calls at DEBUG is dropped: whole requests and answers, with external ids and tokens.

No level of any logger is changed. A filter looks at who is logging, so another check that uses botocore logs as before,
also in the same thread and at the same time in another one.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_OURS: ContextVar[bool] = ContextVar('this thread makes a call of this check', default=False)


def _keeps(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG or not _OURS.get()


@contextmanager
def quiet() -> Iterator[None]:
    """For everything that botocore does within, in this thread."""
    _filter_loggers()
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
        _filter_loggers()


def _filter_loggers() -> None:
    """Those that exist by now: botocore imports some of its modules when it needs them.

    A filter applies to its own logger only, not to those below it, and adding it again does nothing.
    """
    for name, logger in tuple(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.partition('.')[0] == 'botocore':
            logger.addFilter(_keeps)
