"""The route to IMDS, asked of real kernels in namespaces, and of sockets that answer badly."""

import os
import struct
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect import CollectOptions, Ec2, HostCollector
from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent
from datadog_checks.aws_diagnostics.collect.host import route as reading
from datadog_checks.aws_diagnostics.collect.host.route import read_route
from datadog_checks.aws_diagnostics.facts import Host, Neighbour, Route, RouteKind, Unobserved
from datadog_checks.aws_diagnostics.facts.values import InterfaceName, IpAddress, IpNetwork
from tests.simulator import Fault, Topology, World, namespaces_available
from tests.simulator.addresses import IMDS
from tests.simulator.client import knock

needs_namespaces = pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)
NOBODY = 65534

ON_THE_LINK = Route(
    RouteKind.UNICAST,
    device=InterfaceName('eth0'),
    device_kind='veth',
    destination=IpNetwork('169.254.169.254/32'),
    table=254,
    protocol='static',
    neighbour=Neighbour.REACHABLE,
    source=IpAddress('10.0.0.12'),
)


def look_as(user: int, address: str) -> Route | Unobserved:
    os.setresuid(user, user, user)
    return read_route(address)


def look(address: str) -> Route | Unobserved:
    """After a connection, which makes the kernel look for the next node."""
    knock(address, timeout=0.2)
    return read_route(address)


@needs_namespaces
@pytest.mark.parametrize(
    ('topology', 'fault', 'address', 'expected'),
    [
        pytest.param(Topology.HOST, Fault.NONE, IMDS['ipv4'], ON_THE_LINK, id='on the link'),
        pytest.param(
            Topology.CONTAINER,
            Fault.NONE,
            IMDS['ipv6'],
            Route(
                RouteKind.UNICAST,
                device=InterfaceName('eth0'),
                device_kind='veth',
                gateway=IpAddress('fd00:17::1'),
                destination=IpNetwork('::/0'),
                table=254,
                protocol='static',
                neighbour=Neighbour.REACHABLE,
                source=IpAddress('fd00:17::12'),
            ),
            id='through a gateway, over IPv6',
        ),
        pytest.param(
            Topology.HOST,
            Fault.LOCAL_NO_NEIGHBOUR,
            IMDS['ipv4'],
            Route(
                RouteKind.UNICAST,
                device=InterfaceName('silent'),
                device_kind='veth',
                destination=IpNetwork('169.254.169.254/32'),
                table=100,
                protocol='static',
                neighbour=Neighbour.INCOMPLETE,
                source=IpAddress('10.0.0.12'),
            ),
            id='on a link where nobody answers, by a rule of the policy',
        ),
        pytest.param(
            Topology.HOST, Fault.LOCAL_BLACKHOLE_ROUTE, IMDS['ipv4'], Route(RouteKind.BLACKHOLE), id='a blackhole'
        ),
        pytest.param(
            Topology.HOST, Fault.LOCAL_UNREACHABLE_ROUTE, IMDS['ipv4'], Route(RouteKind.UNREACHABLE), id='unreachable'
        ),
        pytest.param(
            Topology.HOST, Fault.LOCAL_PROHIBIT_ROUTE, IMDS['ipv4'], Route(RouteKind.PROHIBIT), id='prohibited'
        ),
        pytest.param(Topology.EMPTY, Fault.NONE, IMDS['ipv4'], Route(RouteKind.NONE), id='no route at all'),
    ],
)
def test_the_route_is_what_the_kernel_would_do(topology: Topology, fault: Fault, address: str, expected: Route) -> None:
    with World(topology, fault=fault) as world:
        assert world.run(look, address) == expected


