"""Where the programs are that the rollout tests run: in an environment of the repository, or on the system."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]
ROLLOUT_TOOLS = Path(f'{sys.prefix}-rollout', 'bin')
"""Beside the environment of the tests: .venv-rollout beside .venv."""
REQUIRED = 'AWS_DIAGNOSTICS_REQUIRE_PROGRAMS'
"""Environment variable: names, separated by spaces, of programs without which a test fails instead of being skipped."""


def program(name: str, of: str = 'rollout') -> Path:
    """A program of .venv-rollout, or of another neighbour, which `make test` sets up. Skips the test if missing."""
    path = Path(f'{sys.prefix}-{of}', 'bin', name)
    if not path.exists():
        _missing(name, f'run `make environment-{of}`')
    return path


def system_program(name: str) -> Path:
    """A program from PATH. Skips the test where it is missing, or fails it where it is required."""
    found = shutil.which(name)
    if found is None:
        _missing(name, 'run `tools/system-packages` as root')
    return Path(found or '')


@contextmanager
def home_of_its_own() -> Iterator[dict[str, str]]:
    """The environment for a program that keeps files at home: it finds none of a person's there, and leaves none."""
    with TemporaryDirectory() as directory:
        yield {'PATH': os.environ['PATH'], 'HOME': directory}


def _missing(name: str, how: str) -> None:
    reason = f'{name} is not installed: {how}'
    if name in os.environ.get(REQUIRED, '').split():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
