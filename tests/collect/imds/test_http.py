"""Whatever arrives, the reader returns a bounded answer or says in words what is wrong with it."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.collect.imds.http import (
    MAX_BODY_BYTES,
    MAX_CHUNKED_BYTES,
    MAX_HEAD_BYTES,
    ClosedEarly,
    Malformed,
    Response,
    read_response,
)

OK = b'HTTP/1.1 200 OK\r\n'


class Wire:
    """A peer that sends these pieces, never more than asked for at once, and closes."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._rest = b''
        self.sent = 0

    def read(self, at_most: int) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b''
            self._rest = piece
        data, self._rest = self._rest[:at_most], self._rest[at_most:]
        self.sent += len(data)
        return data


def read(*pieces: bytes) -> Response:
    return read_response(Wire(*pieces).read)


def one_by_one(answer: bytes) -> list[bytes]:
    return [answer[i : i + 1] for i in range(len(answer))]


ANSWERS = [
    pytest.param(OK + b'Content-Length: 5\r\n\r\nhello', Response(200, {'content-length': '5'}, b'hello'), id='length'),
    pytest.param(OK + b'Content-Length: 0\r\n\r\n', Response(200, {'content-length': '0'}, b''), id='empty body'),
    pytest.param(OK + b'\r\nhello', Response(200, {}, b'hello'), id='body until the connection closes'),
    pytest.param(
        OK + b'Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;name=value\r\nlo\r\n0\r\nTrailer: x\r\n\r\n',
        Response(200, {'transfer-encoding': 'chunked'}, b'hello'),
        id='chunks, with an extension and a trailer',
    ),
    pytest.param(b'HTTP/1.0 404 Not Found\r\n\r\n', Response(404, {}, b''), id='HTTP/1.0'),
    pytest.param(b'HTTP/1.1 401 \r\n\r\n', Response(401, {}, b''), id='empty reason phrase'),
    pytest.param(b'HTTP/1.1 401\r\n\r\n', Response(401, {}, b''), id='no reason phrase'),
    pytest.param(b'HTTP/1.1 204 No Content\r\n\r\nignored', Response(204, {}, b''), id='a status without a body'),
    pytest.param(
        OK + b'X-A:  one \t\r\nx-a: two\r\nContent-Length: 0\r\n\r\n',
        Response(200, {'x-a': 'one, two', 'content-length': '0'}, b''),
        id='header names in any case, given twice, with white space around values',
    ),
    pytest.param(
        OK + b'Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi',
        Response(200, {'content-length': '2, 2'}, b'hi'),
        id='the same length twice',
    ),
    pytest.param(
        b'HTTP/1.1 200 OK\nX-A: b\nContent-Length: 2\n\nhi',
        Response(200, {'x-a': 'b', 'content-length': '2'}, b'hi'),
        id='lines that end with a bare line feed, which Go reads',
    ),
    pytest.param(
        b'HTTP/1.1 200 OK\r\nX-A: b\nContent-Length: 2\n\r\nhi',
        Response(200, {'x-a': 'b', 'content-length': '2'}, b'hi'),
        id='lines that end in both ways',
    ),
    pytest.param(
        OK + b'Content-Length: 2\r\n\r\nhi there',
        Response(200, {'content-length': '2'}, b'hi'),
        id='more than the length',
    ),
]


@pytest.mark.parametrize(('answer', 'expected'), ANSWERS)
def test_an_answer_is_read_whole_however_it_is_cut_into_packets(answer: bytes, expected: Response) -> None:
    assert read(answer) == expected
    assert read(*one_by_one(answer)) == expected


CHUNKED = OK + b'Transfer-Encoding: chunked\r\n\r\n'

