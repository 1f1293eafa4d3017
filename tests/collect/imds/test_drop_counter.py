"""The kernel's drop counter, from a file of the kernel."""

import sys
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.imds.minimum_ttl import DropCounter

NETSTAT = 'TcpExt: SyncookiesSent TCPMinTTLDrop TCPHPHits\nTcpExt: 0 17 12\nIpExt: InNoRoutes\nIpExt: 3\n'

CONTENTS = [
    pytest.param(NETSTAT, 17, id='there'),
    pytest.param(NETSTAT.replace('TCPMinTTLDrop', 'Other'), None, id='a kernel without this counter'),
    pytest.param(NETSTAT.replace('17', 'x'), None, id='not a number'),
    pytest.param('TcpExt: SyncookiesSent TCPMinTTLDrop\nTcpExt: 0\n', None, id='fewer values than names'),
    pytest.param('TcpExt: TCPMinTTLDrop\n', None, id='names without values'),
    pytest.param('', None, id='empty'),
]


@pytest.mark.parametrize(('content', 'value'), CONTENTS)
def test_the_counter_is_read_by_its_name_or_is_none(tmp_path: Path, content: str, value: int | None) -> None:
    file = tmp_path / 'netstat'
    file.write_text(content)
    assert DropCounter(file).read() == value


def test_a_counter_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert DropCounter(tmp_path / 'absent').read() is None


@pytest.mark.skipif(sys.platform != 'linux', reason='a file of Linux')
def test_this_kernel_has_the_counter_for_everyone() -> None:
    assert DropCounter().read() is not None
