"""One unlucky sample is no verdict: what did not come is asked for again, and what was proved is not forgotten.

Over loopback, with a server that follows a script.
"""

import socket
import threading
from collections.abc import Sequence

import pytest

from datadog_checks.aws_diagnostics.collect.imds import ImdsProbe
from datadog_checks.aws_diagnostics.collect.imds.exchange import Incoming
from datadog_checks.aws_diagnostics.collect.imds.tcp import Connection, connect, parse_endpoint
from datadog_checks.aws_diagnostics.collect.run import CollectOptions, Deadline
from datadog_checks.aws_diagnostics.diagnoses.imds.fault import Fault, fault_of
from datadog_checks.aws_diagnostics.facts import Imds, NoAnswer
from datadog_checks.aws_diagnostics.facts.values import ImdsEndpoint
from tests.builders import NOW
from tests.collect.imds.scripted_imds import RESET, SILENCE, ScriptedImds, Step, granted, http

ID = Step(http(200, b'i-0123456789abcdef0', b'Server: EC2ws', b'Content-Type: text/plain'))
NOT_KNOWN = Step(http(401, b'', b'Server: EC2ws'))
THROTTLED = Step(http(503, b'', b'Server: EC2ws'))
NAMELESS = Step(http(503))
BROKEN = Step(http(500))
BARE_TOKEN = Step(http(200, b'AQAEscripted=='))
HTML = Step(http(200, b'i-0123456789abcdef0', b'Content-Type: text/html'))
OTHER_TEXT = Step(http(200, b'welcome'))
CUT = Step(b'HTTP/1.1 200 OK\r\nContent-Le')


def probe(server: ScriptedImds, timeout: float = 0.2) -> ImdsProbe:
    return ImdsProbe(
        CollectOptions(
            imds_endpoint=ImdsEndpoint(server.endpoint),
            timeout=timeout,
            imdsv1_probe_interval=0.0,
            measure_hop_limit=False,
        )
    )


def talked(puts: Sequence[Step], gets: Sequence[Step]) -> Imds:
    with ScriptedImds(puts, gets) as server:
        return probe(server).run(Deadline(4.0), NOW)[0]


PASSING = [
    pytest.param([SILENCE, granted()], [NOT_KNOWN, ID], 2, id='one token is lost'),
    pytest.param([RESET, granted()], [NOT_KNOWN, ID], 2, id='one connection is reset'),
    pytest.param([RESET, RESET, RESET, granted()], [RESET, RESET, RESET, ID], 4, id='a server restarts'),
    pytest.param([CUT, CUT, granted()], [CUT, CUT, ID], 3, id='two answers are cut'),
    pytest.param([BROKEN, granted()], [BROKEN, ID], 2, id='one 500'),
    pytest.param([granted()], [NOT_KNOWN, NOT_KNOWN, ID], 2, id='just after boot, a fresh token is not known'),
    pytest.param([granted()], [RESET, NOT_KNOWN, ID], 2, id='one GET with a token is reset'),
    pytest.param([BARE_TOKEN], [ID], 1, id='a proxy takes the time to live from the token reply'),
    pytest.param([granted()], [HTML], 1, id='an instance id that comes as text/html'),
    pytest.param([SILENCE, THROTTLED, granted()], [NOT_KNOWN, NOT_KNOWN, ID], 3, id='lost, throttled, and well'),
]


@pytest.mark.parametrize(('puts', 'gets', 'rounds'), PASSING)
def test_trouble_that_passes_is_no_fault(puts: Sequence[Step], gets: Sequence[Step], rounds: int) -> None:
    imds = talked(puts, gets)
    assert (fault_of(imds), imds.rounds) == (Fault.NONE, rounds)


