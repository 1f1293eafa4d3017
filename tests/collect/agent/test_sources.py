"""Where sources contradict one another, or a person tells what the Agent does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent
from datadog_checks.aws_diagnostics.facts import HostnameProvider, HostnameSource
from datadog_checks.aws_diagnostics.facts.values import AgentHostname
from tests.builders import INSTANCE_ID

from .agents import described
from .documents import inventory, variables
from .guarded_api import answering, guard
from .reading import HEALTHY, INFERRED, NO_CERTIFICATE, OS_NAME, read, read_silent, read_with_expvar
from .servers import http, serving

CONTRADICTION = 'expvar says os, but the hostname is the instance id'


@pytest.mark.parametrize(
    'provider, hostname, os_hostname',
    [
        pytest.param('os', OS_NAME, OS_NAME, id='the OS name'),
        pytest.param('os', INSTANCE_ID, INSTANCE_ID, id='an OS named by the instance id'),
        pytest.param('os', INSTANCE_ID, '', id='an OS whose name is not known'),
        pytest.param('os', 'web-1', OS_NAME, id='an OS that has been renamed'),
        pytest.param('container', INSTANCE_ID, OS_NAME, id='a node named by the instance id'),
    ],
)
def test_expvar_is_believed_where_the_hostname_does_not_contradict(
    provider: str, hostname: str, os_hostname: str
) -> None:
    agent = read_with_expvar(provider, hostname=hostname, os_hostname=os_hostname)
    assert agent == replace(HEALTHY, hostname=AgentHostname(hostname), provider=HostnameProvider(provider))


def test_where_expvar_contradicts_the_hostname_the_api_decides(tmp_path: Path) -> None:
    api = guard(tmp_path)
    answer = answering(inventory(INSTANCE_ID, 'aws'))
    with serving(http(variables('os'))) as expvar, serving(answer, tls=api.tls) as server:
        interface = described({'expvar_port': expvar.port, 'cmd_port': server.port}, directory=tmp_path)
        assert read(interface) == replace(HEALTHY, source=HostnameSource.IPC, note=CONTRADICTION)


def test_where_the_api_cannot_decide_the_doubt_is_told() -> None:
    note = f'{CONTRADICTION}; {NO_CERTIFICATE}'
    assert read_with_expvar('os') == replace(HEALTHY, provider=HostnameProvider.OS, note=note)


def test_at_a_terminal_name_and_version_come_from_the_running_agent(tmp_path: Path) -> None:
    api = guard(tmp_path)
    answer = answering(inventory(INSTANCE_ID, 'aws', '7.64.0-rc.3'))
    with serving(http(variables('aws'))) as expvar, serving(answer, tls=api.tls) as server:
        settings = {'expvar_port': expvar.port, 'cmd_port': server.port}
        interface = DescribedAgent(None, '', settings, {}, configuration_file=tmp_path / 'datadog.yaml')
        assert read(interface) == replace(HEALTHY, version=(7, 64, 0))


def test_what_a_person_tells_wins_over_the_running_agent(tmp_path: Path) -> None:
    api = guard(tmp_path)
    answer = answering(inventory(INSTANCE_ID, 'aws', '7.64.0'))
    with serving(http(variables('aws'))) as expvar, serving(answer, tls=api.tls) as server:
        settings = {'expvar_port': expvar.port, 'cmd_port': server.port}
        interface = described(settings, hostname='web-1', provider='os', directory=tmp_path)
        assert read(interface) == replace(
            HEALTHY,
            hostname=AgentHostname('web-1'),
            provider=HostnameProvider.OS,
            source=HostnameSource.GIVEN,
        )
    assert server.requests == []


def test_where_no_agent_runs_the_configured_name_counts(closed_port: int) -> None:
    agent = read_silent(closed_port, {'hostname': 'web-1'}, hostname=None)
    assert (agent.hostname, agent.provider, agent.source) == ('web-1', 'configuration', HostnameSource.INFERRED)


def test_where_nothing_is_known_nothing_is_claimed(closed_port: int) -> None:
    assert read_silent(closed_port, hostname=None) == replace(
        INFERRED, hostname=None, provider=None, note='the hostname is not known'
    )


def test_a_name_that_the_agent_could_not_be_asked_for_leaves_a_note() -> None:
    with serving(http(variables('aws'))) as expvar:
        agent = read(described({'expvar_port': expvar.port}, hostname=None))
    assert agent == replace(HEALTHY, hostname=None, note=NO_CERTIFICATE)


@pytest.mark.parametrize('port', ['0', 0])
def test_expvar_without_a_port_of_its_own_is_not_asked_where_a_stranger_may_answer(port: object) -> None:
    note = f'expvar: expvar_port is 0, so its port is not known; {NO_CERTIFICATE}; the hostname is the instance id'
    assert read(described({'expvar_port': port})) == replace(INFERRED, note=note)
