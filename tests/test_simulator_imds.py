"""The rules of IMDS, as the Amazon EC2 User Guide gives them and reports of real responses complete them."""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from typing import Any

import pytest

from tests.simulator import FAMILIES, IMDS, Family, Instance, Topology, World, namespaces_available
from tests.simulator.client import TOKEN_PATH, TOKEN_TTL, Answer, ask, converse, grant

pytestmark = pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)

INSTANCE_ID = '/latest/meta-data/instance-id'
FORWARDED = {'X-Forwarded-For': '198.51.100.7'}


def with_token(token: str) -> dict[str, str]:
    return {'X-aws-ec2-metadata-token': token}


def ask_with_token(path: str, **headers: str) -> Answer:
    return ask('GET', path, with_token(grant()) | headers)


def outlive_a_token() -> int:
    """The status of the first request after the end of a token of one second, or of the last one in 5 s."""
    token = ask('PUT', TOKEN_PATH, {'X-aws-ec2-metadata-token-ttl-seconds': '1'}).body.decode()
    end = time.monotonic() + 5
    while (status := ask('GET', INSTANCE_ID, with_token(token)).status) == 200 and time.monotonic() < end:
        time.sleep(0.05)
    return status


@pytest.mark.parametrize('family', FAMILIES)
def test_a_token_is_56_characters_and_its_answer_looks_like_that_of_ec2(family: Family) -> None:
    with World(Topology.HOST) as world:
        answer = world.run(ask, 'PUT', TOKEN_PATH, TOKEN_TTL, IMDS[family])
    assert len(answer.body) == 56
    assert answer._replace(body=b'', headers=answer.headers | {'date': ''}) == Answer(
        status=200,
        headers={
            'server': 'EC2ws',
            'connection': 'close',
            'x-aws-ec2-metadata-token-ttl-seconds': '60',
            'content-length': '56',
            'content-type': 'text/plain',
            'date': '',
        },
        body=b'',
    )


@pytest.mark.parametrize(
    ('lifetime', 'status'),
    [('1', 200), ('21600', 200), ('0', 400), ('21601', 400), ('-1', 400), ('', 400), ('60s', 400), ('6 0', 400)],
)
def test_a_token_lives_1_to_21600_seconds(lifetime: str, status: int) -> None:
    with World(Topology.HOST) as world:
        headers = {'X-aws-ec2-metadata-token-ttl-seconds': lifetime}
        assert world.run(ask, 'PUT', TOKEN_PATH, headers).status == status


def test_a_token_ends() -> None:
    with World(Topology.HOST, tokens='optional') as world:
        assert world.run(outlive_a_token) == 401


@pytest.mark.parametrize(
    ('method', 'path', 'headers', 'status'),
    [
        pytest.param('PUT', TOKEN_PATH, {}, 400, id='no lifetime'),
        pytest.param('PUT', TOKEN_PATH, TOKEN_TTL | FORWARDED, 403, id='a forwarded request for a token'),
        pytest.param('PUT', '/2021-07-15/api/token', TOKEN_TTL, 403, id='a request for a token of a version'),
        pytest.param('PUT', '/', TOKEN_TTL, 403, id='any other PUT'),
        pytest.param('GET', TOKEN_PATH, TOKEN_TTL, 405, id='a token asked for by GET'),
        pytest.param('POST', INSTANCE_ID, {}, 405, id='another method'),
        pytest.param('GET', INSTANCE_ID, with_token('invalid'), 401, id='an invalid token'),
        pytest.param('GET', '/latest/meta-data/nothing', {}, 404, id='an unknown path'),
        pytest.param('GET', '/2000-01-01/meta-data/', {}, 404, id='an unknown version'),
        pytest.param('GET', INSTANCE_ID, FORWARDED, 200, id='a forwarded request without a token'),
        pytest.param('HEAD', INSTANCE_ID, {}, 200, id='only the headers'),
    ],
)
def test_a_request_gets_its_status(method: str, path: str, headers: dict[str, str], status: int) -> None:
    with World(Topology.HOST) as world:
        assert world.run(ask, method, path, headers).status == status


