"""What only the tests of the account scope need, started once for all of them."""

from collections.abc import Iterator

import pytest

from tests.account import program_server


@pytest.fixture(scope='session')
def program_server_address() -> Iterator[str]:
    with program_server.started() as address:
        yield address
