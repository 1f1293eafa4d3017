"""A root directory without the marks that a container runtime left on the machine itself."""

import os
from pathlib import Path

from tests.simulator.lab import kernel

_MARKS = ('.dockerenv',)
_NEW_ROOT = Path('/mnt')
_OLD_ROOT = '.old'


def hide_marks_of_the_machine() -> None:
    """Give this mount namespace a root with everything that / has, less the marks. Raises OSError.

    Does nothing where there are none. Not by chroot: the kernel allows no user namespace inside of one, and a world
    may be built in a world.
    """
    if any(Path('/', mark).exists() for mark in _MARKS):
        kernel.mount('tmpfs', str(_NEW_ROOT), 'tmpfs', options='mode=755')
        for entry in Path('/').iterdir():
            if entry.name not in _MARKS:
                _repeat(entry)
        _change_root()


def _repeat(entry: Path) -> None:
    there = _NEW_ROOT / entry.name
    if entry.is_symlink():
        there.symlink_to(entry.readlink())
        return
    if entry.is_dir():
        there.mkdir()
    else:
        there.touch()
    if entry != _NEW_ROOT:
        tree = kernel.clone_tree(str(entry))
        kernel.attach_tree(tree, str(there))
        os.close(tree)


def _change_root() -> None:
    (_NEW_ROOT / _OLD_ROOT).mkdir()
    kernel.pivot_root(str(_NEW_ROOT), str(_NEW_ROOT / _OLD_ROOT))
    os.chdir('/')
    kernel.detach(f'/{_OLD_ROOT}')
    Path('/', _OLD_ROOT).rmdir()