@pytest.mark.parametrize(('tokens', 'status'), [('optional', 200), ('required', 401)])
def test_tokens_are_optional_or_required(tokens: str, status: int) -> None:
    with World(Topology.HOST, tokens=tokens) as world:
        assert world.run(ask, 'GET', INSTANCE_ID).status == status
        assert world.run(ask_with_token, INSTANCE_ID).body == b'i-0123456789abcdef0'


def test_a_token_in_a_forwarded_request_is_refused() -> None:
    with World(Topology.HOST) as world:
        assert world.run(ask_with_token, INSTANCE_ID, **FORWARDED).status == 403


def test_the_method_of_the_token_path_is_named_even_where_tokens_are_required() -> None:
    with World(Topology.HOST, tokens='required') as world:
        answer = world.run(ask, 'GET', TOKEN_PATH)
    assert (answer.status, answer.headers['allow']) == (405, 'OPTIONS, PUT')


@pytest.mark.parametrize(('method', 'path'), [('PUT', TOKEN_PATH), ('GET', INSTANCE_ID), ('GET', '/'), ('POST', '/')])
def test_a_disabled_endpoint_refuses_everything(method: str, path: str) -> None:
    with World(Topology.HOST, endpoint='disabled') as world:
        assert world.run(ask, method, path, TOKEN_TTL).status == 403


@pytest.mark.parametrize('status', [503, 429])
def test_throttling_hits_every_nth_request(status: int) -> None:
    with World(Topology.HOST, throttle_every=3, throttle_status=status) as world:
        assert [world.run(ask, 'GET', INSTANCE_ID).status for _ in range(6)] == [200, 200, status, 200, 200, status]
        world.change(throttle_every=1)
        assert [world.run(ask, 'PUT', TOKEN_PATH, TOKEN_TTL).status for _ in range(2)] == [status, status]


def test_a_lost_token_reply_is_acknowledged_and_never_comes_while_other_requests_are_answered() -> None:
    with World(Topology.HOST, token_reply='lost') as world:
        with pytest.raises(TimeoutError):
            world.run(grant, timeout=0.3)
        assert world.run(ask, 'GET', INSTANCE_ID, with_token('invalid')).status == 401


def test_an_answer_can_be_slow() -> None:
    with World(Topology.HOST, delay=0.4) as world:
        with pytest.raises(TimeoutError):
            world.run(ask, 'GET', INSTANCE_ID, timeout=0.1)
        assert world.run(ask, 'GET', INSTANCE_ID).status == 200


def test_the_requests_are_on_record() -> None:
    with World(Topology.HOST) as world:
        world.run(ask, 'GET', INSTANCE_ID)
        world.run(ask, 'GET', INSTANCE_ID, with_token('invalid') | FORWARDED)
        world.run(ask_with_token, '/latest/?query=1')
        assert world.requests == [
            ('GET', INSTANCE_ID, 'none', False),
            ('GET', INSTANCE_ID, 'invalid', True),
            ('PUT', TOKEN_PATH, 'none', False),
            ('GET', '/latest/', 'valid', False),
        ]


def test_what_changes_is_seen_by_the_next_connection() -> None:
    with World(Topology.HOST) as world:
        before = world.run(ask, 'GET', INSTANCE_ID).status
        world.change(tokens='required')
        required = world.run(ask, 'GET', INSTANCE_ID).status
        world.change(endpoint='disabled')
        assert (before, required, world.run(ask, 'GET', INSTANCE_ID).status) == (200, 401, 403)


LISTINGS: dict[str, list[str]] = {
    '/latest': ['dynamic', 'meta-data', 'user-data'],
    '/latest/dynamic/': ['instance-identity/'],
    '/latest/dynamic/instance-identity/': ['document', 'pkcs7', 'rsa2048', 'signature'],
    '/latest/meta-data/placement': ['availability-zone', 'availability-zone-id', 'region'],
    '/latest/meta-data/iam/': ['info', 'security-credentials/'],
    '/latest/meta-data/iam/security-credentials/': ['web'],
    '/latest/meta-data/network/interfaces/macs/': ['06:00:0a:00:00:0c/'],
    '/latest/meta-data/public-keys/': ['0=deployment'],
    '/latest/meta-data/public-keys/0/': ['openssh-key'],
    '/latest/meta-data/services/': ['domain', 'partition'],
    '/2021-07-15/meta-data/tags/instance/': ['Name'],
}


