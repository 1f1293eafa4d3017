"""The system calls that the standard library does not offer on Python 3.11, called by ctypes."""

import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MNT_DETACH = 2
MS_REC = 16384
MS_PRIVATE = 1 << 18

PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38

# System call numbers of asm-generic/unistd.h, the same on x86-64 and arm64.
_SYS_OPEN_TREE = 428
_SYS_MOVE_MOUNT = 429
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_OPEN_TREE_CLONE = 1
_MOVE_MOUNT_F_EMPTY_PATH = 4

_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, call: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{call}: {os.strerror(number)}')


def unshare(flags: int) -> None:
    """Leave the namespaces of these kinds for new ones. Raises OSError."""
    _check(_libc.unshare(flags), f'unshare({flags:#x})')


def setns(namespace: int, kind: int) -> None:
    """Join the namespace behind this file descriptor. Raises OSError."""
    _check(_libc.setns(namespace, kind), 'setns')


def mount(source: str, target: str, filesystem: str = '', flags: int = 0, options: str = '') -> None:
    """Mount as mount(2) does. Raises OSError."""
    arguments = (source.encode(), target.encode(), filesystem.encode(), ctypes.c_ulong(flags), options.encode())
    _check(_libc.mount(*arguments), f'mount {filesystem or source} on {target}')


def clone_tree(path: str) -> int:
    """A copy of what is mounted at a path and below, by a file descriptor, attached nowhere. Raises OSError."""
    flags = ctypes.c_uint(_OPEN_TREE_CLONE | _AT_RECURSIVE)
    tree = int(_libc.syscall(_SYS_OPEN_TREE, _AT_FDCWD, path.encode(), flags))
    _check(min(tree, 0), f'open_tree {path}')
    return tree


def attach_tree(tree: int, path: str) -> None:
    """Mount a copy on a folder. Raises OSError."""
    target = (_AT_FDCWD, path.encode(), _MOVE_MOUNT_F_EMPTY_PATH)
    _check(_libc.syscall(_SYS_MOVE_MOUNT, tree, b'', *target), f'move_mount to {path}')


def pivot_root(new_root: str, put_old: str) -> None:
    """Make another mount the root of every process in this mount namespace that has the old one. Raises OSError."""
    _check(_libc.pivot_root(new_root.encode(), put_old.encode()), f'pivot_root {new_root}')


def detach(path: str) -> None:
    """Take what is mounted at a path, and below, out of sight. Raises OSError."""
    _check(_libc.umount2(path.encode(), MNT_DETACH), f'umount {path}')


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process. Raises OSError."""
    _check(_libc.prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3), f'prctl({option})')


def drop_capabilities() -> None:
    """Give up every permitted, effective and inheritable capability. Raises OSError."""
    header = struct.pack('=Ii', _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), 'capset')
