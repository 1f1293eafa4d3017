"""Agents with the package: as a wheel, or as one file in checks.d."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.packages.agent import VERSIONS, Agent, Way, bare_agent
from tests.packages.builds import build_wheel, built_once
from tools import single_file


@pytest.fixture(scope='session')
def shelf() -> Iterator[Path]:
    """Readable for every user, unlike the directories of pytest: the client of a world is user 65534."""
    with TemporaryDirectory(prefix='packages-') as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture(scope='session')
def wheel(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_once(tmp_path_factory, 'wheel', build_wheel, shelf)


@pytest.fixture(scope='session')
def checks_d(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with aws_diagnostics.py and nothing else."""
    return built_once(tmp_path_factory, 'single-file', single_file.build, shelf / 'checks.d').parent


@pytest.fixture(scope='session')
def installed(shelf: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Agent]:
    """An Agent by its Python, with the wheel installed; not to be changed."""

    @cache
    def agent(version: str) -> Agent:
        bare = bare_agent(version)
        return Agent(
            version,
            built_once(tmp_path_factory, f'agent-{version}', lambda to: bare.with_wheel(wheel, to).directory, shelf),
        )

    return agent


WAYS = [pytest.param((way, version), id=f'{way} on Python {version}') for version in VERSIONS for way in Way]


@pytest.fixture(scope='session', params=WAYS)
def agent(request: pytest.FixtureRequest, installed: Callable[[str], Agent], checks_d: Path) -> Agent:
    """With the check, either way."""
    way, version = request.param
    return installed(version) if way is Way.WHEEL else bare_agent(version).with_file(checks_d)
