"""Wheels, built with what is installed here: nothing is downloaded. And what is built once for all tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from tests.imports import SOURCE

ROOT = SOURCE.parent.parent


def build_wheel(directory: Path, source: Path = ROOT) -> Path:
    subprocess.run(
        [sys.executable, '-m', 'hatchling', 'build', '--target', 'wheel', '--directory', directory],
        cwd=source,
        env={**os.environ, 'SOURCE_DATE_EPOCH': '1790000000'},
        capture_output=True,
        timeout=300,
        check=True,
    )
    (wheel,) = directory.glob('*.whl')
    return wheel


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], Path], directory: Path) -> Path:
    """A copy in `directory` of the one file, or directory, that `build` leaves where it is told to: a second or two of
    computing.

    The processes that share the tests have one directory above their own, and the first of them to ask builds.
    """
    base = factory.getbasetemp()
    kept = (base.parent if 'PYTEST_XDIST_WORKER' in os.environ else base) / f'built-{name}'
    with kept.with_suffix('.lock').open('w') as lock:
        flock(lock, LOCK_EX)
        if not kept.exists():
            unfinished = kept.with_suffix('.unfinished')
            build(unfinished)
            unfinished.rename(kept)
    (built,) = kept.iterdir()
    directory.mkdir(parents=True, exist_ok=True)
    if built.is_dir():
        return Path(shutil.copytree(built, directory / built.name, symlinks=True))
    return Path(shutil.copy(built, directory))
