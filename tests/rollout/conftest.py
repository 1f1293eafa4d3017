"""Hosts to roll out to, and what is rolled out."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import pytest

from tests.conftest import NOT_ISOLATED
from tests.packages.builds import build_wheel, built_once
from tests.rollout.environment import ROOT
from tests.rollout.host import Host, copy_of
from tools import single_file as checks_d
from tools.single_file import zip_application

AGENTS = tuple(ROOT / f'.venv-agent-3.{minor}' for minor in (13, 12, 11))
"""Environments with what an Agent embeds."""


@pytest.fixture(scope='session')
def embedded() -> Path:
    """The newest environment of an Agent that is there."""
    there = [path for path in AGENTS if (path / 'bin' / 'python3').exists()]
    if not there:
        pytest.skip('no environment of an Agent is installed: run `make environment-agents`')
    return there[0]


@pytest.fixture(scope='session')
def fresh_host(tmp_path_factory: pytest.TempPathFactory, embedded: Path) -> Iterator[Host]:
    """The Agent was just installed. Tests get copies: to install it costs ten times as much."""
    if os.geteuid() != 0:
        pytest.skip('a host of its own needs root: mounts, and files of several users')
    if NOT_ISOLATED:
        pytest.skip(f'a host must not reach the network: {NOT_ISOLATED}')
    directory = tmp_path_factory.mktemp('host')
    fresh = Host(directory, embedded)
    yield fresh
    fresh.remove_layers()


@pytest.fixture
def host(fresh_host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with copy_of(fresh_host, tmp_path_factory.mktemp('host')) as copied:
        yield copied


@pytest.fixture(scope='session')
def shelf() -> Iterator[Path]:
    """Where what is rolled out lies: every user of a host reads it, unlike the directories of pytest."""
    with TemporaryDirectory(prefix='rollout-') as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@pytest.fixture(scope='session')
def wheel(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of this version."""
    return built_once(tmp_path_factory, 'wheel', build_wheel, shelf / 'wheel')


@pytest.fixture(scope='session')
def newer_wheel(shelf: Path, wheel: Path) -> Path:
    """The same content as version 0.2.0."""
    (shelf / 'newer-wheel').mkdir()
    newer = shelf / 'newer-wheel' / wheel.name.replace('0.1.0', '0.2.0')
    with ZipFile(wheel) as old, ZipFile(newer, 'w') as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(('__about__.py', 'METADATA', 'RECORD')):
                content = content.replace(b'0.1.0', b'0.2.0')
            new.writestr(name.replace('0.1.0', '0.2.0'), content)
    return newer


@pytest.fixture(scope='session')
def single_file(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The check as one file for checks.d."""
    return built_once(tmp_path_factory, 'single-file', checks_d.build, shelf)


@pytest.fixture(scope='session')
def pyz(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command line as one file."""
    return built_once(tmp_path_factory, 'pyz', zip_application.build, shelf)


@pytest.fixture(scope='session')
def host_file(shelf: Path) -> Path:
    """The smaller file, for host instances only."""
    return checks_d.build(shelf / 'host', host_only=True)
