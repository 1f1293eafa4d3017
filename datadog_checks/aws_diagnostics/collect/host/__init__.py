"""The host: firmware, hypervisor, cloud-init, operating system and its name, container, and the route to IMDS.

Reads local files and the environment only. Every file is optional, so that it works on Windows too, where most of
them do not exist.
"""

import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from ...facts import Container, Dmi, Host, OperatingSystem, Unobserved, UtsNamespace
from ...facts.values import InstanceId
from ...text import trimmed
from ..foreign import read_value
from ..schedule import Kept
from .container import read_container
from .route import read_route

__all__ = ['HostReader', 'read_route']

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
    return read_value(root / 'proc/sys/kernel/hostname') or trimmed(platform.node())


def read_uts_namespace(root: Path) -> UtsNamespace:
    """Whether the OS hostname is the machine's, by the rule that the Agent itself applies.

    The initial namespace has a fixed inode, so that no other process need be inspected (/proc/1 is closed to the
    Agent's user). Unknown where the kernel does not show the namespace, as on Windows and macOS.
    """
    inode = _namespace_inode(root / 'proc/self/ns/uts')
    if inode is None:
        return UtsNamespace.UNKNOWN
    return UtsNamespace.HOST if inode == INITIAL_UTS_NAMESPACE else UtsNamespace.OWN


def read_operating_system(platform_name: str = '') -> OperatingSystem:
    """By the names of Python's sys.platform, which is the default."""
    known = {'linux': OperatingSystem.LINUX, 'win32': OperatingSystem.WINDOWS, 'darwin': OperatingSystem.MACOS}
    return known.get(platform_name or sys.platform, OperatingSystem.OTHER)


def _namespace_inode(link: Path) -> int | None:
    """From a link like 'uts:[4026531838]'."""
    try:
        _, _, inode = str(link.readlink()).rpartition('[')
    except (OSError, NotImplementedError):  # NotImplementedError: Windows without symbolic links
        return None
    digits = inode.removesuffix(']')
    return int(digits) if digits.isdecimal() and len(digits) <= 20 else None


FIXED_SECONDS = 3600.0
"""What cannot change is read this often all the same: a read may have failed for want of a file descriptor."""


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What does not change while a process lives."""

    dmi: Dmi | Unobserved
    hypervisor_uuid: str
    container: Container
    uts_namespace: UtsNamespace


class HostReader:
    """`root` is where the file system starts; `sidecar` tells what makes the Agent one by its settings. Keep one for as
    long as the check instance lives."""

    def __init__(
        self,
        root: Path = ROOT,
        environ: Mapping[str, str] = os.environ,
        sidecar: Callable[[], Container | None] = lambda: None,
    ) -> None:
        self._root = root
        self._environ = environ
        self._sidecar = sidecar
        self._fixed = Kept[_Fixed](FIXED_SECONDS)
        self._cloud_init = Kept[tuple[InstanceId | None, str]](FIXED_SECONDS)

    def read(self, now: float) -> Host:
        """Never raises for a file that is absent, unreadable or malformed. `now`: seconds since the epoch.

        What changes while a host boots is read in every run: its name, and the files of cloud-init, which may start
        after the Agent, until they are there.
        """
        fixed = self._fixed.get(now, None, self._read_fixed)
        instance_id, cloud = self._cloud_init.get(now, None, self._read_cloud_init, complete=all)
        return Host(
            os_hostname=read_os_hostname(self._root),
            dmi=fixed.dmi,
            hypervisor_uuid=fixed.hypervisor_uuid,
            cloud_init_instance_id=instance_id,
            cloud_init_platform=cloud,
            container=fixed.container,
            uts_namespace=fixed.uts_namespace,
            operating_system=read_operating_system(),
        )

    def _read_fixed(self) -> _Fixed:
        return _Fixed(
            read_dmi(self._root),
            read_hypervisor_uuid(self._root),
            read_container(self._root, self._environ, self._sidecar()),
            read_uts_namespace(self._root),
        )

    def _read_cloud_init(self) -> tuple[InstanceId | None, str]:
        return read_cloud_init_instance_id(self._root), read_cloud_init_platform(self._root)