MALFORMED = [
    pytest.param(b'SSH-2.0-OpenSSH_9.6\r\n', 'the answer does not begin with HTTP/', id='another protocol'),
    pytest.param(b'\x00\xff\x1b[31m', 'the answer does not begin with HTTP/', id='noise'),
    pytest.param(b'<html>', 'the answer does not begin with HTTP/', id='a page without a header'),
    pytest.param(b'HTTP/2 200\r\n\r\n', 'the first line is not an HTTP/1.1 status line of a final answer', id='HTTP/2'),
    pytest.param(
        b'HTTP/1.1 100 Continue\r\n\r\n',
        'the first line is not an HTTP/1.1 status line of a final answer',
        id='an interim answer, which nobody asked for',
    ),
    pytest.param(
        b'HTTP/1.1 2000 OK\r\n\r\n',
        'the first line is not an HTTP/1.1 status line of a final answer',
        id='status of 4 digits',
    ),
    pytest.param(OK + b'no colon\r\n\r\n', 'a header line is not "name: value"', id='header without a colon'),
    pytest.param(OK + b'A: b\r\n continued\r\n\r\n', 'a header line is not "name: value"', id='continuation line'),
    pytest.param(OK + b'A : b\r\n\r\n', 'a header line is not "name: value"', id='space before the colon'),
    pytest.param(OK + b'A: b\x00c\r\n\r\n', 'a header line is not "name: value"', id='NUL in a header'),
    pytest.param(OK + b'A: b\rC: d\r\n\r\n', 'a header line is not "name: value"', id='carriage return in a header'),
    pytest.param(
        OK + b'Transfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n',
        'a chunk does not begin with its size',
        id='a size of a chunk that ends with a bare line feed',
    ),
    pytest.param(OK + b'Content-Length: -1\r\n\r\n', 'Content-Length is not one number', id='negative length'),
    pytest.param(OK + b'Content-Length: 1_0\r\n\r\n', 'Content-Length is not one number', id='length with underscore'),
    pytest.param(
        OK + b'Content-Length: 1\r\nContent-Length: 2\r\n\r\n', 'Content-Length is not one number', id='two lengths'
    ),
    pytest.param(
        OK + b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
        'both Transfer-Encoding and Content-Length are given',
        id='length and chunks',
    ),
    pytest.param(OK + b'Transfer-Encoding: gzip\r\n\r\n', 'the transfer coding is not chunked', id='gzip'),
    pytest.param(CHUNKED + b'hello\r\n', 'a chunk does not begin with its size', id='chunk without a size'),
    pytest.param(CHUNKED + b'2\r\nhello\r\n', 'a chunk does not end where it says', id='chunk longer than it says'),
    pytest.param(OK + b'Content-Length: 65537\r\n\r\n', 'the body is larger than 65536 bytes', id='length over 64 KiB'),
    pytest.param(OK + b'\r\n' + b'a' * 65537, 'the body is larger than 65536 bytes', id='body over 64 KiB'),
    pytest.param(CHUNKED + b'10001\r\n', 'the body is larger than 65536 bytes', id='chunk over 64 KiB'),
    pytest.param(
        CHUNKED + b'8000\r\n' + b'a' * 0x8000 + b'\r\n8001\r\n',
        'the body is larger than 65536 bytes',
        id='chunks over 64 KiB',
    ),
    pytest.param(
        CHUNKED + b'1;' + b'x' * 2 * MAX_CHUNKED_BYTES,
        'the answer is larger than allowed',
        id='endless chunk extension',
    ),
    pytest.param(CHUNKED + b'0\r\n' + b'A: b\r\n' * 40_000, 'the answer is larger than allowed', id='endless trailer'),
    pytest.param(OK + b'A: ' + b'x' * 16_384, 'the answer is larger than allowed', id='header over 16 KiB'),
    pytest.param(OK + b'A: b\r\n' * 4_000, 'the answer is larger than allowed', id='many headers over 16 KiB'),
]


