"""A world has real gateways, real faults and a client without privileges, and leaves nothing behind."""

import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.simulator import FAMILIES, IMDS, Family, Fault, Topology, World, namespaces_available
from tests.simulator.client import PATIENCE, Knock, ask, grant, knock

pytestmark = pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)

WITH_IMDS = (Topology.HOST, Topology.CONTAINER, Topology.NESTED)
TIME_EXCEEDED: dict[Family, int] = {'ipv4': 11, 'ipv6': 3}


def die() -> None:
    os._exit(7)


def fail() -> None:
    raise KeyError('a reason')


def unpicklable() -> object:
    return lambda: None


def identity() -> dict[str, str]:
    status = dict(line.split(':\t') for line in Path('/proc/self/status').read_text().splitlines() if ':\t' in line)
    wanted = ('Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'NoNewPrivs')
    return {name: ' '.join(status[name].split()) for name in wanted}


def raw_socket() -> None:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)


def open_files() -> set[str]:
    found = {str(link.readlink()) for link in Path('/proc/self/fd').iterdir() if link.is_symlink()}
    return {target.partition(':')[0] for target in found if not target.startswith('/')}


def read(path: str) -> str:
    return Path(path).read_text()


def names(folder: str) -> list[str]:
    return sorted(entry.name for entry in Path(folder).iterdir())


def ask_in_a_world_of_its_own() -> tuple[int, list[str]]:
    """What somebody without privileges can do."""
    with World(Topology.NESTED, hop_limit=3, os_hostname='inner') as world:
        world.run(grant)
        uid = world.run(os.getuid)
        world.change(fault=Fault.REJECT_PORT)
        return uid, [world.run(socket.gethostname), world.run(knock).error]


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('topology', WITH_IMDS)
def test_every_gateway_takes_one_from_the_ttl_and_says_who_it_is(topology: Topology, family: Family) -> None:
    with World(topology) as world:
        addresses = world.gateway_addresses(family)
        assert len(addresses) == topology.gateways
        for ttl, address in enumerate(addresses, start=1):
            expected = Knock('EHOSTUNREACH', (TIME_EXCEEDED[family], 0, address))
            assert world.run(knock, IMDS[family], ttl=ttl) == expected
        assert world.run(knock, IMDS[family], ttl=topology.gateways + 1) == Knock('')


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('hop_limit', [1, 2, 3, 64])
@pytest.mark.parametrize('topology', WITH_IMDS)
def test_a_token_arrives_with_the_hop_limit_less_the_gateways(
    topology: Topology, hop_limit: int, family: Family
) -> None:
    arriving = hop_limit - topology.gateways
    with World(topology, hop_limit=hop_limit) as world:
        if arriving > 0:
            assert len(world.run(grant, IMDS[family], least_ttl=arriving)) == 56
        with pytest.raises(TimeoutError):
            world.run(grant, IMDS[family], least_ttl=max(arriving + 1, 1), timeout=0.3)


@pytest.mark.parametrize('family', FAMILIES)
def test_only_granted_tokens_carry_the_hop_limit(family: Family) -> None:
    with World(Topology.CONTAINER, hop_limit=1) as world:
        assert world.run(ask, 'GET', '/latest/', {}, IMDS[family], least_ttl=63).status == 200
        assert world.run(ask, 'PUT', '/latest/api/token', {}, IMDS[family], least_ttl=63).status == 400


@pytest.mark.parametrize('family', FAMILIES)
def test_in_mode_all_the_handshake_is_lost_too(family: Family) -> None:
    with World(Topology.CONTAINER, hop_limit=1, low_ttl='all') as world:
        assert world.run(knock, IMDS[family], timeout=0.3) == Knock('SILENT')
        world.change(hop_limit=2)
        assert world.run(knock, IMDS[family]) == Knock('')


def rejected(error: str, kind: int, code: int) -> tuple[str, tuple[int, int]]:
    return error, (kind, code)


