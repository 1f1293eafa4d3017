"""An endpoint is an IP address and a port: nothing is looked up."""

import socket

import pytest

from datadog_checks.aws_diagnostics.collect.imds.tcp import Address, parse_endpoint

ENDPOINTS = [
    pytest.param(
        'http://169.254.169.254',
        Address('169.254.169.254', 80, socket.AF_INET),
        '169.254.169.254',
        id='IPv4',
    ),
    pytest.param(
        'http://127.0.0.1:1338', Address('127.0.0.1', 1338, socket.AF_INET), '127.0.0.1:1338', id='IPv4 with a port'
    ),
    pytest.param('http://[fd00:ec2::254]', Address('fd00:ec2::254', 80, socket.AF_INET6), '[fd00:ec2::254]', id='IPv6'),
    pytest.param('http://[::1]:8080/', Address('::1', 8080, socket.AF_INET6), '[::1]:8080', id='IPv6 with a port'),
    pytest.param('http://127.0.0.1:80', Address('127.0.0.1', 80, socket.AF_INET), '127.0.0.1', id='port 80 in words'),
]


@pytest.mark.parametrize(('endpoint', 'address', 'host_header'), ENDPOINTS)
def test_an_endpoint_says_where_to_connect_and_what_the_host_header_is(
    endpoint: str, address: Address, host_header: str
) -> None:
    assert parse_endpoint(endpoint) == address
    assert parse_endpoint(endpoint).host_header == host_header


@pytest.mark.parametrize(
    'endpoint',
    [
        pytest.param('http://localhost', id='a name'),
        pytest.param('http://169.254.169.254:65536', id='port too large'),
        pytest.param('http://169.254.169.254:http', id='port by name'),
        pytest.param('', id='nothing'),
    ],
)
def test_what_would_have_to_be_looked_up_is_no_endpoint(endpoint: str) -> None:
    with pytest.raises(ValueError):
        parse_endpoint(endpoint)
