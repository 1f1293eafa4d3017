"""The one logger of the product, whose lines hold no secret and nothing that a log cannot take.

Only this logger is filtered. Those of other libraries belong to the whole process and stay as the Agent set them.
"""

import logging
import traceback
from collections import deque

from .text import several_lines

LOG = logging.getLogger('datadog_checks.aws_diagnostics')
REDACTED = '********'
_lasting: set[str] = set()
_passing: deque[str] = deque(maxlen=100)


def keep_out_of_the_log(secret: str, *, passing: bool = False) -> None:
    """From here on no line of `LOG` holds this text. `passing`: it serves one run, as a token of IMDS does."""
    if secret and secret not in _lasting and secret not in _passing:
        (_passing.append if passing else _lasting.add)(secret)


class _Filter(logging.Filter):
    """Makes the whole line, traceback included, final here: what a handler would add later could not be looked at."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text = f'{text}\n{"".join(traceback.format_exception(record.exc_info[1])).rstrip()}'
        for secret in (*_lasting, *tuple(_passing)):
            text = text.replace(secret, REDACTED)
        record.msg, record.args, record.exc_info, record.exc_text = several_lines(text), (), None, None
        return True


LOG.addFilter(_Filter())
