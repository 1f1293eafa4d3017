"""The servers of the account scope, each started once for all tests that need it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.account import program_server, servers


@pytest.fixture(scope='session')
def program_server_address() -> Iterator[str]:
    with program_server.started() as address:
        yield address


@pytest.fixture
def moto(moto_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Clients of this test reach moto, with nothing in it that another test has left."""
    servers.use(monkeypatch, servers.environment(moto_endpoint, tmp_path))
    return servers.emptied(moto_endpoint)


@pytest.fixture
def ministack(ministack_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Clients of this test reach ministack."""
    servers.use(monkeypatch, servers.environment(ministack_endpoint, tmp_path))
    return ministack_endpoint
