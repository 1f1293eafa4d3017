"""Two ways to ask the Agent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from datadog_checks.base.stubs import datadog_agent

from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent, EmbeddedAgent

CONFIGURATION = {
    'hostname': 'from-the-file',
    'ec2_prefer_imdsv2': True,
    'expvar_port': '',
    'proxy': {'http': 'http://proxy:3128', 'no_proxy': ['a', 'b']},
    'logs_config.use_http': True,
}


@pytest.fixture
def embedded() -> Iterator[EmbeddedAgent]:
    """Over the stand-in that datadog_checks.base gives where no Agent is, as it is after a reset."""
    datadog_agent.reset()
    datadog_agent.reset_hostname()
    yield EmbeddedAgent()
    datadog_agent.reset()
    datadog_agent.reset_hostname()


def test_the_embedded_agent_is_asked_for_name_version_and_settings(embedded: EmbeddedAgent) -> None:
    datadog_agent.set_hostname('i-0123456789abcdef0')
    datadog_agent._config['ec2_prefer_imdsv2'] = True
    assert embedded.hostname() == 'i-0123456789abcdef0'
    assert embedded.version() == datadog_agent.get_version()
    assert embedded.setting('ec2_prefer_imdsv2') is True
    assert embedded.provider() is None


@pytest.mark.parametrize('value', [None, ''])
def test_a_setting_without_a_value_and_an_unknown_one_are_alike(embedded: EmbeddedAgent, value: object) -> None:
    datadog_agent._config['hostname'] = value
    assert embedded.setting('hostname') is None
    assert embedded.setting('no_such_setting') is None


@pytest.mark.parametrize('value', [False, 0, []])
def test_a_false_value_is_a_value(embedded: EmbeddedAgent, value: object) -> None:
    datadog_agent._config['cloud_provider_metadata'] = value
    assert embedded.setting('cloud_provider_metadata') == value


def test_an_agent_without_a_name_has_the_empty_name(embedded: EmbeddedAgent) -> None:
    datadog_agent.set_hostname(None)
    assert embedded.hostname() == ''


def test_the_embedded_agent_s_directory_is_where_conf_d_is(embedded: EmbeddedAgent) -> None:
    datadog_agent._config['confd_path'] = '/opt/other/conf.d'
    assert embedded.configuration_directory() == Path('/opt/other')


@pytest.mark.parametrize(
    'key, expected',
    [
        pytest.param('hostname', 'from-the-file', id='text'),
        pytest.param('ec2_prefer_imdsv2', True, id='boolean'),
        pytest.param('proxy.no_proxy', ['a', 'b'], id='nested'),
        pytest.param('proxy', {'http': 'http://proxy:3128', 'no_proxy': ['a', 'b']}, id='section'),
        pytest.param('logs_config.use_http', True, id='dotted in the file'),
        pytest.param('expvar_port', None, id='empty'),
        pytest.param('hostname.inner', None, id='below a value'),
        pytest.param('absent', None, id='absent'),
        pytest.param('absent.inner', None, id='below what is absent'),
    ],
)
def test_a_described_agent_has_the_settings_of_its_file(key: str, expected: object) -> None:
    assert DescribedAgent(None, '', CONFIGURATION, {}).setting(key) == expected


def test_an_environment_variable_wins_over_the_file() -> None:
    environ = {'DD_HOSTNAME': 'from-the-environment', 'DD_PROXY_HTTP': 'http://other:3128'}
    agent = DescribedAgent(None, '', CONFIGURATION, environ)
    assert (agent.setting('hostname'), agent.setting('proxy.http')) == ('from-the-environment', 'http://other:3128')


def test_an_empty_environment_variable_does_not_count() -> None:
    assert DescribedAgent(None, '', CONFIGURATION, {'DD_HOSTNAME': ''}).setting('hostname') == 'from-the-file'


def test_a_described_agent_is_what_the_person_told() -> None:
    agent = DescribedAgent('web-1', '7.64.0', {}, {}, provider='os')
    assert (agent.hostname(), agent.version(), agent.provider()) == ('web-1', '7.64.0', 'os')


@pytest.mark.parametrize(
    'agent, expected',
    [
        pytest.param(
            DescribedAgent(None, '', {}, {}, configuration_file=Path('/home/me/datadog.yaml')),
            '/home/me',
            id='beside the file that was given',
        ),
        pytest.param(DescribedAgent(None, '', {'confd_path': '/a/conf.d'}, {}), '/a', id='beside conf.d'),
        pytest.param(DescribedAgent(None, '', {}, {}), '/etc/datadog-agent', id="the package's"),
    ],
)
def test_the_directory_of_a_described_agent(agent: DescribedAgent, expected: str) -> None:
    assert agent.configuration_directory() == Path(expected)
