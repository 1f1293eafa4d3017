"""Traces of a container runtime in /proc: control groups, and what is mounted where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .text_file import LARGE, printable, read_or_empty

MOUNTED_BY_RUNTIMES = ('/etc/hosts', '/etc/hostname', '/etc/resolv.conf')
"""Files that runtimes mount from a directory of their own, which tells them apart also where a private cgroup
namespace hides the cgroup path. Only these: a host's mount table lists the mounts of every container on it."""
LONGEST_EVIDENCE = 160


@dataclass(frozen=True, slots=True)
class Marks:
    cgroups: tuple[str, ...]
    """Cgroup paths of this process and of process 1, without repetition."""
    sources: tuple[str, ...]
    """Where the files of MOUNTED_BY_RUNTIMES come from."""
    root_mount: str
    """The line of / in the mount table; '' where it cannot be read."""

    def seen(self, cgroup: re.Pattern[str], mount: re.Pattern[str]) -> Iterator[str]:
        """What matches, as evidence."""
        for path in self.cgroups:
            if cgroup.search(path):
                yield f'the cgroup is {quoted(path)}'
        for source in self.sources:
            if mount.search(source):
                yield f'/etc/{source.rpartition("/")[2].removeprefix("etc-")} comes from {quoted(source)}'


def quoted(path: str) -> str:
    return repr(printable(path, LONGEST_EVIDENCE))


def read_marks(root: Path) -> Marks:
    mounts = list(_mounts(read_or_empty(root / 'proc/self/mountinfo', LARGE)))
    return Marks(
        cgroups=tuple(dict.fromkeys([*_cgroups(root, 'self'), *_cgroups(root, '1')])),
        sources=tuple(source for source, point, _ in mounts if point in MOUNTED_BY_RUNTIMES),
        root_mount=next((line for _, point, line in mounts if point == '/'), ''),
    )


def _cgroups(root: Path, process: str) -> Iterator[str]:
    """From lines like '4:memory:/docker/0123' (v1) and '0::/system.slice/ssh.service' (v2): see cgroups(7)."""
    for line in read_or_empty(root / 'proc' / process / 'cgroup', LARGE).splitlines():
        _, _, path = line.partition(':')[2].partition(':')
        if path:
            yield path


def _mounts(table: str) -> Iterator[tuple[str, str, str]]:
    """(directory in the mounted file system, mount point, line) of each mount: see /proc/PID/mountinfo in proc(5)."""
    for line in table.splitlines():
        columns = line.split(' ', 5)
        if len(columns) == 6:
            yield columns[3], columns[4], line
