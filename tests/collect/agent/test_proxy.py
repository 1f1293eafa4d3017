"""Would a proxy catch requests to IMDS? The proxy's address never becomes a fact."""

from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.collect.agent.configuration import read_proxy_settings
from datadog_checks.aws_diagnostics.facts import ProxySettings

from .agents import described

IPV4 = '169.254.169.254'
IPV6 = 'fd00:ec2::254'
PROXY = 'http://user:hunter2@proxy.example.com:3128'
NO_PROXY_OF_ITS_OWN = replace(ProxySettings(), imds_in_no_proxy=True)


def test_without_a_proxy_the_agent_exempts_imds_by_itself() -> None:
    assert read_proxy_settings(described(), {}, IPV4) == NO_PROXY_OF_ITS_OWN


@pytest.mark.parametrize(
    'settings, expected',
    [
        pytest.param(
            {'proxy': {'http': PROXY}},
            ProxySettings(http_proxy_configured=True, imds_in_no_proxy=True),
            id='proxy, and IMDS exempt by default',
        ),
        pytest.param(
            {'proxy': {'https': PROXY}},
            ProxySettings(imds_in_no_proxy=True),
            id='proxy for https alone',
        ),
        pytest.param(
            {'proxy': {'http': PROXY}, 'use_proxy_for_cloud_metadata': 'true'},
            ProxySettings(http_proxy_configured=True, use_proxy_for_cloud_metadata=True),
            id='proxy for cloud metadata too',
        ),
        pytest.param(
            {'proxy': {'http': PROXY, 'no_proxy': [IPV4]}, 'use_proxy_for_cloud_metadata': True},
            ProxySettings(http_proxy_configured=True, use_proxy_for_cloud_metadata=True, imds_in_no_proxy=True),
            id='proxy for cloud metadata, and IMDS exempt by the operator',
        ),
    ],
)
def test_the_agent_s_own_proxy(settings: dict[str, object], expected: ProxySettings) -> None:
    assert read_proxy_settings(described(settings), {}, IPV4) == expected


@pytest.mark.parametrize('name', ['HTTP_PROXY', 'http_proxy'])
def test_a_proxy_in_the_environment(name: str) -> None:
    expected = replace(NO_PROXY_OF_ITS_OWN, http_proxy_in_environment=True)
    assert read_proxy_settings(described(), {name: PROXY}, IPV4) == expected


NO_PROXY_FOR_HTTP = ('HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'all_proxy')


@pytest.mark.parametrize('environ', [{'HTTP_PROXY': ''}, *({name: PROXY} for name in NO_PROXY_FOR_HTTP)])
def test_an_environment_without_a_proxy_for_http(environ: dict[str, str]) -> None:
    assert read_proxy_settings(described(), environ, IPV4) == NO_PROXY_OF_ITS_OWN


COVERED = [
    pytest.param(IPV4, IPV4, id='the address'),
    pytest.param(f'{IPV4}:80', IPV4, id='the address with the port'),
    pytest.param('169.254.0.0/16', IPV4, id='a network'),
    pytest.param('169.254.169.254/32', IPV4, id='a network of one address'),
    pytest.param('0.0.0.0/0', IPV4, id='every network'),
    pytest.param('*', IPV4, id='everything'),
    pytest.param(f'localhost, .internal ,{IPV4}', IPV4, id='one of several'),
    pytest.param(f'localhost {IPV4}', IPV4, id='separated by a space'),
    pytest.param(IPV6, IPV6, id='the IPv6 address'),
    pytest.param(f'[{IPV6}]:80', IPV6, id='the IPv6 address with the port'),
    pytest.param('FD00:EC2:0::254', IPV6, id='the IPv6 address in another spelling'),
    pytest.param('fd00:ec2::/32', IPV6, id='an IPv6 network'),
    pytest.param(IPV6, f'[{IPV6}]', id='endpoint in brackets'),
]
NOT_COVERED = [
    pytest.param('', IPV4, id='empty'),
    pytest.param('169.254.169.253', IPV4, id='a neighbour'),
    pytest.param(f'{IPV4}:443', IPV4, id='another port'),
    pytest.param('169.254.170.0/24', IPV4, id='another network'),
    pytest.param('169.254.0.0/99', IPV4, id='an impossible network'),
    pytest.param('169.254', IPV4, id='the beginning of the address'),
    pytest.param('.254', IPV4, id='the end of the address'),
    pytest.param('instance-data', IPV4, id='a name'),
    pytest.param(IPV4, IPV6, id='the address of the other family'),
    pytest.param('169.254.0.0/16', IPV6, id='a network of the other family'),
    pytest.param(':80', IPV4, id='a port alone'),
]


@pytest.mark.parametrize('entries, imds', COVERED)
@pytest.mark.parametrize('name', ['NO_PROXY', 'no_proxy'])
def test_an_environment_that_exempts_imds(name: str, entries: str, imds: str) -> None:
    assert read_proxy_settings(described(), {name: entries}, imds).imds_in_environment_no_proxy is True


@pytest.mark.parametrize('entries, imds', NOT_COVERED)
def test_an_environment_that_does_not_exempt_imds(entries: str, imds: str) -> None:
    assert read_proxy_settings(described(), {'NO_PROXY': entries}, imds).imds_in_environment_no_proxy is False


def exempt_by_the_agent(no_proxy: object, imds: str, **settings: object) -> bool:
    through = {'proxy': {'no_proxy': no_proxy}, 'use_proxy_for_cloud_metadata': True}
    return read_proxy_settings(described(through | settings), {}, imds).imds_in_no_proxy


@pytest.mark.parametrize('entries, imds', COVERED)
def test_no_proxy_of_the_agent_with_inexact_matching(entries: str, imds: str) -> None:
    assert exempt_by_the_agent(entries, imds, no_proxy_nonexact_match=True) is True


@pytest.mark.parametrize('entries, imds', NOT_COVERED)
def test_no_proxy_of_the_agent_that_does_not_cover_imds(entries: str, imds: str) -> None:
    assert exempt_by_the_agent(entries, imds, no_proxy_nonexact_match=True) is False


@pytest.mark.parametrize(
    'entries, imds, expected',
    [
        pytest.param([IPV4], IPV4, True, id='the address'),
        pytest.param([f'[{IPV6}]'], IPV6, True, id='the IPv6 address as it stands in the URL'),
        pytest.param([IPV6], IPV6, False, id='the IPv6 address without brackets'),
        pytest.param(['169.254.0.0/16'], IPV4, False, id='a network'),
        pytest.param(['*'], IPV4, False, id='everything'),
        pytest.param([f'{IPV4}:80'], IPV4, False, id='the port, which the URL does not name'),
        pytest.param([], IPV4, False, id='nothing'),
        pytest.param(7, IPV4, False, id='nonsense'),
    ],
)
def test_by_default_the_agent_compares_letter_by_letter(entries: object, imds: str, expected: bool) -> None:
    assert exempt_by_the_agent(entries, imds) is expected


def test_the_agent_does_not_exempt_ipv6_by_itself() -> None:
    assert read_proxy_settings(described(), {}, IPV6) == ProxySettings()


def test_no_part_of_a_proxy_s_address_is_kept() -> None:
    settings = {'proxy': {'http': PROXY, 'no_proxy': ['secret.example.com']}}
    facts = repr(read_proxy_settings(described(settings), {'HTTP_PROXY': PROXY}, IPV4))
    assert [word for word in ('hunter2', 'example.com', '3128') if word in facts] == []
