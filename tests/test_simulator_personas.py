"""What is found at the address of IMDS in place of it, or in front of it."""

import pytest

from tests.simulator import FAMILIES, IMDS, Family, Persona, Topology, World, namespaces_available
from tests.simulator.client import TOKEN_PATH, TOKEN_TTL, Answer, ask, converse

pytestmark = pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)

INSTANCE_ID = '/latest/meta-data/instance-id'
ROLES = '/latest/meta-data/iam/security-credentials/'
ANY_TOKEN = {'X-aws-ec2-metadata-token': 'any'}
GET = b'GET /latest/ HTTP/1.1\r\nHost: imds\r\n\r\n'


def asked(persona: Persona, method: str, path: str, headers: dict[str, str] | None = None) -> Answer:
    with World(Topology.HOST, persona=persona) as world:
        return world.run(ask, method, path, headers)


@pytest.mark.parametrize(
    ('persona', 'token', 'with_token', 'without_token', 'server'),
    [
        pytest.param(Persona.IMDS, 200, 401, 200, 'EC2ws', id='IMDS itself'),
        pytest.param(Persona.KUBE2IAM, 403, 403, 200, 'EC2ws', id='kube2iam'),
        pytest.param(Persona.KIAM, 404, 401, 200, 'kiam', id='kiam'),
        pytest.param(Persona.CAPTIVE_PORTAL, 200, 200, 200, 'portal', id='captive portal'),
        pytest.param(Persona.AZURE, 400, 404, 404, 'Microsoft-IIS/10.0', id='Azure'),
        pytest.param(Persona.GOOGLE, 403, 403, 403, 'Metadata Server for VM', id='Google'),
        pytest.param(Persona.NO_TOKENS, 405, 200, 200, 'EC2ws', id='an emulator without tokens'),
    ],
)
def test_a_persona_answers(persona: Persona, token: int, with_token: int, without_token: int, server: str) -> None:
    with World(Topology.HOST, persona=persona) as world:
        put = world.run(ask, 'PUT', TOKEN_PATH, TOKEN_TTL)
        statuses = (put.status, *(world.run(ask, 'GET', INSTANCE_ID, headers).status for headers in (ANY_TOKEN, {})))
        assert statuses == (token, with_token, without_token)
        assert put.headers['server'] == server
        assert ('x-aws-ec2-metadata-token-ttl-seconds' in put.headers) == (persona is Persona.IMDS)
        assert len(world.requests) == 3


def test_kube2iam_forwards_and_says_so_to_imds() -> None:
    with World(Topology.HOST, persona=Persona.KUBE2IAM, tokens='required') as world:
        assert world.run(ask, 'GET', INSTANCE_ID).status == 401
        assert world.requests == [('GET', INSTANCE_ID, 'none', True)]


def test_kiam_serves_a_whitelist() -> None:
    assert asked(Persona.KIAM, 'GET', ROLES).status == 404


def test_a_captive_portal_answers_with_a_page() -> None:
    answer = asked(Persona.CAPTIVE_PORTAL, 'PUT', TOKEN_PATH, TOKEN_TTL)
    assert answer.headers['content-type'] == 'text/html'
    assert b'<html>' in answer.body


def test_azure_names_its_error() -> None:
    assert b'InvalidHttpVerb' in asked(Persona.AZURE, 'PUT', TOKEN_PATH, TOKEN_TTL).body


def test_google_knows_no_path_of_ec2_even_with_its_own_header() -> None:
    answer = asked(Persona.GOOGLE, 'GET', INSTANCE_ID, {'Metadata-Flavor': 'Google'})
    assert (answer.status, answer.headers['metadata-flavor']) == (404, 'Google')


@pytest.mark.parametrize('family', FAMILIES)
def test_a_hanging_server_accepts_and_says_nothing(family: Family) -> None:
    with World(Topology.HOST, persona=Persona.HANGING) as world:
        with pytest.raises(TimeoutError):
            world.run(converse, GET, IMDS[family], timeout=1)
        assert world.requests == [('GET', '/latest/', 'none', False)]


@pytest.mark.parametrize('family', FAMILIES)
def test_a_resetting_server_resets(family: Family) -> None:
    with World(Topology.HOST, persona=Persona.RESETTING) as world:
        with pytest.raises(ConnectionResetError):
            world.run(converse, GET, IMDS[family])
        assert world.requests == []


def test_garbage_is_not_http() -> None:
    with World(Topology.HOST, persona=Persona.GARBAGE) as world:
        assert not world.run(converse, GET).startswith(b'HTTP/')


def test_oversized_headers_are_larger_than_any_client_should_read() -> None:
    with World(Topology.HOST, persona=Persona.OVERSIZED_HEADERS) as world:
        assert len(world.run(converse, GET).partition(b'\r\n\r\n')[0]) > 64_000


def test_an_oversized_body_is_larger_than_any_client_should_read() -> None:
    with World(Topology.HOST, persona=Persona.OVERSIZED_BODY) as world:
        assert len(world.run(converse, GET, limit=1 << 21)) > 1_000_000


def test_a_drip_never_ends_although_every_read_succeeds() -> None:
    with World(Topology.HOST, persona=Persona.DRIP) as world:
        body = world.run(converse, GET, limit=90).partition(b'\r\n\r\n')[2]
    assert body
    assert set(body) == {ord('a')}


def test_a_persona_can_change_while_it_runs() -> None:
    with World(Topology.CONTAINER, hop_limit=2) as world:
        first = world.run(ask, 'PUT', TOKEN_PATH, TOKEN_TTL).status
        world.change(persona=Persona.KIAM)
        assert (first, world.run(ask, 'PUT', TOKEN_PATH, TOKEN_TTL).status) == (200, 404)
