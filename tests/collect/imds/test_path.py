"""What the measurement concludes when replies are lost, late, refused or strange: never a wrong number.

Over loopback: no gateway, and every reply carries the TTL that the script gives it.
"""

import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.imds.kernel import require_ttl, reset_on_close
from datadog_checks.aws_diagnostics.collect.imds.minimum_ttl import DropCounter
from datadog_checks.aws_diagnostics.collect.imds.path import PathMeasurement
from datadog_checks.aws_diagnostics.collect.imds.tcp import parse_endpoint
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.facts import Imds, NetworkPath, Outcome
from tests import builders
from tests.builders import NOW, answered, unanswered
from tests.builders import granted as token_granted
from tests.collect.imds.scripted_imds import RESET, SILENCE, ScriptedImds, Step, granted, http

pytestmark = pytest.mark.skipif(sys.platform != 'linux', reason='the minimum TTL of a connection is an option of Linux')

FAMILIES = ('ipv4', 'ipv6')
INCONCLUSIVE = 'the remaining TTL could not be measured: packets were lost, or IMDS throttles'
COUNTER = DropCounter()
NO_COUNTER = DropCounter(Path('/absent'))


def measured(**differences: object) -> NetworkPath:
    """On the host itself, hop limit 2."""
    values = {'gateways': 0, 'confirmed': True, 'remaining_ttl': 2, 'hop_limit': 2, 'intercepted': False}
    values |= {'gateways_back': 0}
    return NetworkPath(measured_at=NOW, **(values | differences))  # type: ignore[arg-type]


def unknown(note: str, **differences: object) -> NetworkPath:
    return measured(**{'remaining_ttl': None, 'hop_limit': None, 'gateways_back': None, 'note': note} | differences)


def measure(
    server: ScriptedImds, imds: Imds | None = None, counter: DropCounter = COUNTER, seconds: float = 20.0
) -> tuple[NetworkPath, bool]:
    """The path, and whether it is complete, after a conversation in which the token was granted."""
    address = parse_endpoint(server.endpoint)
    measurement = PathMeasurement(address, imds or builders.imds(), Deadline(seconds), counter)
    return measurement.measure(), measurement.complete


SMALL = granted(ttl=2)
THROTTLED = Step(http(503))

TRANSIENT = [
    pytest.param([SILENCE, SMALL, SILENCE, SMALL], COUNTER, id='every other reply is lost'),
    pytest.param([SILENCE, SILENCE, SILENCE, SMALL], COUNTER, id='three replies are lost'),
    pytest.param([THROTTLED, SMALL], COUNTER, id='one request is throttled'),
    pytest.param([RESET, SMALL], COUNTER, id='one connection is reset'),
    pytest.param([SILENCE, SMALL], NO_COUNTER, id='one reply is lost, and the counter cannot be read'),
    pytest.param([THROTTLED, THROTTLED, SMALL], NO_COUNTER, id='throttled, and the counter cannot be read'),
]


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(('puts', 'counter'), TRANSIENT)
def test_trouble_that_passes_is_asked_again_and_changes_no_value(
    puts: Sequence[Step], counter: DropCounter, family: str
) -> None:
    with ScriptedImds(puts, family=family) as server:
        path, complete = measure(server, counter=counter)
    assert path == measured(certain=counter is COUNTER)
    assert complete


LASTING = [
    pytest.param([SILENCE], COUNTER, id='every reply is lost'),
    pytest.param([SMALL, SILENCE], COUNTER, id='every reply but the first is lost'),
    pytest.param([THROTTLED], COUNTER, id='every request is throttled with the usual TTL'),
    pytest.param([Step(http(403))], COUNTER, id='every request is refused with the usual TTL'),
    pytest.param([Step(http(200))], COUNTER, id='no answer is a token'),
    pytest.param([Step(b'noise\r\n')], COUNTER, id='no answer is HTTP'),
    pytest.param([RESET], COUNTER, id='every connection is reset'),
    pytest.param([SILENCE], NO_COUNTER, id='every reply is lost, and the counter cannot be read'),
    pytest.param([SMALL, SILENCE], NO_COUNTER, id='every reply but the first is lost, and the counter cannot be read'),
]


@pytest.mark.parametrize(('puts', 'counter'), LASTING)
def test_trouble_that_lasts_is_inconclusive_and_never_a_no(puts: Sequence[Step], counter: DropCounter) -> None:
    with ScriptedImds(puts) as server:
        path, complete = measure(server, counter=counter)
    assert path == unknown(INCONCLUSIVE, certain=counter is COUNTER)
    assert not complete


