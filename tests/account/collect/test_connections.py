"""A connection that is kept from request to request is bounded as each of its own is."""

import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.bounded_http import Connection, NotAnswered
from datadog_checks.aws_diagnostics.collect.datadog_answers import Permission
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from tests.account.datadog_api import API_KEY, APP_KEY
from tests.collect.agent.guarded_api import guard
from tests.collect.agent.servers import http, serving
from tests.served import served


class Keeping(ThreadingHTTPServer):
    """Keeps connections open; what a path says it does with them."""

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), _Handler)
        self.connections = 0
        self.cookies: list[str | None] = []
        self.authorization: list[str | None] = []
        self.over = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server: Keeping

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1
        self.asked = 0

    def do_DELETE(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.asked += 1
        if self.path == '/never' or (self.path == '/once' and self.asked > 1):
            self.close_connection = True
            return
        self.server.cookies.append(self.headers['Cookie'])
        self.server.authorization.append(self.headers['Authorization'])
        self.send_response(200)
        self.send_header('Set-Cookie', 'seen=1; Path=/')
        self.send_header('Content-Length', '2')
        self.end_headers()
        if self.path == '/silent':
            self.server.over.wait(30)
        self.wfile.write(b'{}')
        self.close_connection = self.path == '/closes'

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[Keeping]:
    server = Keeping()
    with served(server):
        yield server
        server.over.set()


def api(server: Keeping, connection: Connection | None = None, timeout: float = 10.0) -> DatadogApi:
    url = f'http://127.0.0.1:{server.server_port}'
    return DatadogApi(url, api_key=API_KEY, app_key=APP_KEY, timeout=timeout, connection=connection)


def test_each_request_has_its_own_connection_unless_one_is_kept(server: Keeping) -> None:
    asked = api(server)
    assert [asked.get('/'), asked.get('/'), server.connections] == [{}, {}, 2]


def test_one_that_is_kept_serves_all_requests_and_no_cookie_is_sent(server: Keeping) -> None:
    with closing(Connection(keep=True)) as connection:
        asked = api(server, connection)
        assert [asked.get('/') for _ in range(5)] == [{}] * 5
    assert (server.connections, server.cookies) == (1, [None] * 5)


def test_no_password_of_the_file_netrc_is_sent(
    server: Keeping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / 'netrc'
    netrc.write_text('machine 127.0.0.1 login alice password hunter2\n')
    monkeypatch.setenv('NETRC', str(netrc))
    assert (api(server).get('/'), server.authorization) == ({}, [None])


def test_the_certificates_that_the_environment_names_are_the_ones_that_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a proxy that opens TLS, say: requests reads the variable, and a server that they do not sign is refused."""
    guarded = guard(tmp_path)
    with serving(http(b'{}'), tls=guarded.tls) as secure:
        url = f'https://127.0.0.1:{secure.port}'
        with pytest.raises(NotAnswered, match='TLS handshake'):
            DatadogApi(url).get('/')
        monkeypatch.setenv('REQUESTS_CA_BUNDLE', str(tmp_path / 'ipc_cert.pem'))
        assert DatadogApi(url).get('/') == {}


def test_one_that_the_server_closes_is_opened_again(server: Keeping) -> None:
    with closing(Connection(keep=True)) as connection:
        asked = api(server, connection)
        assert [asked.get('/closes') for _ in range(3)] == [{}] * 3
    assert server.connections == 3


def test_one_that_breaks_under_a_later_question_is_opened_again(server: Keeping) -> None:
    """The server closed it while the question was on its way."""
    with closing(Connection(keep=True)) as connection:
        asked = api(server, connection)
        assert [asked.get('/once') for _ in range(3)] == [{}] * 3
    assert server.connections == 3


def test_what_may_have_had_an_effect_is_not_sent_again(server: Keeping) -> None:
    with closing(Connection(keep=True)) as connection:
        asked = api(server, connection)
        asked.delete('/once', needs=Permission.HOST_TAGS_WRITE)
        with pytest.raises(NotAnswered, match='broke the connection'):
            asked.delete('/once', needs=Permission.HOST_TAGS_WRITE)
    assert server.connections == 1


def test_a_new_one_that_breaks_is_not_opened_again(server: Keeping) -> None:
    with closing(Connection(keep=True)) as connection, pytest.raises(NotAnswered, match='broke the connection'):
        api(server, connection).get('/never')
    assert server.connections == 1


def test_a_later_request_is_cut_off_in_time_and_the_next_one_is_answered(server: Keeping) -> None:
    """A kept connection is not new, so nothing would end it if it were only watched when it is opened."""
    with closing(Connection(keep=True)) as connection:
        asked = api(server, connection, timeout=0.5)
        asked.get('/')
        with pytest.raises(NotAnswered, match='did not answer in time'):
            asked.get('/silent')
        assert asked.get('/') == {}
    assert server.connections == 2
