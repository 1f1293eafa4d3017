"""Every way in which IMDS can fail to answer is told apart, over real networks."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from datadog_checks.aws_diagnostics.facts import (
    Answer,
    Exchange,
    IcmpError,
    Imds,
    NetworkPath,
    NoAnswer,
    NotSent,
    Outcome,
    Unobserved,
)
from datadog_checks.aws_diagnostics.facts.values import IpAddress
from tests.builders import INSTANCE_ID, NOW
from tests.collect.imds.asking import ask, ask_behind_proxy_variables, options, without_times
from tests.simulator import FAMILIES, Family, Fault, Persona, Topology, World

WorldOf = Callable[..., World]

GATEWAY = {'ipv4': '172.17.0.1', 'ipv6': 'fd00:17::1'}


class Rejection(NamedTuple):
    """How connect() fails, and the type and code of the ICMP error."""

    outcome: Outcome
    ipv4: tuple[str, int, int]
    ipv6: tuple[str, int, int]


REJECTIONS = [
    pytest.param(
        Fault.REJECT_PORT,
        Rejection(Outcome.REJECTED, ('ECONNREFUSED', 3, 3), ('ECONNREFUSED', 1, 4)),
        id='a firewall rejects with port unreachable',
    ),
    pytest.param(
        Fault.REJECT_NETWORK_PROHIBITED,
        Rejection(Outcome.REJECTED, ('ENETUNREACH', 3, 9), ('EACCES', 1, 1)),
        id='a firewall rejects with network prohibited',
    ),
    pytest.param(
        Fault.REJECT_HOST_PROHIBITED,
        Rejection(Outcome.REJECTED, ('EHOSTUNREACH', 3, 10), ('EACCES', 1, 1)),
        id='a firewall rejects with host prohibited',
    ),
    pytest.param(
        Fault.REJECT_ADMIN_PROHIBITED,
        Rejection(Outcome.REJECTED, ('EHOSTUNREACH', 3, 13), ('EACCES', 1, 1)),
        id='a firewall rejects with communication prohibited',
    ),
    pytest.param(
        Fault.REJECT_NETWORK,
        Rejection(Outcome.UNREACHABLE, ('ENETUNREACH', 3, 0), ('ENETUNREACH', 1, 0)),
        id='a router has no route, or a firewall says so',
    ),
    pytest.param(
        Fault.REJECT_HOST,
        Rejection(Outcome.UNREACHABLE, ('EHOSTUNREACH', 3, 1), ('EHOSTUNREACH', 1, 3)),
        id='a router finds no host',
    ),
]


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(('fault', 'rejection'), REJECTIONS)
def test_a_rejection_names_the_router_that_sent_it(
    world_of: WorldOf, family: Family, fault: Fault, rejection: Rejection
) -> None:
    version = 4 if family == 'ipv4' else 6
    detail, kind, code = rejection.ipv4 if family == 'ipv4' else rejection.ipv6
    expected = NoAnswer(rejection.outcome, detail, IcmpError(version, kind, code, IpAddress(GATEWAY[family])))

    imds, path = world_of(Topology.CONTAINER, fault).run(ask, options(family))

    assert imds == silence(family, token=expected, control=expected, rounds=2)
    assert path == no_path(expected)


SILENT = NoAnswer(Outcome.SILENT, 'no answer to the SYN within 0.90 s')
LOCAL = NotSent('nothing can be sent to IMDS: no route')

UNCONNECTED = [
    pytest.param(Fault.BLACKHOLE, SILENT, SILENT, 2, id='a gateway drops silently'),
    pytest.param(Fault.LOCAL_NO_NEIGHBOUR, SILENT, SILENT, 2, id='nobody on the link answers, not yet given up'),
    pytest.param(
        Fault.REJECT_TCP_RESET,
        NoAnswer(Outcome.REFUSED, 'ECONNREFUSED'),
        NoAnswer(Outcome.REFUSED, 'ECONNREFUSED'),
        4,
        id='a firewall answers with a reset',
    ),
    pytest.param(
        Fault.LOCAL_UNREACHABLE_ROUTE,
        NoAnswer(Outcome.UNREACHABLE, 'EHOSTUNREACH'),
        NoAnswer(Outcome.UNREACHABLE, 'EHOSTUNREACH'),
        4,
        id='an unreachable route',
    ),
    pytest.param(Fault.LOCAL_NO_ROUTE, NoAnswer(Outcome.NO_ROUTE, 'ENETUNREACH'), LOCAL, 1, id='no route'),
    pytest.param(Fault.LOCAL_BLACKHOLE_ROUTE, NoAnswer(Outcome.NO_ROUTE, 'EINVAL'), LOCAL, 1, id='a blackhole route'),
    pytest.param(Fault.LOCAL_PROHIBIT_ROUTE, NoAnswer(Outcome.NO_ROUTE, 'EACCES'), LOCAL, 1, id='a prohibit route'),
]


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(('fault', 'token', 'control', 'rounds'), UNCONNECTED)
def test_a_connection_that_fails_without_a_word_from_a_router_says_how(
    world_of: WorldOf, family: Family, fault: Fault, token: NoAnswer, control: Exchange, rounds: int
) -> None:
    imds, path = world_of(Topology.CONTAINER, fault).run(ask, options(family))
    assert imds == silence(family, token=token, control=control, rounds=rounds)
    assert path == no_path(token)


def test_a_neighbour_that_does_not_answer_is_unreachable_once_the_kernel_gives_up(world_of: WorldOf) -> None:
    world = world_of(Topology.CONTAINER, Fault.LOCAL_NO_NEIGHBOUR)
    imds, _ = world.run(ask, options(timeout=4.0), 4.5)
    assert isinstance(imds.token, NoAnswer)
    assert (imds.token.outcome, imds.token.detail) == (Outcome.UNREACHABLE, 'EHOSTUNREACH')


LOST = NoAnswer(Outcome.LOST, 'no answer within 0.90 s', acknowledged=True)
NO_TOKEN = 'no token was granted, so no token reply was measured'


def status(
    number: int, server: str = 'EC2ws', content_type: str = 'text/html', instance_id_given: bool | None = None
) -> Answer:
    return Answer(number, 0.0, 0.0, server=server, content_type=content_type, instance_id_given=instance_id_given)


METADATA = status(200, content_type='text/plain', instance_id_given=True)
NOT_ANSWERING = NotSent('IMDS answered no other request')
SWITCHED_OFF = NotSent('turned off by imdsv1_probe_interval')


class Talk(NamedTuple):
    token: Exchange
    control: Exchange
    tokenless: Exchange
    instance_id: str | None = None


RESET = NoAnswer(Outcome.RESET, 'ECONNRESET')
GARBAGE = NoAnswer(Outcome.MALFORMED, 'the answer does not begin with HTTP/')
TOO_LARGE = NoAnswer(Outcome.MALFORMED, 'the answer is larger than allowed')
BODY_TOO_LARGE = NoAnswer(Outcome.MALFORMED, 'the body is larger than 65536 bytes')
DRIP = NoAnswer(Outcome.INCOMPLETE, 'the answer was still incomplete after 0.90 s')
PORTAL = status(200, 'portal')
PAGE = status(200, 'portal', instance_id_given=False)
AZURE = 'Microsoft-IIS/10.0', 'text/xml; charset=utf-8'
GOOGLE = status(403, 'Metadata Server for VM')

TALKS = [
    pytest.param({'persona': Persona.HANGING}, Talk(LOST, LOST, NOT_ANSWERING), id='silent: PUT and GET lost'),
    pytest.param({'endpoint': 'disabled'}, Talk(status(403), status(403), status(403)), id='endpoint disabled'),
    pytest.param(
        {'endpoint': 'disabled', 'token_reply': 'lost'},
        Talk(LOST, status(403), status(403)),
        id='endpoint disabled, and the answer to the PUT is lost',
    ),
    pytest.param(
        {'tokens': 'required', 'token_reply': 'refused'},
        Talk(status(403), status(401), status(401)),
        id='PUT alone refused, by a proxy that adds X-Forwarded-For',
    ),
    pytest.param(
        {'persona': Persona.KUBE2IAM},
        Talk(status(403), status(403), METADATA, instance_id=INSTANCE_ID),
        id='kube2iam: PUT refused, while v1 passes',
    ),
    pytest.param(
        {'persona': Persona.KIAM},
        Talk(status(404, 'kiam', 'text/plain'), status(401), METADATA, instance_id=INSTANCE_ID),
        id='kiam: PUT not found',
    ),
    pytest.param(
        {'persona': Persona.NO_TOKENS},
        Talk(status(405), METADATA, METADATA, instance_id=INSTANCE_ID),
        id='an emulator without IMDSv2',
    ),
    pytest.param(
        {'persona': Persona.AZURE}, Talk(status(400, *AZURE), status(404, *AZURE), status(404, *AZURE)), id='Azure'
    ),
    pytest.param({'persona': Persona.GOOGLE}, Talk(GOOGLE, GOOGLE, GOOGLE), id='Google'),
    pytest.param({'persona': Persona.CAPTIVE_PORTAL}, Talk(PORTAL, PAGE, PAGE), id='200 without a token'),
    pytest.param({'persona': Persona.RESETTING}, Talk(RESET, RESET, NOT_ANSWERING), id='reset after connecting'),
    pytest.param({'persona': Persona.GARBAGE}, Talk(GARBAGE, GARBAGE, NOT_ANSWERING), id='no HTTP'),
    pytest.param({'persona': Persona.OVERSIZED_HEADERS}, Talk(TOO_LARGE, TOO_LARGE, NOT_ANSWERING), id='large header'),
    pytest.param(
        {'persona': Persona.OVERSIZED_BODY}, Talk(BODY_TOO_LARGE, BODY_TOO_LARGE, NOT_ANSWERING), id='large body'
    ),
    pytest.param({'persona': Persona.DRIP}, Talk(DRIP, DRIP, NOT_ANSWERING), id='an answer that never ends'),
]


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(('behaviour', 'talk'), TALKS)
def test_every_kind_of_answer_is_told_apart_and_only_a_lost_token_reply_is_a_lost_reply(
    world_of: WorldOf, family: Family, behaviour: dict[str, Any], talk: Talk
) -> None:
    world = world_of(Topology.CONTAINER, hop_limit=64, **behaviour)
    imds, path = world.run(ask, options(family))
    assert tuple(map(without_times, (imds.token, imds.control, imds.tokenless))) == talk[:3]
    assert imds.metadata == NotSent('no token was granted')
    assert (imds.instance_id, imds.identity) == (talk.instance_id, None)
    assert path == NetworkPath(
        NOW, 1, tuple(map(IpAddress, world.gateway_addresses(family))), confirmed=True, intercepted=False, note=NO_TOKEN
    )


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('code', [503, 429])
def test_throttling_is_met_with_no_further_request(world_of: WorldOf, family: Family, code: int) -> None:
    world = world_of(Topology.CONTAINER, throttle_every=1, throttle_status=code)
    before = len(world.requests)
    imds, path = world.run(ask, options(family))
    assert isinstance(imds.token, Answer)
    assert imds.token.status == code
    assert imds.control == NotSent('IMDS throttles, and more requests would prolong that')
    assert path == Unobserved('IMDS throttles, so the path to it was not measured')
    assert len(world.requests) - before == imds.requests == 1


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('tokens', ['optional', 'required'])
def test_a_token_reply_that_dies_behind_a_gateway_bounds_the_hop_limit_whatever_v1_does(
    world_of: WorldOf, family: Family, tokens: str
) -> None:
    world = world_of(Topology.CONTAINER, hop_limit=1, tokens=tokens)
    imds, path = world.run(ask, options(family))
    assert (imds.token, without_times(imds.control)) == (LOST, status(401))
    assert imds.v1_works is (tokens == 'optional')
    assert imds.instance_id == (INSTANCE_ID if tokens == 'optional' else None)
    assert isinstance(path, NetworkPath)
    assert (path.reply_lost, path.hop_limit_at_most, path.hop_limit_needed) == (True, 1, 2)
    assert imds.requests == 5


@pytest.mark.parametrize('family', FAMILIES)
def test_a_token_reply_that_is_lost_on_the_host_itself_says_nothing_about_the_hop_limit(
    world_of: WorldOf, family: Family
) -> None:
    imds, path = world_of(Topology.HOST, token_reply='lost').run(ask, options(family))
    assert imds.token == LOST
    assert path == NetworkPath(
        NOW,
        0,
        confirmed=True,
        reply_lost=True,
        intercepted=False,
        gateways_back=0,
        note='there is no gateway in between, so the hop limit is not why the token reply is lost',
    )


SILENT_GATEWAY = 'a gateway does not answer, so their number is uncertain'


@pytest.mark.parametrize('family', FAMILIES)
def test_behind_a_silent_gateway_the_remaining_ttl_is_known_and_the_hop_limit_is_not(
    world_of: WorldOf, family: Family
) -> None:
    _, path = world_of(Topology.CONTAINER, Fault.SILENT_GATEWAY, hop_limit=3).run(ask, options(family))
    assert path == NetworkPath(
        NOW, 1, (None,), remaining_ttl=2, intercepted=False, note=SILENT_GATEWAY, gateways_back=1
    )


@pytest.mark.parametrize('family', FAMILIES)
def test_behind_a_silent_gateway_a_lost_reply_gives_no_bound(world_of: WorldOf, family: Family) -> None:
    _, path = world_of(Topology.CONTAINER, Fault.SILENT_GATEWAY, hop_limit=1).run(ask, options(family))
    assert path == NetworkPath(
        NOW, 1, (None,), reply_lost=True, intercepted=False, note=SILENT_GATEWAY, gateways_back=1
    )


PROXIED = "a proxy on the way answers in IMDS's place"


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('topology', [Topology.CONTAINER, Topology.NESTED])
@pytest.mark.usefixtures('possible')
def test_the_ttl_of_a_proxy_is_not_taken_for_a_hop_limit(family: Family, topology: Topology) -> None:
    with World(topology, fault=Fault.PROXY, hop_limit=2) as world:
        imds, path = world.run(ask, options(family))
    assert imds.v2_works
    assert path == NetworkPath(NOW, 0, confirmed=True, remaining_ttl=64, intercepted=True, note=PROXIED)


def test_proxy_variables_of_the_environment_do_not_matter(world_of: WorldOf) -> None:
    world = world_of(Topology.HOST, hop_limit=2)
    assert timeless(world.run(ask_behind_proxy_variables, options())) == timeless(world.run(ask, options()))


def timeless(result: tuple[Imds, NetworkPath | Unobserved]) -> tuple[object, ...]:
    imds, path = result
    return *map(without_times, (imds.token, imds.metadata, imds.tokenless)), imds.instance_id, imds.identity, path


def silence(family: Family, token: Exchange, control: Exchange, rounds: int) -> Imds:
    """Nothing of IMDS came."""
    return Imds(
        endpoint=options(family).imds_endpoint,
        observed_at=NOW,
        token=token,
        metadata=NotSent('no token was granted'),
        control=control,
        tokenless=NOT_ANSWERING,
        rounds=rounds,
    )


def no_path(token: NoAnswer) -> NetworkPath:
    note = f'no connection to IMDS succeeds ({token.outcome}: {token.detail}), so the path cannot be measured'
    return NetworkPath(measured_at=NOW, gateways=None, note=note)
