"""A server on loopback that answers AWS's query and JSON APIs as a test has written down: for each action one answer
after the other, the last one for ever.
"""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from datadog_checks.aws_diagnostics.collect.imds.kernel import reset_on_close


@dataclass(frozen=True)
class Answer:
    body: str
    status: int = 200
    sent: int | None = None
    """Bytes of the body that are sent before the connection is reset; None for all and no reset."""
    content_type: str = 'text/xml'


@dataclass
class ScriptedAws:
    answers: Mapping[str, list[Answer]]
    endpoint: str = ''
    asked: list[str] = field(default_factory=list)
    """The actions, in order, retries included."""

    def answer_to(self, action: str) -> Answer:
        self.asked.append(action)
        answers = self.answers[action]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def error(code: str, status: int, message: str = 'refused') -> Answer:
    body = f'<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(f'{body}<RequestId>1</RequestId></ErrorResponse>', status)


def result(action: str, inner: str, *, sent: int | None = None) -> Answer:
    return Answer(
        f'<{action}Response><{action}Result>{inner}</{action}Result>'
        f'<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>',
        sent=sent,
    )


def json_error(code: str, status: int = 400, message: str = 'refused') -> Answer:
    """As services with a JSON protocol write it."""
    return json_answer({'__type': code, 'message': message}, status)


def json_answer(document: object, status: int = 200) -> Answer:
    return Answer(json.dumps(document), status, content_type='application/x-amz-json-1.1')


@contextmanager
def scripted_aws(answers: Mapping[str, list[Answer]]) -> Iterator[ScriptedAws]:
    with socket.create_server(('127.0.0.1', 0)) as listener:
        aws = ScriptedAws(answers, endpoint=f'http://127.0.0.1:{listener.getsockname()[1]}')
        thread = threading.Thread(target=_accept, args=(listener, aws))
        thread.start()
        try:
            yield aws
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _accept(listener: socket.socket, aws: ScriptedAws) -> None:
    with suppress(OSError):  # the listener was shut down: the test is over
        while True:
            connection, _ = listener.accept()
            with suppress(OSError), connection:  # the client may leave whenever it likes
                connection.settimeout(10)
                _serve(connection, aws)


def _serve(connection: socket.socket, aws: ScriptedAws) -> None:
    fields, received = _request(connection)
    target = fields.get(b'x-amz-target', b'').decode()
    action = target.rpartition('.')[2] or parse_qs(received.decode())['Action'][0]
    answer = aws.answer_to(action)
    body = answer.body.encode()
    head = f'HTTP/1.1 {answer.status} Any\r\nContent-Type: {answer.content_type}\r\nContent-Length: {len(body)}\r\n'
    connection.sendall(f'{head}Connection: close\r\n\r\n'.encode() + body[: answer.sent])
    if answer.sent is not None:
        reset_on_close(connection)


def _request(connection: socket.socket) -> tuple[dict[bytes, bytes], bytes]:
    """The fields of its head, by their names in lower case, and its body."""
    received = b''
    while b'\r\n\r\n' not in received:
        received += _some(connection)
    head, _, body = received.partition(b'\r\n\r\n')
    lines = (line.partition(b': ') for line in head.split(b'\r\n')[1:])
    fields = {name.lower(): value for name, _, value in lines}
    while len(body) < int(fields[b'content-length']):
        body += _some(connection)
    return fields, body


def _some(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise OSError('the client has left')
    return chunk
