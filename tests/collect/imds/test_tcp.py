"""Connections over loopback: how they end, and how long they may take."""

import resource
import socket
import sys

import pytest

from datadog_checks.aws_diagnostics.collect.imds.exchange import Reply, exchange
from datadog_checks.aws_diagnostics.collect.imds.requests import PUT_TOKEN
from datadog_checks.aws_diagnostics.collect.imds.tcp import Address, Connection, connect
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.facts import NoAnswer, Outcome
from tests.collect.imds.scripted_imds import LOOPBACK, ScriptedImds, Step, granted

FAMILIES = ('ipv4', 'ipv6')


def listen(family: str) -> tuple[socket.socket, Address]:
    number, host = LOOPBACK[family]
    listener = socket.create_server((host, 0), family=number)
    return listener, Address(host, listener.getsockname()[1], number)


@pytest.mark.parametrize('family', FAMILIES)
def test_a_port_where_nothing_listens_refuses(family: str) -> None:
    listener, address = listen(family)
    listener.close()
    assert connect(address, 5.0) == NoAnswer(Outcome.REFUSED, 'ECONNREFUSED')


@pytest.mark.parametrize('family', FAMILIES)
def test_a_connection_ends_with_a_reset_so_that_the_kernel_forgets_it_at_once(family: str) -> None:
    listener, address = listen(family)
    with listener:
        connection = connect(address, 5.0)
        assert isinstance(connection, Connection)
        accepted, _ = listener.accept()
        with accepted:
            with connection:
                pass
            with pytest.raises(ConnectionResetError):
                accepted.recv(1)


def test_a_system_without_this_family_of_addresses_is_a_connection_that_failed() -> None:
    result = connect(Address('::1', 80, socket.AF_PACKET), 5.0)
    assert isinstance(result, NoAnswer)
    assert result.outcome is Outcome.CONNECT_FAILED


@pytest.mark.skipif(sys.platform != 'linux', reason='counts descriptors as Linux does')
def test_an_agent_with_more_than_a_thousand_open_descriptors_can_still_ask() -> None:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, limit[1]), limit[1]))
    others = [socket.socket() for _ in range(1100)]
    try:
        with ScriptedImds([granted()]) as server:
            address = Address('127.0.0.1', int(server.endpoint.rpartition(':')[2]), socket.AF_INET)
            assert isinstance(exchange(address, PUT_TOKEN, 5.0, Deadline(5.0)), Reply)
    finally:
        for sock in others:
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


ENDS = [
    pytest.param(Step(b'HTTP/1.1 200 OK\r\nContent-Le'), 'the connection was closed before the answer was complete'),
    pytest.param(Step(reset=True), 'ECONNRESET'),
]


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(('step', 'detail'), ENDS, ids=['closed in the middle', 'reset'])
def test_an_answer_that_breaks_off_is_a_reset(step: Step, detail: str, family: str) -> None:
    with ScriptedImds([step], family=family) as server:
        number, host = LOOPBACK[family]
        address = Address(host, int(server.endpoint.rpartition(':')[2]), number)
        result = exchange(address, PUT_TOKEN, 5.0, Deadline(5.0))
    assert result == NoAnswer(Outcome.RESET, detail)
