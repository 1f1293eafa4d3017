"""The host: firmware, hypervisor, cloud-init, operating system name, container.

Reads local files and the environment only. Every file is optional, so that it works on Windows too, where most of
them do not exist.
"""

import os
import platform
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from ...facts import Dmi, Host, Unobserved, UtsNamespace
from ...facts.values import InstanceId
from .container import read_container
from .text_file import printable, read_value

__all__ = ['read_host']

ROOT = Path('/')
DMI = 'sys/devices/virtual/dmi/id'


def read_dmi(root: Path) -> Dmi | Unobserved:
    """Every field of `Dmi` is the file of the same name; one that may not be read counts as empty.

    Source: the Agent reads the same directory; arm64 and some container runtimes have none.
    """
    directory = root / DMI
    if not directory.is_dir():
        return Unobserved(f'there is no /{DMI}')
    return Dmi(**{field.name: read_value(directory / field.name) for field in fields(Dmi)})


def read_hypervisor_uuid(root: Path) -> str:
    return read_value(root / 'sys/hypervisor/uuid')


def read_cloud_init_instance_id(root: Path) -> InstanceId | None:
    return InstanceId.of(read_value(root / 'var/lib/cloud/data/instance-id'))


def read_cloud_init_platform(root: Path) -> str:
    return read_value(root / 'run/cloud-init/cloud-id')


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


def read_host(root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> Host:
    """`root` is where the file system starts. Never raises for a file that is absent, unreadable or malformed."""
    return Host(
        os_hostname=read_os_hostname(root),
        dmi=read_dmi(root),
        hypervisor_uuid=read_hypervisor_uuid(root),
        cloud_init_instance_id=read_cloud_init_instance_id(root),
        cloud_init_platform=read_cloud_init_platform(root),
        container=read_container(root, environ),
        uts_namespace=read_uts_namespace(root),
    )