@needs_namespaces
@pytest.mark.parametrize(
    ('commands', 'expected'),
    [
        pytest.param(
            ['ip rule add uidrange 1-65535 to 169.254.169.254 prohibit'], (RouteKind.PROHIBIT, True), id='forbidden'
        ),
        pytest.param(
            [
                'ip route add default via 10.0.0.1 table 77',
                'ip rule add uidrange 65534-65534 lookup 77',
            ],
            (RouteKind.UNICAST, True),
            id='by another table',
        ),
        pytest.param(
            [
                'ip link add veth1a2b type veth peer name vethfar',
                'ip link set veth1a2b up',
                'ip route add 169.254.169.254 dev veth1a2b table 78',
                'ip rule add uidrange 65534-65534 lookup 78',
            ],
            (RouteKind.UNICAST, True),
            id='through another device',
        ),
        pytest.param(
            ['ip rule add uidrange 1-1000 to 169.254.169.254 prohibit'],
            (RouteKind.UNICAST, False),
            id='a rule for other users',
        ),
        pytest.param(
            ['ip addr add 169.254.169.254/32 dev lo'], (RouteKind.LOCAL, False), id='an address of this system'
        ),
    ],
)
def test_a_way_that_root_does_not_take_is_noticed(commands: Sequence[str], expected: tuple[RouteKind, bool]) -> None:
    with World(Topology.HOST) as world:
        for command in commands:
            assert world.command(command.split(), privileged=True).returncode == 0
        found = world.run_as_root(look_as, NOBODY, IMDS['ipv4'])
        assert isinstance(found, Route)
        assert (found.kind, found.by_user) == expected


@needs_namespaces
@pytest.mark.parametrize(
    ('rule', 'otherwise'),
    [
        pytest.param('uidrange 1-65534 to 169.254.169.254 prohibit', True, id='forbidden to others'),
        pytest.param('uidrange 0-65534 to 169.254.169.254 prohibit', False, id='forbidden to all'),
        pytest.param('to 169.254.169.254 lookup main', False, id='no rule by user'),
    ],
)
def test_root_notices_a_way_that_the_user_of_the_agent_does_not_take(rule: str, otherwise: bool) -> None:
    with World(Topology.HOST) as world:
        assert world.command(f'ip rule add {rule} pref 5'.split(), privileged=True).returncode == 0
        found = world.run_as_root(read_route, IMDS['ipv4'])
        assert isinstance(found, Route)
        assert (found.otherwise_for_the_agent, found.by_user) == (otherwise, False)


@needs_namespaces
def test_a_tunnel_is_named_with_its_kind() -> None:
    with World(Topology.HOST) as world:
        for command in (
            'ip tuntap add dev tun0 mode tun',
            'ip link set tun0 up',
            'ip route replace 169.254.169.254 dev tun0',
        ):
            assert world.command(command.split(), privileged=True).returncode == 0, command
        found = world.run(read_route, IMDS['ipv4'])
        assert isinstance(found, Route)
        assert (found.device, found.device_kind, found.protocol) == ('tun0', 'tun', 'boot')


@needs_namespaces
def test_a_gateway_of_ipv4_may_have_an_address_of_ipv6() -> None:
    with World(Topology.HOST) as world:
        command = 'ip route replace 169.254.169.254 via inet6 fd00:10::1 dev eth0'
        assert world.command(command.split(), privileged=True).returncode == 0
        found = world.run(look, IMDS['ipv4'])
        assert isinstance(found, Route)
        assert (found.gateway, found.neighbour) == ('fd00:10::1', Neighbour.REACHABLE)


HOURLY = CollectOptions(ec2=Ec2.ALWAYS, timeout=0.2)
BY_DHCP = 'ip route replace 169.254.169.254 dev eth0 proto dhcp'
BLACKHOLE = 'ip route replace blackhole 169.254.169.254'


def routes_of_runs(options: CollectOptions, between: Sequence[str], pause: float = 0) -> list[str]:
    """Who made the route that each run knows, with a command before each run but the first, in a process of its own
    where each run is `pause` seconds after the one before."""
    collector = HostCollector(options, DescribedAgent('', '', {}, {}), {})
    made_by, started = [], time.time()
    for number, command in enumerate(('', *between)):
        subprocess.run(command.split() or ['true'], check=True)
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr(time, 'time', lambda now=started + number * pause: now)
            host = collector.collect().host
        assert isinstance(host, Host)
        assert isinstance(host.route, Route)
        made_by.append(host.route.protocol or str(host.route.kind))
    return made_by


