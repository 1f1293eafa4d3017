"""The user of this process, and that of the Agent."""

import os
from functools import cache

OF_THE_AGENT = 'dd-agent'
"""Of an Agent from a package, on Linux."""
ROOT, NOBODY = 0, 65534


def own_user() -> int | None:
    """None on Windows."""
    return os.geteuid() if hasattr(os, 'geteuid') else None


@cache
def user_of_the_agent() -> int | None:
    """None where there is no such user."""
    try:
        import pwd

        return pwd.getpwnam(OF_THE_AGENT).pw_uid
    except (ImportError, KeyError):
        return None


def is_of_this_user() -> bool:
    """The Agent of this host runs as the user of this process, as far as its packages tell: never as root there."""
    agent = user_of_the_agent()
    return own_user() != ROOT if agent is None else own_user() in (agent, None)
