"""The provider from expvar, and everything else that may answer on its port."""

import socket
import time

import pytest

from datadog_checks.aws_diagnostics.collect.agent.loopback_http import LocalServer
from datadog_checks.aws_diagnostics.collect.agent.sources import HostnameVariables, ask_expvar
from datadog_checks.aws_diagnostics.collect.run import Deadline, RequestFailed

from .documents import ERRORS_OF_A_HEALTHY_HOST, variables
from .programs import STRANGERS, Hanging, endless, reset
from .servers import Answer, http, sending, serving

JSON = 'Content-Type: application/json; charset=utf-8'


def ask(answer: Answer, seconds: float = 5) -> HostnameVariables:
    with serving(answer) as server:
        return ask_expvar(server.port, Deadline(seconds))


def why_not(answer: Answer, seconds: float = 5) -> str:
    """The reason without the address, which ends with a port that differs each time."""
    with serving(answer) as server:
        with pytest.raises(RequestFailed) as raised:
            ask_expvar(server.port, Deadline(seconds))
        return str(raised.value).removeprefix(f'127.0.0.1:{server.port} ')


def test_the_agent_tells_its_provider_and_why_others_gave_no_name() -> None:
    found = ask(http(variables('aws'), '200 OK', JSON))
    assert found == HostnameVariables('aws', ERRORS_OF_A_HEALTHY_HOST)


def test_an_unresolved_provider_is_empty() -> None:
    assert ask(http(variables('', {}))) == HostnameVariables('', {})


def test_the_request_is_one_plain_get_to_the_local_agent() -> None:
    with serving(http(variables('os', {}))) as server:
        ask_expvar(server.port, Deadline(5))
    address = f'127.0.0.1:{server.port}'
    asked = f'GET /debug/vars HTTP/1.0\r\nHost: {address}\r\nAccept: application/json\r\n\r\n'
    assert server.requests == [asked.encode()]


def test_proxies_of_the_environment_do_not_apply(monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    for name in ('HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'):
        monkeypatch.setenv(name, f'http://127.0.0.1:{closed_port}')
    monkeypatch.delenv('NO_PROXY', raising=False)
    assert ask(http(variables('os', {}))).provider == 'os'


def test_an_answer_of_announced_length_is_not_waited_for_beyond_it() -> None:
    body = variables('os', {})
    hanging = Hanging()

    def keeping_the_connection(connection: socket.socket) -> None:
        http(body, '200 OK', f'Content-Length: {len(body)}')(connection)
        hanging(connection)

    with serving(keeping_the_connection) as server:
        try:
            assert ask_expvar(server.port, Deadline(5)).provider == 'os'
        finally:
            hanging.release()


@pytest.mark.parametrize('at_once', [True, False], ids=['in one packet', 'in two'])
def test_what_comes_after_the_announced_length_is_no_part_of_the_answer(at_once: bool) -> None:
    body = variables('os', {})
    head = f'HTTP/1.0 200 OK\r\nContent-Length: {len(body)}\r\n\r\n'.encode()

    def more_than_announced(connection: socket.socket) -> None:
        for part in [head + body + b'more'] if at_once else [head + body, b'more']:
            connection.sendall(part)

    assert ask(more_than_announced).provider == 'os'


@pytest.mark.parametrize('answer, reason', [pytest.param(*case, id=name) for name, case in STRANGERS.items()])
def test_another_program_on_the_port_is_not_the_agent(answer: Answer, reason: str) -> None:
    assert why_not(answer).startswith(reason)


@pytest.mark.parametrize(
    'hostname',
    [
        pytest.param(b'{"hostname": "web-1"}', id='a text'),
        pytest.param(b'{"hostname": {"provider": "os"}}', id='no errors'),
        pytest.param(b'{"hostname": {"errors": {}}}', id='no provider'),
        pytest.param(b'{"hostname": {"provider": null, "errors": {}}}', id='provider is null'),
        pytest.param(b'{"hostname": {"provider": "os", "errors": []}}', id='errors are a list'),
    ],
)
def test_a_hostname_of_another_shape_is_not_the_agent_s(hostname: bytes) -> None:
    assert why_not(http(hostname)) == 'is not the Agent: what it answers says nothing of a hostname provider'


def test_more_bytes_than_any_agent_sends_are_refused() -> None:
    assert why_not(endless) == f'answers with more than {8 * 1024 * 1024} bytes'


def test_a_reset_is_told_as_such() -> None:
    assert why_not(reset) == 'cannot be talked to: ECONNRESET'


@pytest.mark.parametrize(
    'hanging',
    [
        pytest.param(Hanging(), id='silent after the request'),
        pytest.param(Hanging(b'x'), id='a byte now and then, so that no single read times out'),
    ],
)
def test_the_deadline_bounds_the_whole_answer(hanging: Hanging) -> None:
    began = time.monotonic()
    with serving(hanging) as server:
        with pytest.raises(RequestFailed, match='did not answer in time'):
            ask_expvar(server.port, Deadline(0.2))
        took = time.monotonic() - began
        hanging.release()
    assert took < 0.9


def test_where_the_deadline_is_over_nothing_is_asked() -> None:
    with serving(http(variables('os', {}))) as server, pytest.raises(RequestFailed, match='did not answer in time'):
        ask_expvar(server.port, Deadline(0))
    assert server.requests == []


def test_where_nothing_listens_the_answer_is_immediate(closed_port: int) -> None:
    with pytest.raises(RequestFailed, match=f'^nothing listens on 127.0.0.1:{closed_port}$'):
        ask_expvar(closed_port, Deadline(5))


@pytest.mark.parametrize(
    'errors, expected',
    [
        pytest.param({'aws': 'x' * 5000}, {'aws': 'x' * 300}, id='a long error is cut'),
        pytest.param(
            {'a\x1b[31m': 'b\x00\nc'},
            {'a\N{REPLACEMENT CHARACTER}[31m': 'b\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}c'},
            id='control characters become a mark',
        ),
        pytest.param({'x' * 500: 'e'}, {'x' * 64: 'e'}, id='a long name is cut'),
        pytest.param({'aws': 7, 'os': None, 'fqdn': 'e'}, {'fqdn': 'e'}, id='what is no text is left out'),
        pytest.param(
            {'aws': 'proxyconnect http://user:hunter2@proxy:3128: refused'},
            {'aws': 'proxyconnect http://***@proxy:3128: refused'},
            id='a password in a URL is left out',
        ),
    ],
)
def test_errors_are_bounded_and_readable(errors: dict[str, str], expected: dict[str, str]) -> None:
    assert ask(http(variables('os', errors))).errors == expected


def test_no_more_errors_are_kept_than_there_can_be_providers() -> None:
    errors = {f'provider-{n:03}': 'e' for n in range(500)}
    assert list(ask(http(variables('os', errors))).errors) == [f'provider-{n:03}' for n in range(32)]


def test_a_strange_provider_is_bounded_too() -> None:
    assert ask(http(variables('o\x1bs' + 'x' * 500, {}))).provider == 'o\N{REPLACEMENT CHARACTER}s' + 'x' * 61


def test_lines_that_end_without_a_carriage_return_are_read() -> None:
    assert ask(sending(b'HTTP/1.1 200 OK\nX: y\n\n' + variables('os', {}))).provider == 'os'


def test_an_address_that_is_not_loopback_is_refused_before_anything_is_sent() -> None:
    with serving(http(b'{}')) as server, pytest.raises(RequestFailed, match='is not this host'):
        LocalServer('0.0.0.0', server.port).get('/debug/vars', Deadline(5), limit=100)
    assert server.requests == []
