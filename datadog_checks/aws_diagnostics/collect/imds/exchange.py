"""One request and its answer, over one connection."""

import selectors
import socket
import time
from dataclasses import dataclass, field
from types import TracebackType

from ...facts import Answer, NoAnswer, Outcome
from ...text import trimmed
from ..run import Deadline, DeadlineExceeded
from .http import ClosedEarly, Malformed, Response, read_response
from .kernel import TCPI_LAST_DATA_RECV_OFFSET, QueuedError, all_acknowledged, idle_seconds, queued_error, ready
from .requests import Request, is_granted_as_by_imds
from .tcp import Address, Connection, connect, error_name

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer: the part that may be shown, and all of it."""

    answered: Answer
    response: Response = field(repr=False)


class Incoming:
    """The bytes that arrive on a connection until `timeout` seconds from now."""

    def __init__(self, sock: socket.socket, timeout: float) -> None:
        self.sock = sock
        self.timeout = timeout
        self._started = time.perf_counter()
        self._end = time.monotonic() + timeout
        self.first_byte_seconds: float | None = None
        self.queued: QueuedError | None = None

    def read(self, at_most: int) -> bytes:
        """Raises TimeoutError at the end of that time, OSError when the connection fails.

        The clock is read before the socket: where this process stood still, the answer is there although the time is
        over.
        """
        while True:
            left = max(0.0, self._end - time.monotonic())
            data = self._receive(at_most) if ready(self.sock, selectors.EVENT_READ, left) else None
            if data is not None:
                self._note_first_byte()
                return data
            if left == 0:
                raise TimeoutError

    def _note_first_byte(self) -> None:
        """How long the byte lay in the socket, while this process stood still, is no slowness of IMDS."""
        if self.first_byte_seconds is None:
            unread = idle_seconds(self.sock, TCPI_LAST_DATA_RECV_OFFSET)
            self.first_byte_seconds = max(0.0, time.perf_counter() - self._started - unread)

    def _receive(self, at_most: int) -> bytes | None:
        """None where the wait ended without data. An ICMP error in the queue counts as an error even if recv() reports
        none: left in the queue, it would end every further wait at once."""
        try:
            return self.sock.recv(at_most)
        except BlockingIOError:
            self.queued = queued_error(self.sock)
        if self.queued is not None:
            raise OSError(self.queued.number, 'ICMP error')
        return None


class Question:
    """A request that was sent over a connection of its own. Leaving its `with` block resets and closes that."""

    def __init__(self, connection: Connection, timeout: float) -> None:
        self._connection = connection
        self._incoming = Incoming(connection.sock, timeout)

    def __enter__(self) -> 'Question':
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def ask(self, request: bytes) -> Reply | NoAnswer:
        """Sends the request and reads the answer."""
        try:
            self._connection.sock.sendall(request)
        except OSError as e:
            return _broken(e, self._incoming)
        return self.answer()

    def answer(self) -> Reply | NoAnswer:
        """After a silence, another look at what has arrived since."""
        return receive(self._connection, self._incoming)


class OutOfTime(DeadlineExceeded):
    """The connection was established, and then no time was left to ask anything."""


def exchange(address: Address, request: Request, timeout: float, deadline: Deadline) -> Reply | NoAnswer:
    """Connects, asks, and reads the answer; at most `timeout` seconds to connect and as many to answer.

    Raises DeadlineExceeded when the run has too little time left for its silence to mean anything.
    """
    question = reach_out(address, timeout, deadline)
    if isinstance(question, NoAnswer):
        return question
    with question:
        return question.ask(request.encode(address.host_header))


def reach_out(
    address: Address, timeout: float, deadline: Deadline, again_every: float | None = None
) -> Question | NoAnswer:
    """A connection over which to ask; `again_every` as for `connect`. Raises DeadlineExceeded as `exchange` does."""
    connection = connect(address, deadline.patience(timeout), again_every=again_every)
    if isinstance(connection, NoAnswer):
        return connection
    try:
        return Question(connection, deadline.patience(timeout))
    except DeadlineExceeded as e:
        with connection:
            raise OutOfTime(str(e)) from None


def receive(connection: Connection, incoming: Incoming) -> Reply | NoAnswer:
    try:
        response = read_response(incoming.read)
    except TimeoutError:
        return _too_late(incoming)
    except Malformed as e:
        return NoAnswer(Outcome.MALFORMED, str(e))
    except ClosedEarly as e:
        return NoAnswer(Outcome.RESET, str(e))
    except OSError as e:
        return _broken(e, incoming)
    return Reply(_answered(response, connection.seconds, incoming.first_byte_seconds or 0.0), response)


def _broken(error: OSError, incoming: Incoming) -> NoAnswer:
    queued = incoming.queued or queued_error(incoming.sock)
    return NoAnswer(Outcome.RESET, error_name(error.errno), icmp=queued.icmp if queued else None)


def _too_late(incoming: Incoming) -> NoAnswer:
    """Silence differs from half an answer: only silence can mean that the reply was dropped on its way."""
    if incoming.first_byte_seconds is not None:
        return NoAnswer(Outcome.INCOMPLETE, f'the answer was still incomplete after {incoming.timeout:.2f} s')
    acknowledged = all_acknowledged(incoming.sock)
    return NoAnswer(Outcome.LOST, f'no answer within {incoming.timeout:.2f} s', acknowledged=acknowledged)


def _answered(response: Response, connect_seconds: float, first_byte_seconds: float) -> Answer:
    return Answer(
        status=response.status,
        connect_seconds=connect_seconds,
        first_byte_seconds=first_byte_seconds,
        token_granted=is_granted_as_by_imds(response),
        server=trimmed(response.headers.get('server', ''), SHOWN_CHARACTERS),
        content_type=trimmed(response.headers.get('content-type', ''), SHOWN_CHARACTERS),
    )
