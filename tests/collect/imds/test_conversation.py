"""Which requests a run makes: as few as possible, and never one that it should not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.imds import ImdsProbe
from datadog_checks.aws_diagnostics.collect.run import CollectOptions
from datadog_checks.aws_diagnostics.facts import Answer, Identity, Imds, NetworkPath, NotSent, Unobserved
from datadog_checks.aws_diagnostics.facts.values import AccountId, ImdsEndpoint, RegionName
from tests.builders import INSTANCE_ID, NOW
from tests.collect.imds.asking import ask, ask_with, endpoint, options, without_times
from tests.collect.imds.scripted_imds import TOKEN, ScriptedImds, Step, http
from tests.simulator import FAMILIES, Family, Persona, Request, Topology, World

WorldOf = Callable[..., World]

PUT = Request('PUT', '/latest/api/token', 'none', False)
GET = Request('GET', '/latest/meta-data/instance-id', 'valid', False)
DOCUMENT = Request('GET', '/latest/dynamic/instance-identity/document', 'valid', False)
CONTROL = Request('GET', '/latest/meta-data/instance-id', 'invalid', False)
TOKENLESS = Request('GET', '/latest/meta-data/instance-id', 'none', False)


class Runs:
    """One probe in one world, from run to run."""

    def __init__(self, world: World, settings: CollectOptions) -> None:
        self.world = world
        self._probe = ImdsProbe(settings)
        self._seen = len(world.requests)

    def at(self, now: float) -> tuple[Imds, NetworkPath | Unobserved, list[Request]]:
        """With what the world was asked in this run."""
        self._probe, imds, path = self.world.run(ask_with, self._probe, now)
        requests = self.world.requests[self._seen :]
        self._seen += len(requests)
        return imds, path, requests


@pytest.mark.parametrize('family', FAMILIES)
def test_the_first_run_learns_what_a_healthy_imds_says(world_of: WorldOf, family: Family) -> None:
    world = world_of(Topology.CONTAINER, hop_limit=2, tokens='required')
    imds, _, requests = Runs(world, options(family, measure_hop_limit=False)).at(NOW)
    assert Imds(
        endpoint=endpoint(family),
        observed_at=NOW,
        token=Answer(200, 0.0, 0.0, token_granted=True, server='EC2ws', content_type='text/plain'),
        metadata=without_times(imds.metadata),
        control=NotSent('the token was granted and metadata came'),
        tokenless=Answer(401, 0.0, 0.0, server='EC2ws', content_type='text/html'),
        tokenless_at=NOW,
        instance_id=INSTANCE_ID,
        identity=Identity(
            RegionName('eu-west-1'),
            AccountId('123456789012'),
            'ami-0abcdef1234567890',
            'm7i.large',
            'eu-west-1a',
            INSTANCE_ID,
        ),
        requests=4,
        rounds=1,
        tokenless_holds=True,
    ) == timeless(imds)
    assert imds.v2_works
    assert requests == [PUT, GET, DOCUMENT, TOKENLESS]


def timeless(imds: Imds) -> Imds:
    exchanges = {name: without_times(getattr(imds, name)) for name in ('token', 'metadata', 'control', 'tokenless')}
    return Imds(**{name: getattr(imds, name) for name in imds.__slots__} | exchanges)


def test_a_steady_run_is_one_put_and_one_get(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.CONTAINER, hop_limit=2), options())
    first, path, _ = runs.at(NOW)
    for run in range(1, 4):
        imds, same_path, requests = runs.at(NOW + 15.0 * run)
        assert requests == [PUT, GET]
        assert imds.requests == 2
        assert (imds.identity, imds.instance_id, imds.tokenless_at) == (first.identity, INSTANCE_ID, NOW)
        assert imds.tokenless == first.tokenless
        assert same_path == path


def test_the_requests_of_the_first_run_are_counted_without_those_of_the_measurement(world_of: WorldOf) -> None:
    imds, path, requests = Runs(world_of(Topology.CONTAINER, hop_limit=2), options()).at(NOW)
    assert isinstance(path, NetworkPath)
    assert imds.requests == 4
    searched, confirmed, way_back = [PUT], [PUT] * 5, [CONTROL] * 3
    assert requests == [PUT, GET, DOCUMENT, TOKENLESS, *searched, *confirmed, *way_back]


INTERVALS = [
    pytest.param(3600.0, [True, False, True], id='hourly'),
    pytest.param(60.0, [True, True, True], id='every minute'),
    pytest.param(0.0, [False, False, False], id='never'),
]


@pytest.mark.parametrize(('interval', 'asked'), INTERVALS)
def test_the_request_without_a_token_is_as_rare_as_the_operator_wants(
    world_of: WorldOf, interval: float, asked: list[bool]
) -> None:
    runs = Runs(world_of(Topology.HOST), options(imdsv1_probe_interval=interval, measure_hop_limit=False))
    results = [runs.at(NOW + after) for after in (0.0, 1800.0, 3600.0)]
    assert [TOKENLESS in requests for _, _, requests in results] == asked
    assert [imds.v1_works for imds, _, _ in results] == [True if interval else None] * 3


def test_what_was_known_of_v1_is_not_repeated_about_an_imds_that_answers_nothing(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.HOST), options(measure_hop_limit=False))
    assert runs.at(NOW)[0].v1_works is True
    runs.world.change(persona=Persona.HANGING)
    imds, _, _ = runs.at(NOW + 15.0)
    assert imds.tokenless == NotSent('IMDS answered no other request')
    assert (imds.v1_works, imds.answers, imds.tokenless_at) == (None, False, NOW)
    assert imds.instance_id == INSTANCE_ID


CONTROLS = [
    pytest.param({}, [PUT, GET, DOCUMENT], id='all well: not asked'),
    pytest.param({'token_reply': 'lost'}, [PUT, CONTROL, PUT, CONTROL], id='token reply lost'),
    pytest.param({'endpoint': 'disabled'}, [PUT, CONTROL], id='endpoint disabled'),
    pytest.param({'throttle_every': 1}, [PUT], id='throttled: not asked'),
]


@pytest.mark.parametrize(('behaviour', 'expected'), CONTROLS)
def test_the_control_request_is_made_only_when_something_did_not_come(
    world_of: WorldOf, behaviour: dict[str, Any], expected: list[Request]
) -> None:
    world = world_of(Topology.HOST, **behaviour)
    _, _, requests = Runs(world, options(imdsv1_probe_interval=0.0, measure_hop_limit=False)).at(NOW)
    assert requests == expected


@pytest.mark.parametrize('persona', list(Persona))
def test_no_credentials_and_no_user_data_are_ever_asked_for(world_of: WorldOf, persona: Persona) -> None:
    world = world_of(Topology.CONTAINER, hop_limit=2, persona=persona)
    world.run(ask, options())
    assert {r.path for r in world.requests} <= {PUT.path, GET.path, DOCUMENT.path}


@pytest.fixture
def scripted() -> Iterator[Callable[..., ScriptedImds]]:
    servers: list[ScriptedImds] = []

    def start(*gets: Step) -> ScriptedImds:
        servers.append(ScriptedImds([Step(TOKEN)], gets).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def run_loopback(probe: ImdsProbe, now: float) -> Imds:
    return ask_with(probe, now)[1]


def on_loopback(server: ScriptedImds) -> ImdsProbe:
    settings = CollectOptions(
        imds_endpoint=ImdsEndpoint(server.endpoint), measure_hop_limit=False, imdsv1_probe_interval=0.0
    )
    return ImdsProbe(settings)


ID = Step(http(200, b'i-0123456789abcdef0'))
OTHER_ID = Step(http(200, b'i-0fedcba9876543210'))
REGION = Step(http(200, b'{"region": "eu-west-1"}'))
OTHER_REGION = Step(http(200, b'{"region": "eu-west-2"}'))
NO_DOCUMENT = Step(http(404))

DOCUMENTS = [
    pytest.param([ID, REGION, ID], ['eu-west-1', 'eu-west-1'], 1, 15.0, id='once'),
    pytest.param([ID, REGION, OTHER_ID, OTHER_REGION], ['eu-west-1', 'eu-west-2'], 2, 15.0, id='another instance'),
    pytest.param([ID, REGION, OTHER_ID, NO_DOCUMENT], ['eu-west-1', None], 2, 15.0, id='another instance, no document'),
    pytest.param([ID, NO_DOCUMENT, ID], [None, None], 1, 3599.0, id='never obtained, within the hour'),
    pytest.param([ID, NO_DOCUMENT, ID, REGION], [None, 'eu-west-1'], 2, 3600.0, id='never obtained, an hour later'),
]


@pytest.mark.parametrize(('gets', 'regions', 'asked', 'later'), DOCUMENTS)
def test_the_identity_document_is_asked_for_once_for_each_instance(
    scripted: Callable[..., ScriptedImds], gets: list[Step], regions: list[str | None], asked: int, later: float
) -> None:
    server = scripted(*gets)
    probe = on_loopback(server)
    identities = [run_loopback(probe, now).identity for now in (NOW, NOW + later)]
    assert [identity and identity.region for identity in identities] == regions
    assert sum('document' in request for request in server.requests) == asked


def test_a_name_that_is_no_instance_id_becomes_no_fact(scripted: Callable[..., ScriptedImds]) -> None:
    imds = run_loopback(on_loopback(scripted(Step(http(200, b'i-0123; reboot')))), NOW)
    assert imds.v2_works
    assert imds.instance_id is None


def test_the_token_is_in_nothing_that_is_kept_or_returned(scripted: Callable[..., ScriptedImds]) -> None:
    import pickle

    probe, imds, path = ask_with(on_loopback(scripted(ID, REGION, ID)), NOW)
    assert imds.v2_works
    assert b'AQAEscripted' not in pickle.dumps((probe, imds, path))
