"""The running Agent as a whole: the best source that answers, and what is said where none does."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.agent import EmbeddedAgent
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.facts import (
    Ecs,
    HostnameFile,
    HostnameProvider,
    HostnameSource,
    ProxySettings,
    Unobserved,
)
from datadog_checks.aws_diagnostics.facts.values import AgentHostname, FilePath
from tests.builders import INSTANCE_ID, NOW, configuration

from .agents import Renamed, described
from .documents import inventory, variables
from .guarded_api import TOKEN, answering, refusing
from .programs import HTML
from .reading import (
    CONFIGURATION,
    HEALTHY,
    INFERRED,
    NOT_AN_AGENT,
    OS_NAME,
    read,
    read_silent,
    read_with_api,
    read_with_expvar,
    reader,
)
from .servers import Answer, http, serving

UNRESOLVED = 'the Agent names no provider: its hostname is not resolved yet, or it runs on Fargate'


def test_a_healthy_agent_is_known_from_expvar_alone_errors_of_the_winner_included() -> None:
    assert read_with_expvar('aws') == HEALTHY


def test_the_operator_s_port_wins_over_the_agent_s_setting(closed_port: int) -> None:
    with serving(http(variables('aws'))) as expvar:
        assert read(described({'expvar_port': closed_port}), expvar_port=expvar.port) == HEALTHY


def test_a_provider_that_is_not_resolved_is_not_known() -> None:
    assert read_with_expvar('') == replace(HEALTHY, provider=None, note=UNRESOLVED)


def test_where_another_program_has_the_port_of_expvar_the_api_tells(tmp_path: Path) -> None:
    assert read_with_api(tmp_path, answering(inventory(INSTANCE_ID, 'aws'))) == replace(
        HEALTHY, source=HostnameSource.IPC, provider_errors={}, note=NOT_AN_AGENT
    )


def test_a_source_that_the_api_leaves_open_is_not_known(tmp_path: Path) -> None:
    assert read_with_api(tmp_path, answering(inventory('', '')), hostname='') == replace(
        HEALTHY,
        hostname=AgentHostname.of(''),
        provider=None,
        source=HostnameSource.IPC,
        provider_errors={},
        note=f'{NOT_AN_AGENT}; {UNRESOLVED}',
    )


def test_where_the_api_refuses_the_provider_is_inferred_and_marked_so(tmp_path: Path) -> None:
    refused = 'API: 127.0.0.1:API answers with the status 403'
    note = f'{NOT_AN_AGENT}; {refused}; the hostname is the instance id'
    assert read_with_api(tmp_path, refusing) == replace(INFERRED, note=note)


@pytest.mark.parametrize(
    'hostname, provider, why',
    [
        pytest.param(INSTANCE_ID, 'aws', 'the hostname is the instance id', id='instance id'),
        pytest.param(OS_NAME, 'os', "the hostname is the operating system's", id='OS name'),
        pytest.param('web-1', None, 'the hostname matches no known name of this host', id='neither'),
        pytest.param('', None, 'the hostname is not known', id='no name'),
    ],
)
def test_where_nothing_answers_the_provider_is_inferred(
    closed_port: int, hostname: str, provider: str | None, why: str
) -> None:
    expected = replace(INFERRED, hostname=AgentHostname.of(hostname), provider=HostnameProvider.of(provider), note=why)
    assert read_silent(closed_port, hostname=hostname) == expected


@pytest.mark.parametrize('variable', ['DOCKER_DD_AGENT', 'KUBERNETES_SERVICE_HOST'])
def test_in_a_container_the_node_s_name_comes_from_the_runtime(closed_port: int, variable: str) -> None:
    agent = read_silent(closed_port, hostname=OS_NAME, os_hostname='agent-x7k2p', environ={variable: 'true'})
    assert (agent.provider, agent.source) == ('container', HostnameSource.INFERRED)


def test_the_content_of_hostname_file_takes_part(closed_port: int, tmp_path: Path) -> None:
    path = tmp_path / 'instance-id'
    path.write_text(INSTANCE_ID + '\n')
    assert read_silent(closed_port, {'hostname_file': str(path)}) == replace(
        INFERRED,
        configuration=replace(CONFIGURATION, hostname_file=FilePath(str(path))),
        provider=HostnameProvider.HOSTNAME_FILE,
        hostname_file=HostnameFile(FilePath(str(path)), content=INSTANCE_ID),
        note='the hostname is what hostname_file contains',
    )


def test_where_nothing_is_there_no_time_is_lost(closed_port: int) -> None:
    began = time.monotonic()
    read_silent(closed_port)
    assert time.monotonic() - began < 0.5


def test_outside_of_an_agent_the_stand_in_of_the_base_package_has_no_version(closed_port: int) -> None:
    agent = read(EmbeddedAgent(), expvar_port=closed_port)
    assert (agent.version, agent.hostname_file) == (None, Unobserved('hostname_file is not set'))


def test_the_settings_of_the_agent_are_read_with_it_and_no_password(closed_port: int) -> None:
    proxy = 'http://user:hunter2@proxy:3128'
    settings = {'ec2_prefer_imdsv2': 'true', 'proxy': {'http': proxy}}
    agent = read_silent(closed_port, settings, environ={'HTTP_PROXY': proxy})
    found = ProxySettings(http_proxy_configured=True, imds_in_no_proxy=True, http_proxy_in_environment=True)
    assert agent.configuration == configuration(ec2_prefer_imdsv2=True, proxy=found)
    assert 'hunter2' not in repr(agent)


@pytest.mark.parametrize(
    'answer',
    [
        pytest.param(answering(inventory(INSTANCE_ID, 'aws')), id='the API answers'),
        pytest.param(refusing, id='the API refuses'),
        pytest.param(http(TOKEN.encode(), f'200 {TOKEN}'), id='the API repeats the token'),
        pytest.param(http(b'', f'500 {TOKEN}'), id='the API repeats the token in an error'),
    ],
)
def test_the_token_of_the_api_never_becomes_a_fact_or_a_log_line(
    tmp_path: Path, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    assert TOKEN not in repr(read_with_api(tmp_path, answer))
    assert TOKEN not in caplog.text


def test_settings_are_read_once_an_hour(closed_port: int) -> None:
    settings: dict[str, object] = {'expvar_port': closed_port, 'hostname': 'before'}
    kept = reader(described(settings, hostname=None))
    told = []
    for now in (NOW, NOW + 3599, NOW + 3600):
        agent = kept.read(Deadline(5), now, instance_id=INSTANCE_ID, os_hostname=OS_NAME)
        told.append((agent.configuration.hostname, agent.ecs))
        settings |= {'hostname': 'after', 'autoconfig_include_features': ['ecsec2']}
    assert told == [('before', Ecs.NONE), ('before', Ecs.NONE), ('after', Ecs.EC2)]


BEFORE_IT_IS_RESOLVED = http(variables('', {}))
RESOLVED = http(variables('aws'))
ANOTHER = http(variables('configuration'))


def providers(answers: list[Answer], times: list[float], names: list[str] | None = None) -> list[str | None]:
    """What each of the runs at `times` knows, where expvar gives these answers in turn; `names` are the Agent's."""
    turn = iter(answers)
    with serving(lambda connection: next(turn)(connection)) as expvar:
        reading: list[str | None] = []
        kept = reader(agent := Renamed(str(expvar.port)))
        for now, agent.name in zip(times, names or [INSTANCE_ID] * len(times), strict=True):
            reading.append(kept.read(Deadline(5), now, instance_id=INSTANCE_ID, os_hostname=OS_NAME).provider)
    assert next(turn, None) is None, 'expvar was asked less often'
    return reading


@pytest.mark.parametrize(
    ('answers', 'times', 'known'),
    [
        pytest.param([RESOLVED], [0, 15, 3599], ['aws'] * 3, id='not again while the Agent lives'),
        pytest.param([RESOLVED, ANOTHER], [0, 3600, 3615], ['aws', *['configuration'] * 2], id='hourly'),
        pytest.param(
            [BEFORE_IT_IS_RESOLVED] * 2 + [RESOLVED], [0, 15, 30, 45], [None, None, 'aws', 'aws'], id='until it knows'
        ),
        pytest.param([http(HTML), RESOLVED], [0, 15, 30], ['aws'] * 3, id='in the next run where a stranger answered'),
    ],
)
def test_an_agent_that_has_told_its_provider_is_not_asked_in_every_run(
    answers: list[Answer], times: list[float], known: list[str | None]
) -> None:
    assert providers(answers, [NOW + after for after in times]) == known


def test_an_agent_whose_name_is_another_one_is_asked_at_once() -> None:
    assert providers([RESOLVED, ANOTHER], [NOW, NOW + 15, NOW + 30], [INSTANCE_ID, 'web-1', 'web-1']) == [
        'aws',
        'configuration',
        'configuration',
    ]
