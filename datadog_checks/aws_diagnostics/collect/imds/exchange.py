"""One request and its answer, over one connection."""

import selectors
import socket
import time
from dataclasses import dataclass, field

from ...facts import Answer, NoAnswer, Outcome
from ...text import trimmed
from ..run import Deadline
from .http import ClosedEarly, Malformed, Response, read_response
from .kernel import QueuedError, all_acknowledged, queued_error
from .requests import Request, granted_token
from .tcp import Address, Connection, connect, error_name, ready

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
        """Raises TimeoutError at the end of that time, OSError when the connection fails."""
        while (left := self._end - time.monotonic()) > 0 and ready(self.sock, selectors.EVENT_READ, left):
            data = self._receive(at_most)
            if data is not None:
                self.first_byte_seconds = self.first_byte_seconds or time.perf_counter() - self._started
                return data
        raise TimeoutError

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


def exchange(address: Address, request: Request, timeout: float, deadline: Deadline) -> Reply | NoAnswer:
    """Connects, asks, and reads the answer; at most `timeout` seconds to connect and as many to answer.

    Raises DeadlineExceeded when the run has too little time left for its silence to mean anything.
    """
    connection = connect(address, deadline.patience(timeout))
    if isinstance(connection, NoAnswer):
        return connection
    with connection:
        return converse(connection, request.encode(address.host_header), deadline.patience(timeout))


def converse(connection: Connection, request: bytes, timeout: float) -> Reply | NoAnswer:
    """Sends the request and reads the answer within `timeout` seconds."""
    incoming = Incoming(connection.sock, timeout)
    try:
        connection.sock.sendall(request)
    except OSError as e:
        return _broken(e, incoming)
    return receive(connection, incoming)


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
        return NoAnswer(Outcome.MALFORMED, f'the answer was still incomplete after {incoming.timeout:.2f} s')
    acknowledged = all_acknowledged(incoming.sock)
    return NoAnswer(Outcome.LOST, f'no answer within {incoming.timeout:.2f} s', acknowledged=acknowledged)


def _answered(response: Response, connect_seconds: float, first_byte_seconds: float) -> Answer:
    return Answer(
        status=response.status,
        connect_seconds=connect_seconds,
        first_byte_seconds=first_byte_seconds,
        token_granted=granted_token(response) is not None,
        server=trimmed(response.headers.get('server', ''), SHOWN_CHARACTERS),
        content_type=trimmed(response.headers.get('content-type', ''), SHOWN_CHARACTERS),
    )
