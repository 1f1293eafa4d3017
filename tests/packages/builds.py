"""Wheels, built with what is installed here: nothing is downloaded."""

import os
import shutil
import subprocess
import sys
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


def wheel_of_this_run(directory: Path, temporary: pytest.TempPathFactory) -> Path:
    """A copy in a directory, which may be new: the processes that share the tests build the wheel once."""
    base = temporary.getbasetemp()
    shared = base.parent if 'PYTEST_XDIST_WORKER' in os.environ else base
    built = shared / 'wheel-of-this-run'
    with (shared / 'wheel-of-this-run.lock').open('w') as lock:
        flock(lock, LOCK_EX)
        wheel = next(built.glob('*.whl'), None) or build_wheel(built)
    directory.mkdir(exist_ok=True)
    return Path(shutil.copy(wheel, directory))