FAULTS: dict[Fault, dict[Family, tuple[str, tuple[int, int] | None]]] = {
    Fault.BLACKHOLE: dict.fromkeys(FAMILIES, ('SILENT', None)),
    Fault.REJECT_NETWORK: {'ipv4': rejected('ENETUNREACH', 3, 0), 'ipv6': rejected('ENETUNREACH', 1, 0)},
    Fault.REJECT_HOST: {'ipv4': rejected('EHOSTUNREACH', 3, 1), 'ipv6': rejected('EHOSTUNREACH', 1, 3)},
    Fault.REJECT_PORT: {'ipv4': rejected('ECONNREFUSED', 3, 3), 'ipv6': rejected('ECONNREFUSED', 1, 4)},
    Fault.REJECT_NETWORK_PROHIBITED: {'ipv4': rejected('ENETUNREACH', 3, 9), 'ipv6': rejected('EACCES', 1, 1)},
    Fault.REJECT_HOST_PROHIBITED: {'ipv4': rejected('EHOSTUNREACH', 3, 10), 'ipv6': rejected('EACCES', 1, 1)},
    Fault.REJECT_ADMIN_PROHIBITED: {'ipv4': rejected('EHOSTUNREACH', 3, 13), 'ipv6': rejected('EACCES', 1, 1)},
    Fault.REJECT_TCP_RESET: dict.fromkeys(FAMILIES, ('ECONNREFUSED', None)),
    Fault.LOCAL_NO_ROUTE: dict.fromkeys(FAMILIES, ('ENETUNREACH', None)),
    Fault.LOCAL_BLACKHOLE_ROUTE: dict.fromkeys(FAMILIES, ('EINVAL', None)),
    Fault.LOCAL_UNREACHABLE_ROUTE: dict.fromkeys(FAMILIES, ('EHOSTUNREACH', None)),
    Fault.LOCAL_PROHIBIT_ROUTE: dict.fromkeys(FAMILIES, ('EACCES', None)),
    Fault.LOCAL_NO_NEIGHBOUR: dict.fromkeys(FAMILIES, ('SILENT', None)),
}


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('fault', FAULTS, ids=lambda fault: fault.name)
def test_a_fault_shows_as_it_does_on_a_real_network_and_can_be_mended(fault: Fault, family: Family) -> None:
    error, icmp = FAULTS[fault][family]
    with World(Topology.CONTAINER, fault=fault) as world:
        sender = world.gateway_addresses(family)[0]
        expected = Knock(error, None if icmp is None else (*icmp, sender))
        assert world.run(knock, IMDS[family], timeout=0.3 if error == 'SILENT' else PATIENCE) == expected
        world.change(fault=Fault.NONE)
        assert world.run(knock, IMDS[family]) == Knock('')


@pytest.mark.parametrize('family', FAMILIES)
def test_a_neighbour_that_never_answers_is_reported_by_the_client_itself(family: Family) -> None:
    with World(Topology.CONTAINER, fault=Fault.LOCAL_NO_NEIGHBOUR) as world:
        found = world.run(knock, IMDS[family])
    assert found.error == 'EHOSTUNREACH'
    assert found.icmp is None or found.icmp[:2] == {'ipv4': (3, 1), 'ipv6': (1, 3)}[family]


@pytest.mark.parametrize('family', FAMILIES)
def test_a_silent_gateway_forwards_but_does_not_say_who_it_is(family: Family) -> None:
    with World(Topology.NESTED, fault=Fault.SILENT_GATEWAY) as world:
        assert world.run(knock, IMDS[family], ttl=1, timeout=0.3) == Knock('SILENT')
        second = (TIME_EXCEEDED[family], 0, world.gateway_addresses(family)[1])
        assert world.run(knock, IMDS[family], ttl=2) == Knock('EHOSTUNREACH', second)
        assert world.run(knock, IMDS[family], ttl=3) == Knock('')


@pytest.mark.parametrize('family', FAMILIES)
def test_a_proxy_on_the_gateway_takes_port_80_and_nothing_else(family: Family) -> None:
    with World(Topology.CONTAINER, hop_limit=1, fault=Fault.PROXY) as world:
        gateway = (TIME_EXCEEDED[family], 0, world.gateway_addresses(family)[0])
        assert world.run(knock, IMDS[family], ttl=1) == Knock('')
        assert world.run(knock, IMDS[family], port=81, ttl=1) == Knock('EHOSTUNREACH', gateway)
        # The hop limit of 1 is used up between IMDS and the proxy; what arrives is the proxy's own packet.
        assert len(world.run(grant, IMDS[family], least_ttl=64)) == 56


@pytest.mark.parametrize('family', FAMILIES)
def test_gateways_answer_every_probe_unless_the_rate_limit_is_asked_for(family: Family) -> None:
    with World(Topology.CONTAINER) as world:
        assert {world.run(knock, IMDS[family], ttl=1).error for _ in range(20)} == {'EHOSTUNREACH'}


