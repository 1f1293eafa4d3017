"""Wheels, built with what is installed here: nothing is downloaded."""

import os
import subprocess
import sys
from pathlib import Path

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