@pytest.mark.parametrize('path', LISTINGS)
def test_a_folder_lists_its_names(path: str) -> None:
    with World(Topology.HOST) as world:
        assert world.run(ask, 'GET', path).body.decode().split('\n') == LISTINGS[path]


def test_the_root_lists_the_versions() -> None:
    with World(Topology.HOST) as world:
        versions = world.run(ask, 'GET', '/').body.decode().split('\n')
    assert versions[0] == '1.0'
    assert versions[-1] == 'latest'
    assert {'2009-04-04', '2021-03-23', '2021-07-15'} < set(versions)


VALUES = {
    'ami-id': 'ami-0abcdef1234567890',
    'hostname': 'ip-10-0-0-12.eu-west-1.compute.internal',
    'instance-type': 'm7i.large',
    'local-ipv4': '10.0.0.12',
    'placement/availability-zone': 'eu-west-1a',
    'public-ipv4': '198.51.100.12',
    'tags/instance/Name': 'web-1',
    'services/domain': 'amazonaws.com',
    'network/interfaces/macs/06:00:0a:00:00:0c/vpc-id': 'vpc-0123456789abcdef0',
}


def test_a_path_holds_its_value_in_every_version() -> None:
    with World(Topology.HOST) as world:
        for version in ('latest', '2021-07-15'):
            for path, value in VALUES.items():
                assert world.run(ask, 'GET', f'/{version}/meta-data/{path}').body.decode() == value


def test_the_identity_document_tells_of_the_instance() -> None:
    instance = Instance(instance_id='i-0aaaaaaaaaaaaaaa0', availability_zone='us-east-1c', account_id='210987654321')
    with World(Topology.HOST, instance=instance) as world:
        document = json.loads(world.run(ask, 'GET', '/latest/dynamic/instance-identity/document').body)
    expected = {'instanceId': 'i-0aaaaaaaaaaaaaaa0', 'region': 'us-east-1', 'accountId': '210987654321'}
    assert expected.items() <= document.items()


@pytest.mark.parametrize('missing', ['iam/info', 'tags/instance/'])
def test_an_instance_without_role_and_tags_has_no_paths_for_them(missing: str) -> None:
    with World(Topology.HOST, instance=Instance(role='', tags={})) as world:
        assert world.run(ask, 'GET', f'/latest/meta-data/{missing}').status == 404


@pytest.mark.parametrize(
    'request_bytes',
    [b'\x16\x03\x01\x02\x00\x01', b'GET /\r\n\r\n', b'GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n'],
    ids=['TLS', 'no protocol', 'a length that is none'],
)
def test_what_is_no_http_request_is_closed_without_an_answer(request_bytes: bytes) -> None:
    with World(Topology.HOST) as world:
        assert world.run(converse, request_bytes + b'\r\n\r\n') == b''
        assert world.run(ask, 'GET', '/').status == 200


def test_one_connection_is_one_answer() -> None:
    with World(Topology.HOST) as world:
        answer = world.run(converse, b'GET /latest/meta-data/ami-id HTTP/1.1\r\nHost: imds\r\n\r\n')
    assert answer.startswith(b'HTTP/1.1 200 OK\r\n')
    assert answer.endswith(b'\r\n\r\nami-0abcdef1234567890')


def status_of(url: str) -> int:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def test_a_person_can_start_it_alone() -> None:
    arguments: list[Any] = ['--port', '0', '--tokens', 'required']
    command = [sys.executable, '-m', 'tests.simulator.imds', *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address, port = process.stdout.readline().split()[-2:]
        assert status_of(f'http://{address}:{port}/latest/') == 401
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == 0
