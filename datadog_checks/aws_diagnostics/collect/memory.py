"""What outlives the process: in the Agent its persistent cache.

One that cannot be read or written, or holds something damaged, costs only what another process would have known.
"""

from typing import Protocol

from ..log import LOG
from .foreign import Json, is_object, parsed

LONGEST = 64 * 1024
"""Characters of what is kept under one key."""


class Memory(Protocol):
    """The Agent's persistent cache has these two; both may raise whatever the Agent makes of an error."""

    def recall(self, key: str) -> str:
        """'' where nothing is kept."""

    def remember(self, key: str, value: str) -> None: ...


class NoMemory:
    """Outside an Agent nothing outlives the process."""

    def recall(self, key: str) -> str:
        return ''

    def remember(self, key: str, value: str) -> None:
        """Forgets it."""


def recalled(memory: Memory, key: str, what: str) -> Json:
    """The JSON object that is kept; {} where there is none. `what` is for the log. Never raises."""
    try:
        text = memory.recall(key) or ''
    except Exception as e:  # noqa: BLE001  (the Agent raises whatever its code makes of an error)
        LOG.debug('%s could not be read: %s', what, type(e).__name__)
        return {}
    try:
        document = parsed(text) if 0 < len(text) <= LONGEST else {}
    except ValueError:
        return {}
    return document if is_object(document) else {}


def keep(memory: Memory, key: str, text: str, what: str) -> None:
    """Never raises."""
    try:
        memory.remember(key, text)
    except Exception as e:  # noqa: BLE001
        LOG.debug('%s could not be kept: %s', what, type(e).__name__)
