from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.account.metrics.both_sides import Both, both_sides


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Both]:
    with both_sides(tmp_path, monkeypatch, capsys) as servers:
        yield servers