@needs_namespaces
@pytest.mark.parametrize(
    ('options', 'between', 'made_by'),
    [
        pytest.param(HOURLY, [BY_DHCP], ['static', 'static'], id='while IMDS answers, as seldom as the path'),
        pytest.param(
            replace(HOURLY, path_probe_interval=0), [BY_DHCP], ['static', 'dhcp'], id='with the path, in every run'
        ),
        pytest.param(HOURLY, [BLACKHOLE, BY_DHCP], ['static', 'blackhole', 'dhcp'], id='while IMDS is silent, always'),
    ],
)
def test_the_route_is_read_as_seldom_as_it_matters(
    options: CollectOptions, between: Sequence[str], made_by: Sequence[str]
) -> None:
    with World(Topology.HOST) as world:
        assert world.run_as_root(routes_of_runs, options, between) == made_by


@needs_namespaces
def test_the_route_is_read_in_every_run_while_tokens_come_without_metadata() -> None:
    """As from a stand-in that took the address of IMDS: the state of the token request tells no difference."""
    with World(Topology.HOST, unknown_tokens=100) as world:
        assert world.run_as_root(routes_of_runs, HOURLY, [BY_DHCP]) == ['static', 'dhcp']


@needs_namespaces
def test_the_route_is_as_new_as_the_path_that_was_not_measured_completely_before() -> None:
    through = 'ip route replace 169.254.169.254 via 172.17.0.1 dev eth0 proto dhcp'
    with World(Topology.CONTAINER, fault=Fault.SILENT_GATEWAY, hop_limit=2) as world:
        made_by = world.run_as_root(routes_of_runs, HOURLY, [through, 'true', through.replace('dhcp', 'ra')], 10)
        assert made_by == ['static', 'static', 'dhcp', 'dhcp']


def second_look() -> Route | Unobserved:
    """Of a collector whose first look the kernel did not answer."""
    collector = HostCollector(HOURLY, DescribedAgent('', '', {}, {}), {})
    with pytest.MonkeyPatch.context() as kernel:
        kernel.setattr(reading, 'AF_NETLINK', None)
        collector.collect()
    host = collector.collect().host
    assert isinstance(host, Host)
    return host.route


@needs_namespaces
def test_a_kernel_that_did_not_tell_the_route_is_asked_again_in_the_next_run() -> None:
    with World(Topology.HOST) as world:
        assert isinstance(world.run(second_look), Route)


class Answering:
    """A socket that answers every question with the same bytes."""

    def __init__(self, reply: bytes | OSError) -> None:
        self.reply = reply

    def __call__(self, *_: object) -> 'Answering':
        return self

    def __enter__(self) -> 'Answering':
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def settimeout(self, _: float) -> None:
        pass

    def send(self, _: bytes) -> None:
        pass

    def recv(self, _: int) -> bytes:
        if isinstance(self.reply, OSError):
            raise self.reply
        return self.reply


@pytest.mark.parametrize(
    ('reply', 'why'),
    [
        pytest.param(b'', 'error', id='nothing'),
        pytest.param(b'\0' * 15, 'error', id='half a head'),
        pytest.param(struct.pack('=IHHII', 4096, 24, 0, 1, 0) + b'\0' * 12, 'EPROTO', id='a length that lies'),
        pytest.param(struct.pack('=IHHII', 28, 24, 0, 9, 0) + b'\0' * 12, 'EPROTO', id='an answer to something else'),
        pytest.param(TimeoutError(), 'TimeoutError', id='silence'),
        pytest.param(PermissionError(1, 'EPERM'), 'EPERM', id='no permission'),
    ],
)
def test_what_cannot_be_read_is_not_observed(reply: bytes | OSError, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('socket.socket', Answering(reply))
    assert read_route(IMDS['ipv4']) == Unobserved(f'the kernel did not tell the route to IMDS: {why}')


def test_an_attribute_that_lies_about_its_length_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    head = struct.pack('=BBBBBBBBI', 2, 32, 0, 0, 254, 2, 0, 1, 0)
    body = head + struct.pack('=HHI', 8, 15, 254) + struct.pack('=HH', 400, 5)
    monkeypatch.setattr('socket.socket', Answering(struct.pack('=IHHII', 16 + len(body), 24, 0, 1, 0) + body))
    found: Any = read_route(IMDS['ipv4'])
    assert (found.kind, found.table, found.gateway) == (RouteKind.UNICAST, 254, None)


def test_other_systems_tell_a_process_no_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, 'AF_NETLINK', None)
    assert read_route(IMDS['ipv4']) == Unobserved('only Linux tells a process its routes')
