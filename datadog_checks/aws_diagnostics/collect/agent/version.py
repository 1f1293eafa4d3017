"""The Agent's version."""

import re

Version = tuple[int, int, int]

VERSION = re.compile(r'(?:[0-9]+:)?v?([0-9]{1,3})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?(?:[-+~].*)?', re.DOTALL)


def parse_version(text: str) -> Version | None:
    """From what the Agent or its package says: '7.64.0-rc.3+git.1', '1:7.64.0-1'; a patch level left out counts as 0.

    None for anything else, and for the 0.0.0 that stands for the Agent outside of one.
    """
    match = VERSION.fullmatch(text.strip()[:100])
    if match is None:
        return None
    major, minor, patch = (int(part or 0) for part in match.groups())
    return (major, minor, patch) if major > 0 else None


def at_least(version: Version, minor: int) -> bool:
    """7.minor or later. Agent 6 is released with the minor versions of Agent 7 and the same settings."""
    return version[0] > 7 or (version[0] in (6, 7) and version[1] >= minor)
