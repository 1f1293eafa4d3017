"""What a sweep costs does not grow with the fleet, where it must not."""

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.fleet.__main__ import fleet, main, sent
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.fleet import FleetSweep
from datadog_checks.aws_diagnostics.collect.aws.session import Session, open_session
from datadog_checks.aws_diagnostics.collect.run import CallBudget, Deadline
from datadog_checks.aws_diagnostics.facts import Unobserved
from tests.account import servers
from tests.account.ec2_fleet import Instance, Instances
from tests.account.ec2_server import Account, serving
from tests.account.fleet.sweeping import REGION

MORE = 1.2
"""How much more memory a fleet of four times the size may take. Both have several full pages, two of
which are held at a time: the one that is parsed and the one before it."""


@contextmanager
def clients_of(endpoint: str, home: Path) -> Iterator[tuple[Session, CallBudget]]:
    with pytest.MonkeyPatch.context() as patch:
        servers.use(patch, servers.environment(endpoint, home))
        budget = CallBudget(10_000)
        with open_session(AccountOptions(), budget) as session:
            yield session, budget


def peak_of(wrong: int, home: Path) -> int:
    """Bytes, of a sweep by a client that has swept once. The server answers page by page, and keeps none."""
    account = Account({REGION: Instances(wrong, lambda _: Instance('optional'))})
    with serving(account) as endpoint, clients_of(endpoint, home) as (session, budget):
        _sweep(session, budget)
        tracemalloc.start()
        try:
            counted = _sweep(session, budget)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert counted == wrong
    return peak


def _sweep(session: Session, budget: CallBudget) -> int:
    found = FleetSweep(AccountOptions()).run(session, (REGION,), budget, Deadline(120))
    assert not isinstance(found, Unobserved)
    (region,) = found.regions
    assert not isinstance(region.counts, Unobserved)
    return sum(count.instances for count in region.counts)


def test_memory_does_not_grow_with_the_fleet(tmp_path: Path) -> None:
    small, large = (peak_of(wrong, tmp_path) for wrong in (200, 800))
    assert large < small * MORE


def test_no_more_bytes_are_asked_for_than_wrong_instances_have(tmp_path: Path) -> None:
    with fleet(4_000) as endpoint, clients_of(endpoint, tmp_path) as (session, budget):
        _sweep(session, budget)
        assert sent(endpoint) < 200 * 4_000 + 10_000


def test_the_benchmark_runs(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    way = 'boto3 paginator, unfiltered'
    monkeypatch.setattr(sys, 'argv', ['fleet', '--instances', '400', '--way', way])
    assert main() == 0
    rows = {line[:30].strip(): line[30:].split() for line in capfd.readouterr().out.splitlines()}
    assert rows[way][0] != '400'  # the second table: ratios
    assert set(rows) >= {'this check', way}


def test_a_sweep_needs_no_module_of_the_cli(tmp_path: Path) -> None:
    code = (
        'import sys; from datadog_checks.aws_diagnostics.collect.aws import fleet; '
        "print(sorted({'boto3', 'botocore', 'click', 'requests', 'rich'} & set(sys.modules)))"
    )
    loaded = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True).stdout
    assert loaded == '[]\n'
