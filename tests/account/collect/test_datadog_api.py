"""Every way in which the Datadog API can fail is told apart, and never with a key or a word of what was received."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from datadog_checks.aws_diagnostics.collect.datadog_api import LIMIT, DatadogApi
from datadog_checks.aws_diagnostics.collect.run import RequestFailed
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api, plain
from tests.account.servers import free_port

PATH = '/api/v2/integration/aws/accounts'
HTML = '<!DOCTYPE html><title>Log in</title>'
NOT_ACCEPTED = 'Datadog does not accept the API key or the application key (401)'
LATE = 'the Datadog API did not answer in time'
CUT = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data": ['

FAILURES = [
    pytest.param(plain(401, '{"errors": ["Unauthorized"]}'), NOT_ACCEPTED, id='keys that are none'),
    pytest.param(
        plain(403, '{"errors": ["Forbidden"]}'),
        'Datadog refuses: a key is not valid, or the application key may not read AWS configuration'
        ' (403, permission aws_configuration_read)',
        id='an application key without the permission',
    ),
    pytest.param(
        plain(404, '{}'), 'the Datadog API does not know this address (404): check datadog_site', id='another site'
    ),
    pytest.param(plain(429, '{}'), 'Datadog throttles its API (429)', id='throttling'),
    pytest.param(plain(503, HTML, 'text/html'), 'the Datadog API failed (status 503)', id='a failure of Datadog'),
    pytest.param(
        b'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n',
        'the Datadog API does not answer as documented (status 302)',
        id='a redirect is not followed',
    ),
    pytest.param(
        plain(200, HTML, 'text/html'),
        'the answer is not from the Datadog API: it is HTML',
        id='a portal that answers everything',
    ),
    pytest.param(plain(200, 'OK'), 'the answer is not from the Datadog API: it is not JSON', id='text'),
    pytest.param(
        plain(200, '[' * 100_000), 'the answer is not from the Datadog API: it is not JSON', id='endless nesting'
    ),
    pytest.param(
        plain(200, '"' + 'a' * LIMIT + '"'),
        'the answer of the Datadog API is larger than 1 MiB',
        id='an endless answer',
    ),
    pytest.param(
        b'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}',
        'the answer of the Datadog API is compressed although the request did not allow it',
        id='what could unpack to gigabytes',
    ),
    pytest.param(CUT, 'the Datadog API could not be reached, or broke the connection', id='half an answer'),
    pytest.param(b'\x16\x03\x01', 'the Datadog API could not be reached, or broke the connection', id='no HTTP'),
    pytest.param(b'', LATE, id='silence'),
]


@pytest.mark.parametrize(('answer', 'reason'), FAILURES)
def test_each_failure_has_its_reason(answer: bytes, reason: str) -> None:
    with datadog_api(Datadog(instead=answer)) as datadog, pytest.raises(RequestFailed) as failure:
        DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY, timeout=2).get(PATH, with_keys=True)
    assert str(failure.value) == reason
    assert failure.value.__cause__ is None


def test_nobody_listens() -> None:
    with pytest.raises(RequestFailed) as failure:
        DatadogApi(f'http://127.0.0.1:{free_port()}').get(PATH)
    assert str(failure.value) == 'the Datadog API could not be reached, or broke the connection'


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """One byte after the other, faster than any timeout of a read, until the client goes."""
    over = threading.Event()
    with socket.create_server(('127.0.0.1', 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    connection.sendall(head)
                    while not over.wait(0.05):
                        connection.sendall(b'a')
                except OSError:
                    pass

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield f'http://127.0.0.1:{listener.getsockname()[1]}'
        finally:
            over.set()
            thread.join(10)


DRIPS = [
    pytest.param(b'HTTP/1.1 200 OK\r\nX-Long: ', id='in its head'),
    pytest.param(b'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n', id='in its body'),
    pytest.param(b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', id='in a body without length'),
]


@pytest.mark.parametrize('head', DRIPS)
def test_an_answer_that_drips_is_cut_off(head: bytes) -> None:
    with dripping(head) as url, pytest.raises(RequestFailed) as failure:
        DatadogApi(url, timeout=0.5).get(PATH)
    assert str(failure.value) == LATE


def test_a_handshake_that_drips_is_cut_off() -> None:
    with dripping(b'\x16\x03\x03\x40\x00') as url, pytest.raises(RequestFailed) as failure:
        DatadogApi(url.replace('http', 'https'), timeout=0.5).get(PATH)
    assert str(failure.value) == LATE


KEYS = [
    pytest.param(API_KEY, APP_KEY, True, (API_KEY, APP_KEY), id='both keys where they are asked for'),
    pytest.param(API_KEY, APP_KEY, False, (None, None), id='no keys for what is public'),
    pytest.param(API_KEY, '', True, (None, None), id='a single key is not sent'),
]


@pytest.mark.parametrize(('api_key', 'app_key', 'with_keys', 'sent'), KEYS)
def test_keys_are_sent_only_where_they_are_needed(
    api_key: str, app_key: str, with_keys: bool, sent: tuple[str | None, str | None]
) -> None:
    with datadog_api(Datadog(instead=plain(200, '{"data": []}'))) as datadog:
        api = DatadogApi(datadog.url, api_key=api_key, app_key=app_key)
        assert api.get(PATH, with_keys=with_keys) == {'data': []}
    assert datadog.keys == [sent]


def test_a_key_that_no_header_can_hold_is_not_repeated() -> None:
    with datadog_api() as datadog, pytest.raises(RequestFailed) as failure:
        DatadogApi(datadog.url, api_key='abc\ndef', app_key=APP_KEY).get(PATH, with_keys=True)
    assert str(failure.value) == 'the request to the Datadog API failed unexpectedly: InvalidHeader'


def test_the_proxy_of_the_environment_is_used_and_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('HTTP_PROXY', f'http://user:hunter2@127.0.0.1:{free_port()}')
    monkeypatch.delenv('NO_PROXY', raising=False)
    monkeypatch.delenv('no_proxy', raising=False)
    with pytest.raises(RequestFailed) as failure:
        DatadogApi('http://api.datadoghq.com').get(PATH)
    assert str(failure.value) == 'the proxy on the way to the Datadog API failed'
