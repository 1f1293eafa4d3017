"""What goes over the wire, and what never shows."""

import pytest

from datadog_checks.aws_diagnostics.__about__ import __version__
from datadog_checks.aws_diagnostics.collect.imds.http import Response
from datadog_checks.aws_diagnostics.collect.imds.requests import (
    GET_INSTANCE_ID_INVALID_TOKEN,
    GET_INSTANCE_ID_TOKENLESS,
    PUT_TOKEN,
    Request,
    Token,
    get_identity,
    get_instance_id,
    granted_token,
)

ALWAYS = f'Host: 10.0.0.1\r\nUser-Agent: datadog-aws-diagnostics/{__version__}\r\nAccept: */*\r\nConnection: close\r\n'
TOKEN = Token('AQAEsecret==')

WIRE = [
    pytest.param(
        PUT_TOKEN,
        f'PUT /latest/api/token HTTP/1.1\r\n{ALWAYS}'
        'x-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 0\r\n\r\n',
        id='token',
    ),
    pytest.param(
        get_instance_id(TOKEN),
        f'GET /latest/meta-data/instance-id HTTP/1.1\r\n{ALWAYS}x-aws-ec2-metadata-token: AQAEsecret==\r\n\r\n',
        id='metadata',
    ),
    pytest.param(
        get_identity(TOKEN),
        f'GET /latest/dynamic/instance-identity/document HTTP/1.1\r\n{ALWAYS}'
        'x-aws-ec2-metadata-token: AQAEsecret==\r\n\r\n',
        id='identity document',
    ),
    pytest.param(
        GET_INSTANCE_ID_INVALID_TOKEN,
        f'GET /latest/meta-data/instance-id HTTP/1.1\r\n{ALWAYS}x-aws-ec2-metadata-token: {"A" * 54}==\r\n\r\n',
        id='control',
    ),
    pytest.param(
        GET_INSTANCE_ID_TOKENLESS, f'GET /latest/meta-data/instance-id HTTP/1.1\r\n{ALWAYS}\r\n', id='without a token'
    ),
]


@pytest.mark.parametrize(('request_', 'wire'), WIRE)
def test_a_request_is_these_bytes(request_: Request, wire: str) -> None:
    assert request_.encode('10.0.0.1').decode() == wire


TTL = {'x-aws-ec2-metadata-token-ttl-seconds': '60'}

GRANTS = [
    pytest.param(Response(200, TTL, b'AQAEsecret=='), ('x-aws-ec2-metadata-token', 'AQAEsecret=='), id='granted'),
    pytest.param(Response(200, {}, b'AQAEsecret=='), None, id='200 without the header: a captive portal'),
    pytest.param(Response(401, TTL, b'AQAEsecret=='), None, id='not a 200'),
    pytest.param(Response(200, TTL, b''), None, id='empty'),
    pytest.param(Response(200, TTL, b'a b'), None, id='white space in it'),
    pytest.param(Response(200, TTL, b'a\r\nHost: b'), None, id='another header in it'),
    pytest.param(Response(200, TTL, b'a' * 1025), None, id='too long'),
    pytest.param(Response(200, TTL, b'\xff'), None, id='not ASCII'),
]


@pytest.mark.parametrize(('response', 'header'), GRANTS)
def test_a_token_is_granted_by_the_header_and_a_body_that_can_be_one(
    response: Response, header: tuple[str, str] | None
) -> None:
    token = granted_token(response)
    assert (token and token.header()) == header


def test_a_token_shows_in_no_representation() -> None:
    shown = f'{TOKEN!r} {TOKEN} {get_instance_id(TOKEN)!r} {get_instance_id(TOKEN)} {vars(get_identity)!r}'
    assert 'AQAEsecret' not in shown
