"""No test reaches the network of the machine, least of all whatever answers at the addresses of IMDS there."""

import subprocess
from contextlib import suppress

from tests.simulator import javascript
from tests.simulator.guard import leave_the_network, refuse_metadata_addresses

# The last use of the network. What this leaves undone, the tests that need it say.
if not javascript.missing_tool() and not javascript.is_installed():
    with suppress(OSError, subprocess.CalledProcessError):
        javascript.install()

# While this file is read pytest has not started anything yet: everything that it starts later is inside too.
NOT_ISOLATED = leave_the_network()
refuse_metadata_addresses()


def pytest_report_header() -> str:
    if NOT_ISOLATED:
        return f'network: NOT isolated, {NOT_ISOLATED}; addresses of IMDS are refused by an audit hook only'
    return 'network: a namespace with nothing but loopback'
