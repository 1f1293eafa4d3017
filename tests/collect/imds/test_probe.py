"""From run to run: pauses after failures, new measurements when something changes, and an end in time."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.facts import Imds, NetworkPath, NoAnswer, NotSent, Outcome, Unobserved
from tests.builders import NOW
from tests.collect.imds.asking import ask, ask_and_count_what_stays_open, options
from tests.collect.imds.test_conversation import Runs
from tests.simulator import FAMILIES, Family, Fault, Persona, Topology, World

WorldOf = Callable[..., World]


def test_after_failures_it_pauses_twice_as_long_each_time_and_returns_the_last_result(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.HOST, endpoint='disabled'), options(max_backoff=100.0))
    asked = []
    now = NOW
    while now < NOW + 400.0:
        imds, _, requests = runs.at(now)
        assert bool(requests) is (imds.observed_at == now)
        assert imds.requests == len(requests)
        asked += [now - NOW] if requests else []
        now += 5.0
    assert asked == [0.0, 15.0, 45.0, 105.0, 205.0, 305.0]


def test_a_success_ends_the_pauses(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.HOST, hop_limit=2, endpoint='disabled'), options())
    runs.at(NOW)
    runs.world.change(endpoint='enabled')
    assert not runs.at(NOW + 14.0)[0].v2_works
    assert [runs.at(NOW + after)[0].v2_works for after in (15.0, 16.0, 17.0)] == [True, True, True]


@pytest.mark.parametrize('status', [503, 429])
def test_throttling_makes_it_pause_and_keeps_the_path_that_was_measured(world_of: WorldOf, status: int) -> None:
    runs = Runs(world_of(Topology.HOST, hop_limit=2), options())
    _, path, _ = runs.at(NOW)
    runs.world.change(throttle_every=1, throttle_status=status)
    assert runs.at(NOW + 15.0)[1:] == (path, [runs.world.requests[-1]])
    assert runs.at(NOW + 20.0)[1:] == (path, [])
    runs.world.change(throttle_every=0)
    imds, same, requests = runs.at(NOW + 30.0)
    assert (imds.v2_works, same, len(requests)) == (True, path, 2)


def measured(path: NetworkPath | Unobserved) -> tuple[float, int | None, bool]:
    assert isinstance(path, NetworkPath)
    return path.measured_at - NOW, path.hop_limit, path.reply_lost


def test_the_path_is_measured_anew_when_the_token_reply_begins_or_ceases_to_arrive(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.CONTAINER, hop_limit=2), options())
    assert measured(runs.at(NOW)[1]) == (0.0, 2, False)
    runs.world.change(hop_limit=1)
    assert measured(runs.at(NOW + 15.0)[1]) == (15.0, None, True)
    runs.world.change(hop_limit=3)
    assert measured(runs.at(NOW + 30.0)[1]) == (30.0, 3, False)


def test_the_path_is_measured_anew_when_the_answer_to_the_token_request_changes(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.CONTAINER, hop_limit=2), options())
    runs.at(NOW)
    runs.world.change(endpoint='disabled')
    assert measured(runs.at(NOW + 15.0)[1]) == (15.0, None, False)
    runs.world.change(endpoint='enabled')
    assert measured(runs.at(NOW + 30.0)[1]) == (30.0, 2, False)


def test_the_path_is_measured_anew_when_connecting_becomes_possible(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.CONTAINER, Fault.BLACKHOLE, persona=Persona.HANGING), options())
    _, path, _ = runs.at(NOW)
    assert isinstance(path, NetworkPath)
    assert path.gateways is None
    runs.world.change(Fault.NONE)
    _, path, _ = runs.at(NOW + 15.0)
    assert isinstance(path, NetworkPath)
    assert (path.measured_at, path.gateways) == (NOW + 15.0, 1)


def test_the_path_is_measured_anew_when_its_interval_has_passed(world_of: WorldOf) -> None:
    runs = Runs(world_of(Topology.HOST, hop_limit=2), options(path_probe_interval=3600.0))
    runs.at(NOW)
    runs.world.change(hop_limit=3)
    assert measured(runs.at(NOW + 3599.0)[1]) == (0.0, 2, False)
    assert measured(runs.at(NOW + 3600.0)[1]) == (3600.0, 3, False)


def test_the_measurement_can_be_switched_off(world_of: WorldOf) -> None:
    imds, path, requests = Runs(world_of(Topology.HOST), options(measure_hop_limit=False)).at(NOW)
    assert path == Unobserved('turned off by measure_hop_limit')
    assert imds.v2_works
    assert len(requests) == 4


def test_a_run_without_time_asks_nothing_and_does_not_count_as_a_failure(world_of: WorldOf) -> None:
    world = world_of(Topology.HOST, hop_limit=2)
    before = len(world.requests)
    imds, path = world.run(ask, options(), 0.0)
    over = 'the deadline of this run is over'
    assert (imds.token, imds.control, imds.requests) == (NotSent(over), NotSent(over), 0)
    assert path == Unobserved(over)
    assert len(world.requests) == before


def ask_and_take_time(settings: Any, seconds: float) -> tuple[Imds, NetworkPath | Unobserved, float]:
    started = time.monotonic()
    imds, path = ask(settings, seconds)
    return imds, path, time.monotonic() - started


SLOW = [
    pytest.param({'persona': Persona.HANGING}, id='silent after connecting'),
    pytest.param({'persona': Persona.DRIP}, id='an answer that never ends'),
    pytest.param({'fault': Fault.BLACKHOLE}, id='silent to the SYN'),
    pytest.param({'delay': 0.35}, id='every answer late, none too late'),
    pytest.param({'fault': Fault.SILENT_GATEWAY, 'hop_limit': 1}, id='lost reply and a silent gateway'),
]


@pytest.mark.parametrize('behaviour', SLOW)
@pytest.mark.parametrize('seconds', [0.1, 0.5, 1.0])
def test_no_run_lasts_longer_than_its_deadline(world_of: WorldOf, behaviour: dict[str, Any], seconds: float) -> None:
    world = world_of(Topology.CONTAINER, **{'hop_limit': 5} | behaviour)
    *_, lasted = world.run(ask_and_take_time, options(timeout=0.4), seconds)
    assert lasted < seconds + 0.5


def test_a_silence_that_the_deadline_cut_short_is_no_finding(world_of: WorldOf) -> None:
    imds, path = world_of(Topology.CONTAINER, persona=Persona.HANGING).run(ask, options(timeout=1.0), 1.3)
    assert imds.token == NoAnswer(Outcome.LOST, 'no answer within 1.00 s', acknowledged=True)
    assert isinstance(imds.control, NotSent)
    assert isinstance(path, NetworkPath)
    assert not path.reply_lost


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(
    'behaviour',
    [
        pytest.param({'hop_limit': 5}, id='measured'),
        pytest.param({'hop_limit': 1}, id='token reply lost'),
        pytest.param({'fault': Fault.REJECT_PORT}, id='rejected'),
        pytest.param({'fault': Fault.LOCAL_NO_ROUTE}, id='no route'),
        pytest.param({'persona': Persona.RESETTING}, id='reset'),
        pytest.param({'persona': Persona.DRIP}, id='an answer that never ends'),
    ],
)
def test_no_socket_stays_open(world_of: WorldOf, family: Family, behaviour: dict[str, Any]) -> None:
    world = world_of(Topology.CONTAINER, **behaviour)
    assert world.run(ask_and_count_what_stays_open, options(family)) == (set(), [])
