"""How versions of the Agent compare."""

from typing import TypeAlias

Version: TypeAlias = tuple[int, int, int]


def at_least(version: Version, minor: int) -> bool:
    """7.minor or later. Agent 6 is released with the minor versions of Agent 7 and the same code: 6.N is 7.N."""
    return version[0] > 7 or (version[0] in (6, 7) and version[1] >= minor)
