"""An account whose EC2 is served on loopback, and clients that reach nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.account import servers
from tests.account.ec2_fleet import one_in_twenty_wrong
from tests.account.ec2_server import Account, serving
from tests.account.fleet.sweeping import REGION


@pytest.fixture
def ec2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Two thousand instances in one region, 5 % of them wrong; a test changes what it is about."""
    account = Account({REGION: one_in_twenty_wrong(2000)}, {'httpTokens': 'required', 'managedBy': 'account'})
    with serving(account) as endpoint:
        servers.use(monkeypatch, servers.environment(endpoint, tmp_path))
        yield account
