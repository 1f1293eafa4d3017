"""The token of the Agent's API goes to the Agent and to nobody else."""

import socket
from pathlib import Path

import pytest

from tests.builders import INSTANCE_ID

from .asking_the_api import ask_api, why_not
from .documents import inventory
from .guarded_api import TOKEN, answering, guard, refusing
from .servers import Server, http, serving

HEALTHY = answering(inventory(INSTANCE_ID, 'aws'))


@pytest.mark.parametrize('host', ['localhost', '127.0.0.1', '127.0.0.2', '::1'])
@pytest.mark.parametrize('key', ['cmd_host', 'ipc_address'])
def test_the_api_is_asked_on_loopback_addresses(tmp_path: Path, key: str, host: str) -> None:
    api = guard(tmp_path)
    address = '127.0.0.1' if host == 'localhost' else host
    with serving(HEALTHY, tls=api.tls, address=address) as server:
        if host == '127.0.0.2':
            reason = why_not(tmp_path, server.port, **{key: host})
            assert reason == f'127.0.0.2:{server.port} has a different certificate than the Agent'
        else:
            assert ask_api(tmp_path, server.port, **{key: host}).provider == 'aws'


@pytest.mark.parametrize('host', ['192.0.2.1', '0.0.0.0', 'agent.example.com', '/run/agent.sock', '2001:db8::1'])
def test_another_host_is_never_asked(tmp_path: Path, host: str, closed_port: int) -> None:
    guard(tmp_path)
    assert why_not(tmp_path, closed_port, cmd_host=host) == 'cmd_host is not a loopback address'


def test_the_older_name_of_the_address_wins(tmp_path: Path, closed_port: int) -> None:
    reason = why_not(tmp_path, closed_port, cmd_host='localhost', ipc_address='192.0.2.1')
    assert reason == 'cmd_host is not a loopback address'


def asked_with_the_token(server: Server) -> bool:
    return any(TOKEN.encode() in request for request in server.requests)


def test_a_server_with_another_certificate_does_not_get_the_token(tmp_path: Path) -> None:
    guard(tmp_path / 'agent')
    impostor = guard(tmp_path / 'impostor')
    with serving(HEALTHY, tls=impostor.tls) as server:
        reason = why_not(tmp_path / 'agent', server.port)
    assert reason == f'127.0.0.1:{server.port} has a different certificate than the Agent'
    assert not asked_with_the_token(server)


def test_a_server_without_tls_does_not_get_the_token(tmp_path: Path) -> None:
    guard(tmp_path)
    with serving(http(b'<html>')) as server:
        reason = why_not(tmp_path, server.port)
    assert reason.startswith(f'127.0.0.1:{server.port} ')
    assert not asked_with_the_token(server)


def test_an_agent_that_keeps_its_certificate_to_itself_is_not_asked(tmp_path: Path) -> None:
    api = guard(tmp_path)
    (tmp_path / 'ipc_cert.pem').unlink()
    with serving(HEALTHY, tls=api.tls) as server:
        assert why_not(tmp_path, server.port) == "the file of the Agent's certificate cannot be read (ENOENT)"
    assert server.requests == []


@pytest.mark.parametrize(
    'content, reason',
    [
        pytest.param('', "the file of the Agent's certificate contains none", id='empty'),
        pytest.param(
            '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n',
            "the file of the Agent's certificate contains none",
            id='a key alone',
        ),
        pytest.param(
            '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
            "the Agent's certificate is malformed",
            id='garbage in it',
        ),
    ],
)
def test_without_a_usable_certificate_nothing_is_asked(
    tmp_path: Path, content: str, reason: str, closed_port: int
) -> None:
    guard(tmp_path)
    (tmp_path / 'ipc_cert.pem').write_text(content)
    assert why_not(tmp_path, closed_port) == reason


@pytest.mark.parametrize(
    'token',
    [
        pytest.param('', id='empty'),
        pytest.param('two words', id='two words'),
        pytest.param('abc\r\nX-Injected: yes', id='a line break'),
        pytest.param('t\u00f6ken', id='a letter that no header may hold'),
        pytest.param('x' * 5000, id='too long'),
    ],
)
def test_what_cannot_be_a_token_is_not_sent(tmp_path: Path, token: str) -> None:
    api = guard(tmp_path, token=token)
    with serving(HEALTHY, tls=api.tls) as server:
        assert why_not(tmp_path, server.port) == "the file of the Agent's token holds none"
    assert server.requests == []


def test_without_a_token_file_nothing_is_asked(tmp_path: Path, closed_port: int) -> None:
    guard(tmp_path)
    (tmp_path / 'auth_token').unlink()
    assert why_not(tmp_path, closed_port) == "the file of the Agent's token cannot be read (ENOENT)"


def test_a_refused_token_is_told_by_the_status_alone(tmp_path: Path) -> None:
    api = guard(tmp_path)
    with serving(refusing, tls=api.tls) as server:
        assert why_not(tmp_path, server.port) == f'127.0.0.1:{server.port} answers with the status 403'


def echo(connection: socket.socket) -> None:
    """A server that repeats the credentials of the request in everything it says."""
    http(TOKEN.encode(), f'500 {TOKEN}', f'X: {TOKEN}')(connection)


def test_what_a_server_repeats_does_not_reach_the_reason(tmp_path: Path) -> None:
    api = guard(tmp_path)
    with serving(echo, tls=api.tls) as server:
        assert why_not(tmp_path, server.port) == f'127.0.0.1:{server.port} answers with the status 500'
