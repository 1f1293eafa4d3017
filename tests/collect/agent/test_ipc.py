"""What the Agent's API answers, and what else may answer in its place."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.agent.sources import Inventory, ask_inventory
from datadog_checks.aws_diagnostics.collect.run import Deadline, RequestFailed
from tests.builders import INSTANCE_ID

from .agents import described
from .asking_the_api import ask_api, why_not
from .documents import inventory
from .guarded_api import TOKEN, answering, guard
from .programs import STRANGERS, Hanging, endless, reset
from .servers import Answer, serving

HEALTHY = answering(inventory(INSTANCE_ID, 'aws'))


def test_the_inventory_tells_name_version_and_provider(tmp_path: Path) -> None:
    api = guard(tmp_path)
    with serving(HEALTHY, tls=api.tls) as server:
        assert ask_api(tmp_path, server.port) == Inventory(INSTANCE_ID, '7.81.3', 'aws')
    assert server.requests == [
        f'GET /agent/metadata/inventory-agent HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n'
        f'Accept: application/json\r\nAuthorization: Bearer {TOKEN}\r\n\r\n'.encode()
    ]


def test_token_and_certificate_may_be_elsewhere(tmp_path: Path) -> None:
    api = guard(tmp_path / 'auth')
    (tmp_path / 'auth' / 'auth_token').rename(tmp_path / 'token')
    (tmp_path / 'auth' / 'ipc_cert.pem').rename(tmp_path / 'cert.pem')
    paths = {'auth_token_file_path': str(tmp_path / 'token'), 'ipc_cert_file_path': str(tmp_path / 'cert.pem')}
    with serving(HEALTHY, tls=api.tls) as server:
        assert ask_api(tmp_path / 'nowhere', server.port, **paths).provider == 'aws'


def test_the_certificate_is_looked_for_beside_the_token(tmp_path: Path) -> None:
    api = guard(tmp_path / 'auth')
    with serving(HEALTHY, tls=api.tls) as server:
        path = str(tmp_path / 'auth' / 'auth_token')
        assert ask_api(tmp_path / 'nowhere', server.port, auth_token_file_path=path).provider == 'aws'


def test_an_address_with_a_text_of_its_own_is_refused_unsaid(tmp_path: Path) -> None:
    guard(tmp_path)
    why = why_not(tmp_path, 5001, cmd_host='::1%' + '\x1b[2J' * 200)
    assert why == 'cmd_host is not a loopback address'


def test_where_nothing_listens_that_is_said(tmp_path: Path, closed_port: int) -> None:
    guard(tmp_path)
    assert why_not(tmp_path, closed_port) == f'nothing listens on 127.0.0.1:{closed_port}'


@pytest.mark.parametrize(
    'answer, reason',
    [pytest.param(answer, reason, id=name) for name, (answer, reason) in STRANGERS.items()]
    + [
        pytest.param(endless, f'answers with more than {4 * 1024 * 1024} bytes', id='an endless answer'),
        # Up to Python 3.12 the end of the connection is told instead.
        pytest.param(reset, ('does not answer in HTTP/1', 'cannot be talked to: ECONNRESET'), id='a reset'),
    ],
)
def test_an_answer_of_another_kind_gives_no_inventory(
    tmp_path: Path, answer: Answer, reason: str | tuple[str, ...]
) -> None:
    api = guard(tmp_path)
    with serving(answer, tls=api.tls) as server:
        said = why_not(tmp_path, server.port).removeprefix(f'127.0.0.1:{server.port} ')
    expected = 'answers without a hostname source' if reason == 'is not the Agent' else reason
    assert said.startswith(expected)


@pytest.mark.parametrize(
    'body',
    [
        pytest.param(b'{"hostname": "web-1"}', id='no metadata of an Agent'),
        pytest.param(b'{"agent_metadata": {"flavor": "agent"}}', id='neither source nor version'),
        pytest.param(b'{"agent_metadata": {"agent_version": 7}}', id='no source, and the version is no text'),
        pytest.param(b'{"agent_metadata": {"agent_version": "7.81.3", "hostname_source": 1}}', id='source is no text'),
        pytest.param(b'{"agent_metadata": {"hostname_source": null}}', id='source is null'),
        pytest.param(b'{"agent_metadata": "x"}', id='metadata is a text'),
    ],
)
def test_an_inventory_of_another_shape_is_no_answer(tmp_path: Path, body: bytes) -> None:
    api = guard(tmp_path)
    with serving(answering(body), tls=api.tls) as server:
        assert why_not(tmp_path, server.port).endswith(' answers without a hostname source')


def test_a_source_that_the_agent_leaves_out_takes_nothing_else_with_it(tmp_path: Path) -> None:
    api = guard(tmp_path)
    body = b'{"hostname": "", "agent_metadata": {"agent_version": "7.77.0", "flavor": "agent"}}'
    with serving(answering(body), tls=api.tls) as server:
        assert ask_api(tmp_path, server.port) == Inventory('', '7.77.0', '')


def test_what_the_agent_leaves_open_is_empty(tmp_path: Path) -> None:
    api = guard(tmp_path)
    body = b'{"hostname": null, "agent_metadata": {"hostname_source": "", "agent_version": 7}}'
    with serving(answering(body), tls=api.tls) as server:
        assert ask_api(tmp_path, server.port) == Inventory('', '', '')


def test_the_deadline_bounds_a_server_that_does_not_answer(tmp_path: Path) -> None:
    api = guard(tmp_path)
    hanging = Hanging()
    with serving(hanging, tls=api.tls) as server:
        agent = described({'cmd_port': server.port}, directory=tmp_path)
        with pytest.raises(RequestFailed, match='did not answer in time'):
            ask_inventory(agent, Deadline(0.2))
        hanging.release()


def test_the_deadline_bounds_a_handshake_that_does_not_end(tmp_path: Path) -> None:
    guard(tmp_path)
    hanging = Hanging()
    with serving(hanging) as server:
        agent = described({'cmd_port': server.port}, directory=tmp_path)
        with pytest.raises(RequestFailed, match='did not answer in time'):
            ask_inventory(agent, Deadline(0.2))
        hanging.release()
