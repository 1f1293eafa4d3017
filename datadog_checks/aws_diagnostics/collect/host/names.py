"""The operating system's hostname and the namespace that it belongs to."""

import platform
from pathlib import Path

from ...facts import UtsNamespace
from .text_file import printable, read_value

INITIAL_UTS_NAMESPACE = 0xEFFFFFFE
"""The inode of the UTS namespace that every Linux kernel starts with (UTS_NS_INIT_INO in linux/nsfs.h)."""


def read_os_hostname(root: Path) -> str:
    return read_value(root / 'proc/sys/kernel/hostname') or printable(platform.node())


def read_uts_namespace(root: Path) -> UtsNamespace:
    """Whether the OS hostname is the machine's, by the rule that the Agent itself applies.

    The initial namespace has a fixed inode, so that no other process need be inspected (/proc/1 is closed to the
    Agent's user). Unknown where the kernel does not show the namespace, as on Windows and macOS.
    """
    inode = _namespace_inode(root / 'proc/self/ns/uts')
    if inode is None:
        return UtsNamespace.UNKNOWN
    return UtsNamespace.HOST if inode == INITIAL_UTS_NAMESPACE else UtsNamespace.OWN


def _namespace_inode(link: Path) -> int | None:
    """From a link like 'uts:[4026531838]'."""
    try:
        _, _, inode = str(link.readlink()).rpartition('[')
    except (OSError, NotImplementedError):  # NotImplementedError: Windows without symbolic links
        return None
    digits = inode.removesuffix(']')
    return int(digits) if digits.isdecimal() and len(digits) <= 20 else None
