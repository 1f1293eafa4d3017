"""Which privileges the processes of a world have, and how they give them up."""

import os
import sys
from functools import cache
from pathlib import Path

from tests.simulator.lab import kernel

UNPRIVILEGED_ID = 65534


def enter_user_namespace(inner_id: int) -> None:
    """Become `inner_id` with every capability, valid for nothing but the namespaces created from here on.

    Raises OSError where the kernel, its settings or a security module do not allow user namespaces.
    """
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER)
    Path('/proc/self/setgroups').write_text('deny')
    Path('/proc/self/uid_map').write_text(f'{inner_id} {uid} 1')
    Path('/proc/self/gid_map').write_text(f'{inner_id} {gid} 1')


def drop_privileges() -> None:
    """Become user 65534 without capabilities, for good.

    Only root can become another user. Elsewhere, and where that user could not read Python or this repository, the
    number changes (by one more user namespace) and the owner of the files stays.
    """
    if _has_other_users() and _readable_by_everyone():
        os.setgroups([])
        os.setresgid(*[UNPRIVILEGED_ID] * 3)
        os.setresuid(*[UNPRIVILEGED_ID] * 3)
    else:
        enter_user_namespace(UNPRIVILEGED_ID)
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    # As after any exec; without it the process may not read its own /proc.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)


def _has_other_users() -> bool:
    """Whether user 65534 exists in this user namespace and this process may become it."""
    ranges = [[int(number) for number in line.split()] for line in Path('/proc/self/uid_map').read_text().splitlines()]
    return os.geteuid() == 0 and any(first <= UNPRIVILEGED_ID < first + count for first, _, count in ranges)


@cache
def _readable_by_everyone() -> bool:
    needed = (Path(__file__).resolve(), Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve())
    folders = {folder for path in needed for folder in path.parents}
    return all(folder.stat().st_mode & 0o001 for folder in folders)
