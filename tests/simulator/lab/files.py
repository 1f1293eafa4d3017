"""Files at real paths that only the processes of one world see."""

import os
from collections.abc import Mapping
from pathlib import Path

from tests.simulator.lab import kernel

# What tells a program of the machine under the tests; it must not shine through into a world.
_SIGNS_OF_THE_MACHINE = (
    '/sys/devices/virtual/dmi/id',
    '/sys/class/dmi/id',
    '/sys/hypervisor',
    '/var/lib/cloud',
    '/run/cloud-init',
)
_BENEATH = '.beneath'


def place(files: Mapping[str, str]) -> None:
    """Show exactly these files in place of every sign of the machine itself. Raises OSError."""
    for folder in _SIGNS_OF_THE_MACHINE:
        if Path(folder).is_dir():
            kernel.mount('tmpfs', os.path.realpath(folder), 'tmpfs')
    covered: set[Path] = set()
    for name, content in files.items():
        path = Path(name)
        ancestor = next(folder for folder in path.parents if folder.exists()).resolve()
        if not any(_is_ours(ancestor, folder) for folder in covered):
            _cover(ancestor)
            covered.add(ancestor)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(content)


def _is_ours(folder: Path, covered: Path) -> bool:
    """Whether a folder lies in a covered one and not in what is linked from beneath it, the machine's own files."""
    return folder.is_relative_to(covered) and _BENEATH not in folder.relative_to(covered).parts


def _cover(folder: Path) -> None:
    """Lay a writable folder over this one, with links to everything that is beneath."""
    beneath = kernel.clone_tree(str(folder))
    names = [entry.name for entry in folder.iterdir()]
    kernel.mount('tmpfs', str(folder), 'tmpfs', options='mode=755')
    (folder / _BENEATH).mkdir()
    kernel.attach_tree(beneath, str(folder / _BENEATH))
    os.close(beneath)
    for name in names:
        (folder / name).symlink_to(Path(_BENEATH, name))