@pytest.mark.parametrize(('answer', 'reason'), MALFORMED)
def test_what_is_not_exactly_http_is_malformed_and_says_why(answer: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as caught:
        read(answer)
    assert str(caught.value) == reason


WITHIN = [
    pytest.param(OK + b'Content-Length: 65536\r\n\r\n' + b'a' * 65536, id='length of exactly 64 KiB'),
    pytest.param(OK + b'\r\n' + b'a' * 65536, id='body of exactly 64 KiB'),
    pytest.param(CHUNKED + b'10000\r\n' + b'a' * 65536 + b'\r\n0\r\n\r\n', id='chunk of exactly 64 KiB'),
    pytest.param(
        OK + b'A: ' + b'x' * (16_384 - len(OK) - 7) + b'\r\n\r\n' + b'a' * 65536, id='header of exactly 16 KiB'
    ),
]


@pytest.mark.parametrize('answer', WITHIN)
def test_what_just_fits_is_read(answer: bytes) -> None:
    assert read(answer).body == b'a' * MAX_BODY_BYTES


EARLY = [
    pytest.param(b'', id='nothing'),
    pytest.param(b'HTTP/1.1 20', id='in the status line'),
    pytest.param(OK + b'Content-Length: 5\r\n', id='in the header'),
    pytest.param(OK + b'Content-Length: 5\r\n\r\nhell', id='in the body'),
    pytest.param(CHUNKED + b'5\r\nhel', id='in a chunk'),
    pytest.param(CHUNKED + b'5\r\nhello\r\n', id='before the last chunk'),
    pytest.param(CHUNKED + b'0\r\n', id='before the end of the trailer'),
]


@pytest.mark.parametrize('answer', EARLY)
def test_a_connection_that_closes_too_early_is_told_apart_from_garbage(answer: bytes) -> None:
    with pytest.raises(ClosedEarly):
        read(answer)


def test_a_secret_in_an_answer_is_in_no_representation_of_it() -> None:
    answer = read(OK + b'X-Secret: hidden-one\r\nContent-Length: 10\r\n\r\nhidden-two')
    assert repr(answer) == 'Response(status=200)'


BEGINNINGS = st.sampled_from([b'', b'HTTP/1.1 200 OK\r\n', CHUNKED, OK + b'Content-Length: 7\r\n\r\n', OK + b'\r\n'])


@given(BEGINNINGS, st.lists(st.binary(max_size=200) | st.just(b'\r\n') | st.just(b'\r\n\r\n'), max_size=20))
@example(b'', [b'HTTP/1.1 200 OK\r\n\r\n' + b'a' * 200_000])
@example(CHUNKED, [b'1\r\na\r\n' * 70_000])
@example(OK, [b'A:b\r\n' * 50_000])
def test_any_bytes_end_in_a_bounded_answer_or_in_one_of_two_errors(beginning: bytes, pieces: list[bytes]) -> None:
    wire = Wire(beginning, *pieces)
    try:
        answer = read_response(wire.read)
    except (Malformed, ClosedEarly) as e:
        assert str(e).isprintable()
    else:
        assert 200 <= answer.status <= 599
        assert len(answer.body) <= MAX_BODY_BYTES
    assert wire.sent <= MAX_HEAD_BYTES + MAX_CHUNKED_BYTES


@given(st.binary(max_size=3000), st.integers(200, 599).filter(lambda s: s not in (204, 304)), st.data())
def test_what_a_server_sends_is_what_is_read(body: bytes, status: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 500))
    chunks = b''.join(b'%x\r\n%s\r\n' % (len(c), c) for c in (body[i : i + size] for i in range(0, len(body), size)))
    head = b'HTTP/1.1 %d Any\r\n' % status
    for answer in (
        head + b'Content-Length: %d\r\n\r\n' % len(body) + body,
        head + b'\r\n' + body,
        head + b'transfer-encoding: Chunked\r\n\r\n' + chunks + b'0\r\n\r\n',
    ):
        cut = data.draw(st.integers(0, len(answer)))
        result = read(answer[:cut], answer[cut:])
        assert (result.status, result.body) == (status, body)