def test_the_rate_limit_of_icmp_errors_can_be_left_on() -> None:
    with World(Topology.CONTAINER, icmp_rate_limit=True) as world:
        assert world.run(knock, ttl=1).error == 'EHOSTUNREACH'
        assert 'SILENT' in {world.run(knock, ttl=1, timeout=0.05).error for _ in range(20)}


def test_an_empty_world_has_neither_a_route_nor_a_sign_of_ec2() -> None:
    with World(Topology.EMPTY) as world:
        assert [world.run(knock, address) for address in IMDS.values()] == [Knock('ENETUNREACH')] * 2
        assert [name for _, name in world.run(socket.if_nameindex)] == ['lo']
        with pytest.raises(FileNotFoundError):
            world.run(read, '/sys/devices/virtual/dmi/id/board_vendor')
        assert world.requests == []


@pytest.mark.parametrize('topology', [Topology.HOST, Topology.EMPTY])
def test_a_gateway_cannot_be_broken_where_there_is_none(topology: Topology) -> None:
    with pytest.raises(ValueError, match='no gateway to break'):
        World(topology, fault=Fault.BLACKHOLE)


@pytest.mark.parametrize('value', [0, 65])
def test_the_hop_limit_is_1_to_64(value: int) -> None:
    with pytest.raises(ValueError, match='hop_limit is 1 to 64'):
        World(Topology.HOST, hop_limit=value)


def test_the_client_has_no_privileges() -> None:
    with World(Topology.HOST) as world:
        found = world.run(identity)
        assert found['Uid'] == found['Gid'] == '65534 65534 65534 65534'
        assert {found[name] for name in found if name.startswith('Cap')} == {'0000000000000000'}
        assert found['NoNewPrivs'] == '1'
        with pytest.raises(PermissionError):
            world.run(raw_socket)


def test_the_client_inherits_no_way_to_a_namespace_or_to_the_kernel() -> None:
    with World(Topology.CONTAINER) as world:
        assert world.run(open_files) <= {'socket', 'pipe'}


def test_a_command_runs_as_the_client_and_with_privilege_as_root_of_the_world() -> None:
    show = [sys.executable, '-c', 'import os, socket; print(os.getuid(), socket.gethostname())']
    with World(Topology.HOST, os_hostname='web-1') as world:
        assert world.command(show, check=True).stdout == '65534 web-1\n'
        assert world.command(show, privileged=True, check=True).stdout == '0 web-1\n'


def test_a_command_takes_the_options_of_subprocess_run() -> None:
    with World(Topology.HOST) as world:
        done = world.command(['sh', '-c', 'cat; echo $SAID >&2; exit 3'], input='in', stdin=None, env={'SAID': 'said'})
    assert (done.returncode, done.stdout, done.stderr) == (3, 'in', 'said\n')


def test_an_exception_comes_back_with_the_trace_of_its_world() -> None:
    with World(Topology.HOST) as world, pytest.raises(KeyError, match='a reason') as caught:
        world.run(fail)
    assert 'in fail' in caught.value.__notes__[0]


def test_a_process_that_dies_is_no_answer() -> None:
    with World(Topology.HOST) as world:
        with pytest.raises(ChildProcessError, match='ended without an answer'):
            world.run(die)
        assert world.run(os.getuid) == 65534, 'the world goes on'


def test_what_cannot_leave_the_world_is_named() -> None:
    with World(Topology.HOST) as world:
        with pytest.raises(TypeError, match='cannot leave the world'):
            world.run(unpicklable)
        assert world.run(os.getuid) == 65534, 'the world goes on'


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of the machine with files in it that everybody may read, unlike those of pytest."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / 'below').mkdir()
        for path in ('changed', 'kept', 'below/kept'):
            (folder / path).write_text('of the machine')
        yield folder


def tree(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob('*') if path.is_file()}


def test_files_are_seen_by_the_world_only_and_hide_no_others(folder: Path) -> None:
    before = tree(folder)
    paths = ('changed', 'added', 'new/deep/added', 'below/added')
    files = {str(folder / path): f'of the world: {path}' for path in paths} | {'/sys/hypervisor/uuid': 'ec2abc'}
    with World(Topology.HOST, files=files) as world:
        assert {path: world.run(read, path) for path in files} == files
        assert world.run(read, str(folder / 'kept')) == 'of the machine'
        assert world.run(read, str(folder / 'below/kept')) == 'of the machine'
    assert tree(folder) == before


