"""Nothing that the tests do can reach IMDS on the machine that runs them."""

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NOT_ISOLATED
from tests.simulator import IMDS, Topology, World, namespaces_available
from tests.simulator.guard import OutsideOfAWorldError, is_metadata_address

needs_isolation = pytest.mark.skipif(bool(NOT_ISOLATED), reason=NOT_ISOLATED)

CONNECT = """
import socket, sys
address = sys.argv[1]
with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET) as connection:
    connection.settimeout(5)
    print(connection.connect_ex((address, 80)))
"""


def network_namespace(process: int | str) -> str:
    return str(Path(f'/proc/{process}/ns/net').readlink())


@needs_isolation
@pytest.mark.parametrize('address', IMDS.values())
def test_a_packet_to_imds_cannot_leave_not_even_from_a_process_without_the_audit_hook(address: str) -> None:
    program = subprocess.run([sys.executable, '-c', CONNECT, address], capture_output=True, text=True, check=True)
    assert int(program.stdout) == errno.ENETUNREACH


@needs_isolation
def test_the_tests_have_no_interface_but_loopback() -> None:
    assert [name for _, name in socket.if_nameindex()] == ['lo']


@needs_isolation
def test_loopback_works(tmp_path: Path) -> None:
    with socket.create_server(('127.0.0.1', 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@needs_isolation
def test_the_namespace_of_the_tests_is_not_that_of_the_process_that_started_them() -> None:
    show = 'import os, tests.conftest; print(os.readlink("/proc/self/ns/net"))'
    outside = {name: value for name, value in os.environ.items() if name != 'AWS_DIAGNOSTICS_GUARDED_NETWORK'}
    program = subprocess.run([sys.executable, '-c', show], capture_output=True, text=True, check=True, env=outside)
    assert program.stdout.strip() != network_namespace('self')


@needs_isolation
def test_what_the_tests_start_stays_in_their_namespace() -> None:
    show = 'import os, tests.conftest; print(os.readlink("/proc/self/ns/net"))'
    program = subprocess.run([sys.executable, '-c', show], capture_output=True, text=True, check=True)
    assert program.stdout.strip() == network_namespace('self')


def test_what_the_tests_start_can_be_interrupted_also_where_they_themselves_run_in_the_background() -> None:
    started = 'import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)'
    tests = f'import subprocess, sys, tests.conftest; subprocess.run([sys.executable, "-c", {started!r}], check=True)'
    in_background = ['sh', '-c', 'trap "" INT HUP QUIT && exec "$@"', 'sh', sys.executable, '-c', tests]
    assert subprocess.run(in_background, capture_output=True, text=True, check=True).stdout == 'True\n'


@pytest.mark.parametrize('address', IMDS.values())
@pytest.mark.parametrize('use', ['connect', 'connect_ex', 'bind', 'sendto', 'sendmsg'])
def test_the_guard_refuses_every_use_of_an_address_of_imds(address: str, use: str) -> None:
    family = socket.AF_INET6 if ':' in address else socket.AF_INET
    arguments = {'sendto': (b'', (address, 80)), 'sendmsg': ([b''], [], 0, (address, 80))}.get(use, ((address, 80),))
    with socket.socket(family, socket.SOCK_DGRAM) as end:
        with pytest.raises(OutsideOfAWorldError, match='outside of a'):
            getattr(end, use)(*arguments)
        assert end.getsockname()[1] == 0, 'nothing was bound or connected'


@pytest.mark.parametrize(
    'host',
    ['169.254.169.254', '2852039166', '0xa9fea9fe', '169.254.43518', '::ffff:169.254.169.254', 'fd00:0ec2:0::0:254'],
)
def test_the_guard_knows_every_spelling(host: str) -> None:
    assert is_metadata_address((host, 80))


@pytest.mark.parametrize(
    'address', [('169.254.169.253', 80), ('127.0.0.1', 80), ('fd00:ec2::253', 80), ('localhost', 80), '/run/socket', ()]
)
def test_the_guard_leaves_everything_else_alone(address: object) -> None:
    assert not is_metadata_address(address)


@pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)
def test_the_guard_is_no_hindrance_inside_a_world() -> None:
    with World(Topology.HOST) as world:
        assert world.run(connect_guarded) == 0


def connect_guarded() -> int:
    """Connect to IMDS from a process that has the audit hook."""
    from tests.simulator.guard import refuse_metadata_addresses

    refuse_metadata_addresses()
    with socket.socket() as connection:
        connection.settimeout(5)
        return connection.connect_ex((IMDS['ipv4'], 80))