@contextmanager
def others_that_drop_by_ttl() -> Iterator[None]:
    """Another program here makes the kernel's counter grow all the time."""
    over = threading.Event()

    def drop() -> None:
        with socket.create_server(('127.0.0.1', 0)) as listener:
            while not over.wait(0.001):
                with socket.create_connection(listener.getsockname()) as client, listener.accept()[0] as server:
                    require_ttl(client, 255)
                    server.sendall(b'dropped')
                    reset_on_close(client)

    thread = threading.Thread(target=drop)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    ('puts', 'expected'),
    [
        pytest.param([SILENCE], unknown(INCONCLUSIVE), id='every reply is lost'),
        pytest.param([SILENCE, SMALL], measured(), id='one reply is lost'),
        pytest.param([SMALL], measured(), id='no reply is lost'),
    ],
)
def test_packets_that_are_dropped_for_others_are_no_evidence(puts: Sequence[Step], expected: NetworkPath) -> None:
    before = COUNTER.read() or 0
    with ScriptedImds(puts) as server, others_that_drop_by_ttl():
        path, _ = measure(server)
    assert path == expected
    assert (COUNTER.read() or 0) - before > 3


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize('ttl', [65, 128, 255])
def test_a_ttl_that_no_hop_limit_leaves_is_no_hop_limit(ttl: int, family: str) -> None:
    with ScriptedImds([granted(ttl)], family=family) as server:
        path, complete = measure(server)
    assert path == unknown('the TTL of the token reply is above 64: a proxy sends it, or this kernel ignores IP_MINTTL')
    assert complete


@pytest.mark.parametrize('family', FAMILIES)
@pytest.mark.parametrize(
    ('ttl_of_others', 'hop_limit', 'note'),
    [
        pytest.param(255, 64, '', id='other replies carry more: a hop limit of 64'),
        pytest.param(64, None, 'it is 64, or a proxy or a rule on the way gives every answer that TTL', id='so do all'),
    ],
)
def test_the_largest_hop_limit_is_certain_only_where_other_replies_carry_more(
    ttl_of_others: int, hop_limit: int | None, note: str, family: str
) -> None:
    with ScriptedImds([granted(64)], [Step(http(401), ttl_of_others)], family=family) as server:
        path, _ = measure(server)
    assert path == measured(remaining_ttl=64, hop_limit=hop_limit, note=note)


OVER = 'the deadline of this run ended before the whole path was measured'


def test_when_the_deadline_ends_what_is_known_so_far_is_the_result() -> None:
    with ScriptedImds([SMALL, SILENCE]) as server:
        path, complete = measure(server, seconds=0.4)
    assert path == unknown(OVER, intercepted=None)
    assert not complete


def test_without_any_time_nothing_is_sent() -> None:
    with ScriptedImds([SMALL]) as server:
        path, complete = measure(server, seconds=0.0)
    assert path == NetworkPath(measured_at=NOW, gateways=None, note=OVER)
    assert not complete
    assert server.requests == []


LOST = unanswered(Outcome.LOST, acknowledged=True)

REPLIES = [
    pytest.param(LOST, answered(401), True, id='token reply lost, IMDS answers'),
    pytest.param(LOST, answered(200), True, id='token reply lost, v1 answers whatever the token'),
    pytest.param(LOST, answered(404), True, id='token reply lost, an answer nevertheless'),
    pytest.param(LOST, answered(403), False, id='endpoint disabled'),
    pytest.param(LOST, answered(503), False, id='throttled'),
    pytest.param(LOST, answered(429), False, id='throttled, by another number'),
    pytest.param(LOST, answered(500), False, id='in trouble'),
    pytest.param(LOST, unanswered(Outcome.LOST), False, id='nothing is answered'),
    pytest.param(LOST, builders.imds().control, False, id='not asked'),
    pytest.param(unanswered(Outcome.LOST, acknowledged=False), answered(401), False, id='the request was lost'),
    pytest.param(unanswered(Outcome.LOST), answered(401), False, id='not known whether the request was lost'),
    pytest.param(unanswered(Outcome.MALFORMED), answered(401), False, id='half an answer came'),
    pytest.param(unanswered(Outcome.RESET), answered(401), False, id='reset'),
    pytest.param(answered(403), answered(401), False, id='refused'),
    pytest.param(token_granted(), builders.imds().control, False, id='granted'),
]


@pytest.mark.parametrize(('token', 'control', 'lost'), REPLIES)
def test_a_reply_is_lost_only_where_the_request_arrived_and_others_are_answered(
    token: object, control: object, lost: bool
) -> None:
    with ScriptedImds([SMALL]) as server:
        path, _ = measure(server, imds=builders.imds(token=token, control=control))
    assert path.reply_lost is lost


def test_a_token_that_was_not_granted_costs_no_further_put() -> None:
    with ScriptedImds([SMALL]) as server:
        path, _ = measure(server, imds=builders.imds(token=answered(403), control=answered(401)))
    assert path == unknown('no token was granted, so no token reply was measured')
    assert server.requests == []
