"""What goes over the wire, and what never shows."""

import pytest

from datadog_checks.aws_diagnostics.__about__ import __version__
from datadog_checks.aws_diagnostics.collect.imds.http import Response
from datadog_checks.aws_diagnostics.collect.imds.requests import (
    GET_INSTANCE_ID_INVALID_TOKEN,
    GET_INSTANCE_ID_TOKENLESS,
    PUT_TOKEN,
    TOKEN_HEADER,
    Request,
    Token,
    get_identity,
    get_instance_id,
    is_granted_as_by_imds,
    usable_token,
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
    pytest.param(Response(200, TTL, b'AQAEsecret=='), 'AQAEsecret==', True, id='granted'),
    pytest.param(Response(200, TTL, b'a' * 8192), 'a' * 8192, True, id='as long as a header may be'),
    pytest.param(Response(200, {}, b'AQAEsecret=='), 'AQAEsecret==', False, id='200 without the header'),
    pytest.param(Response(200, {}, b'<html> <p>Sign in'), None, False, id='200 with a page: a captive portal'),
    pytest.param(Response(401, TTL, b'AQAEsecret=='), None, False, id='not a 200'),
    pytest.param(Response(200, TTL, b''), None, False, id='empty'),
    pytest.param(Response(200, TTL, b'a b'), None, False, id='white space in it'),
    pytest.param(Response(200, TTL, b'a\r\nHost: b'), None, False, id='another header in it'),
    pytest.param(Response(200, TTL, b'a' * 8193), None, False, id='too long'),
    pytest.param(Response(200, TTL, b'\xff'), None, False, id='not ASCII'),
]


@pytest.mark.parametrize(('response', 'token', 'as_by_imds'), GRANTS)
def test_any_200_that_can_be_a_token_is_used_as_the_agent_does_and_imds_grants_it_by_a_header(
    response: Response, token: str | None, as_by_imds: bool
) -> None:
    usable = usable_token(response)
    assert (usable and usable.header()) == (token and (TOKEN_HEADER, token))
    assert is_granted_as_by_imds(response) is as_by_imds


def test_a_token_shows_in_no_representation() -> None:
    shown = f'{TOKEN!r} {TOKEN} {get_instance_id(TOKEN)!r} {get_instance_id(TOKEN)} {vars(get_identity)!r}'
    assert 'AQAEsecret' not in shown
