"""What is released."""

from pathlib import Path

import pytest

from tests.rollout.ssm.release import Release


@pytest.fixture
def old(wheel: Path) -> Release:
    return Release.wheel(wheel)


@pytest.fixture
def new(newer_wheel: Path) -> Release:
    return Release.wheel(newer_wheel)


@pytest.fixture
def one_file(single_file: Path) -> Release:
    return Release.single_file(single_file)