def test_the_hostname_is_that_of_the_world_only() -> None:
    with World(Topology.HOST, os_hostname='elsewhere') as world:
        assert world.run(socket.gethostname) == 'elsewhere'
    assert socket.gethostname() != 'elsewhere'


def test_a_healthy_world_looks_like_ec2() -> None:
    with World(Topology.HOST) as world:
        assert world.run(read, '/sys/class/dmi/id/board_vendor') == 'Amazon EC2\n'
        assert world.run(read, '/sys/devices/virtual/dmi/id/board_asset_tag') == 'i-0123456789abcdef0\n'
        assert world.run(read, '/var/lib/cloud/data/instance-id') == 'i-0123456789abcdef0\n'


def test_what_the_machine_is_does_not_shine_through() -> None:
    """The machine of the inner world is the outer world, which is an EC2 instance."""
    with World(Topology.HOST) as world:
        assert world.run(what_an_empty_world_sees) == dict.fromkeys(World.EC2_FILES, False)


def what_an_empty_world_sees() -> dict[str, bool]:
    assert all(Path(path).exists() for path in World.EC2_FILES)
    with World(Topology.EMPTY) as world:
        return {path: world.run(os.path.exists, path) for path in World.EC2_FILES}


def test_the_namespaces_of_a_world_are_its_own() -> None:
    kinds = ('net', 'mnt', 'uts')
    with World(Topology.HOST) as first, World(Topology.HOST) as second:
        for kind in kinds:
            path = f'/proc/self/ns/{kind}'
            assert len({first.run(os.readlink, path), second.run(os.readlink, path), os.readlink(path)}) == 3  # noqa: PTH115


def children_of(process: int) -> list[int]:
    return [int(child) for child in Path(f'/proc/{process}/task/{process}/children').read_text().split()]


def descendants(process: int) -> set[int]:
    below = children_of(process)
    return set(below).union(*(descendants(child) for child in below))


@pytest.mark.parametrize('fault', [Fault.NONE, Fault.PROXY, Fault.REJECT_PORT], ids=lambda fault: fault.name)
def test_nothing_is_left_of_a_world_not_even_after_a_failure(fault: Fault) -> None:
    before = descendants(os.getpid())
    with pytest.raises(RuntimeError, match='a test failed'), World(Topology.CONTAINER, fault=fault) as world:
        world.command(['sh', '-c', 'sleep 1000 & '], stdout=None, stderr=None, capture_output=False)
        assert descendants(os.getpid()) > before
        raise RuntimeError('a test failed')
    assert descendants(os.getpid()) == before


MAKE_A_WORLD_AND_WAIT = """
import sys
from tests.simulator import Fault, Topology, World
with World(Topology.CONTAINER, fault=Fault.PROXY) as world:
    print('made', flush=True)
    sys.stdin.read()
"""


def test_nothing_is_left_when_the_test_run_itself_is_killed() -> None:
    command = [sys.executable, '-c', MAKE_A_WORLD_AND_WAIT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == 'made\n'
        below = [os.pidfd_open(process) for process in descendants(run.pid)]
        run.kill()
    # The fork server, the keeper, the simulator and the proxy.
    assert [bool(select.select([process], [], [], 10)[0]) for process in below] == [True] * 4
    for process in below:
        os.close(process)


def test_worlds_can_be_made_without_any_privilege() -> None:
    """By the client of a world, which is user 65534 without capabilities."""
    with World(Topology.EMPTY) as world:
        assert world.run(ask_in_a_world_of_its_own) == (65534, ['inner', 'ECONNREFUSED'])


def test_privileges_do_not_come_back() -> None:
    with World(Topology.HOST) as world:
        for become_root in (os.setuid, os.setgid):
            # In a user namespace there is no root to become, and elsewhere it is not allowed.
            with pytest.raises(OSError, match=r'Operation not permitted|Invalid argument'):
                world.run(become_root, 0)


def test_the_client_may_read_what_the_kernel_tells_of_it() -> None:
    with World(Topology.HOST) as world:
        assert len(world.run(names, '/proc/self/ns')) > 5
        assert 'TcpExt:' in world.run(read, '/proc/self/net/netstat')


def test_no_mark_of_the_machines_own_container_is_seen() -> None:
    with World(Topology.HOST) as world:
        assert not world.run(os.path.exists, '/.dockerenv')
        assert world.run(os.path.exists, __file__)
