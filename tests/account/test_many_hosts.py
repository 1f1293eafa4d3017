"""Lists of many hosts: the rows are written while the list is read, and little of each host stays in memory."""

import gc
import io
import re
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.inventory import MOST_ROWS, Listing
from datadog_checks.aws_diagnostics.collect.inventory_rows import Row
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.collect.suspects import HostRows
from datadog_checks.aws_diagnostics.collect.tagged_hosts import WholeList, tagged_hosts
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.host_lists import OURS, Ask, asking
from tests.account.many_hosts import fleet

FEW, MANY = 250, 1250


def only_hosts_with_tags(rows: Iterator[Row]) -> object:
    for _ in tagged_hosts(rows):
        pass
    return None


def every_instance(rows: Iterator[Row]) -> object:
    kept = HostRows()
    for row in rows:
        kept.add(row)
    return kept


def kept_of(count: int, look: Callable[[Iterator[Row]], object]) -> int:
    """Bytes that are still in use when the list has been read."""
    with datadog_api(Datadog(hosts=list(fleet(count)))) as datadog:
        deadline = Deadline(240)

        def ask() -> DatadogApi:
            return DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY, timeout=deadline.timeout(60.0))

        hosts = WholeList(lambda: Listing(ask, deadline))
        tracemalloc.start()
        kept = look(hosts.rows())
        gc.collect()
        used, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (hosts.looked_at, hosts.note) == (count, '')
        del kept
    return used


@pytest.mark.parametrize(
    ('look', 'most'), [(only_hosts_with_tags, 400), (every_instance, 1000)], ids=['lingering-tags', 'duplicates']
)
def test_few_bytes_of_each_host_stay_in_memory(look: Callable[[Iterator[Row]], object], most: int) -> None:
    """A row with its tags would be several thousand. The first reading loads what every other needs as well."""
    kept_of(1, look)
    assert (kept_of(MANY, look) - kept_of(FEW, look)) / (MANY - FEW) < most


class Watched(io.StringIO):
    """Notes how many requests Datadog had got when each text was written."""

    def __init__(self, datadog: Datadog) -> None:
        super().__init__()
        self._datadog = datadog
        self.requests: list[int] = []

    def write(self, text: str) -> int:
        self.requests.append(len(self._datadog.asked))
        return super().write(text)


@pytest.fixture
def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Datadog, Ask]]:
    with asking(tmp_path, monkeypatch, capsys) as (datadog, ask):
        datadog.accounts, datadog.hosts = [account(OURS)], list(fleet(FEW))
        yield datadog, ask


@pytest.mark.parametrize('option', ['--csv', '--json'])
def test_rows_are_written_while_the_list_is_read(
    option: str, world: tuple[Datadog, Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    datadog, ask = world
    datadog.hosts = list(fleet(2 * MOST_ROWS + FEW))
    monkeypatch.setattr(sys, 'stdout', written := Watched(datadog))
    assert ask('lingering-tags', option).status == 1
    requests = len(datadog.asked)
    first, second, third = (written.requests.count(number) for number in range(requests - 2, requests + 1))
    assert (first >= MOST_ROWS // 20, second >= MOST_ROWS // 20, third >= FEW // 20) == (True, True, True)
    assert len(re.findall('no integration for account', written.getvalue())) == len(datadog.hosts) // 20 + 1


def test_people_see_how_far_it_is(world: tuple[Datadog, Ask], monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    _, ask = world
    monkeypatch.setenv('TERM', 'xterm')
    monkeypatch.delenv('NO_COLOR', raising=False)
    monkeypatch.setattr(sys, 'stderr', said := Terminal())
    assert ask('lingering-tags').status == 1
    assert "Reading Datadog's host list" in said.getvalue()
    said.truncate(0)
    assert ask('lingering-tags', '--no-color').status == 1
    assert 'Reading' not in said.getvalue()


def test_nothing_is_told_in_a_pipe(world: tuple[Datadog, Ask]) -> None:
    _, ask = world
    assert ask('lingering-tags').err == ''