LASTING = [
    pytest.param([SILENCE], [NOT_KNOWN], Fault.TOKEN_LOST, id='no token ever arrives'),
    pytest.param([SILENCE], [SILENCE], Fault.UNREACHABLE, id='nothing is answered'),
    pytest.param([RESET], [RESET], Fault.UNREACHABLE, id='everything is reset'),
    pytest.param([RESET], [NOT_KNOWN], Fault.FILTERED, id='only the PUT is reset'),
    pytest.param([granted()], [NOT_KNOWN], Fault.TOKEN_UNKNOWN, id='a fresh token is never known'),
    pytest.param([RESET, SILENCE], [NOT_KNOWN], Fault.UNCLEAR, id='reset, then silent'),
    pytest.param([BROKEN], [BROKEN], Fault.UNCLEAR, id='500 each time'),
    pytest.param([SILENCE, THROTTLED, SILENCE], [NOT_KNOWN], Fault.TOKEN_LOST, id='no token arrives, a 503 does'),
    pytest.param(
        [SILENCE, THROTTLED, SILENCE],
        [NOT_KNOWN, THROTTLED],
        Fault.TOKEN_LOST,
        id='no token arrives, a 503 does, and another GET is throttled then',
    ),
    pytest.param([SILENCE, THROTTLED], [NOT_KNOWN], Fault.THROTTLED, id='one token is lost, and then IMDS throttles'),
    pytest.param([SILENCE, THROTTLED, RESET], [NOT_KNOWN], Fault.THROTTLED, id='lost, throttled, and reset'),
    pytest.param([SILENCE], [THROTTLED], Fault.THROTTLED, id='a token is lost while IMDS throttles'),
    pytest.param([THROTTLED], [NOT_KNOWN], Fault.THROTTLED, id='throttled at once'),
    pytest.param([NAMELESS], [NOT_KNOWN], Fault.THROTTLED, id='a 503 without a name, and an answer of EC2'),
    pytest.param([NAMELESS], [NAMELESS], Fault.NAMELESS, id='a 503 without a name, whatever is asked'),
    pytest.param([BARE_TOKEN], [NOT_KNOWN], Fault.FOREIGN, id='a text in place of a token, that nobody knows'),
    pytest.param([BARE_TOKEN], [OTHER_TEXT], Fault.FOREIGN, id='a text in place of everything'),
]


@pytest.mark.parametrize(('puts', 'gets', 'fault'), LASTING)
def test_trouble_that_lasts_is_a_fault_where_every_sample_says_so(
    puts: Sequence[Step], gets: Sequence[Step], fault: Fault
) -> None:
    assert fault_of(talked(puts, gets)) is fault


def test_a_control_that_was_answered_once_is_not_forgotten() -> None:
    imds = talked([SILENCE], [NOT_KNOWN, SILENCE])
    assert fault_of(imds) is Fault.TOKEN_LOST


def test_in_the_agent_a_silence_that_the_run_before_did_not_see_waits_for_the_next_run() -> None:
    with ScriptedImds([granted(), SILENCE], [ID, NOT_KNOWN]) as server:
        agent = probe(server)
        faults = [fault_of(agent.run(Deadline(4.0), NOW + 15.0 * run)[0]) for run in range(3)]
    assert faults == [Fault.NONE, Fault.UNCLEAR, Fault.TOKEN_LOST]


def test_the_first_run_may_be_the_only_one_and_waits_for_none() -> None:
    with ScriptedImds([SILENCE], [NOT_KNOWN]) as server:
        assert not probe(server).run(Deadline(4.0), NOW)[0].provisional


def test_what_has_arrived_counts_although_the_time_is_over() -> None:
    """A process that stood still comes back late, with the answer in its socket."""
    here, there = socket.socketpair()
    with here, there:
        here.setblocking(False)
        there.sendall(b'arrived')
        late = Incoming(here, timeout=0.0)
        assert late.read(100) == b'arrived'
        with pytest.raises(TimeoutError):
            late.read(100)


def test_a_connection_that_is_established_counts_although_the_time_is_over() -> None:
    with ScriptedImds([granted()]) as server:
        connection = connect(parse_endpoint(server.endpoint), timeout=0.0)
        assert isinstance(connection, Connection)
        with connection:
            pass


def accept_two(listener: socket.socket) -> None:
    for _ in range(2):
        listener.accept()[0].close()


def test_a_fresh_syn_is_sent_while_the_first_one_waits() -> None:
    """Nobody accepts here and the backlog is full, so that no SYN is answered before there is room."""
    with socket.create_server(('127.0.0.1', 0), backlog=0) as listener:
        address = parse_endpoint(f'http://127.0.0.1:{listener.getsockname()[1]}')
        fillers = [connect(address, 0.05) for _ in range(3)]
        assert isinstance(fillers[-1], NoAnswer)
        accepting = threading.Timer(0.1, accept_two, [listener])
        accepting.start()
        patient = connect(address, 0.9, again_every=0.15)
        accepting.join()
        for connection in (*fillers, patient):
            if isinstance(connection, Connection):
                with connection:
                    pass
    assert isinstance(patient, Connection)
