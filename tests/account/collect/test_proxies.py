"""The Datadog API and AWS follow the proxy of datadog.yaml or of the environment; IMDS and loopback never do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.account import AccountCollector
from datadog_checks.aws_diagnostics.collect.account_options import DIRECT, AccountOptions, Proxies, with_agent_defaults
from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.run import RequestFailed
from datadog_checks.aws_diagnostics.facts.account import Caller, Feature, Integration
from tests.account import servers
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.proxy import Proxy, proxy
from tests.account.scripted_aws import result, scripted_aws
from tests.account.servers import MOTO_ACCOUNT
from tests.collect.imds.scripted_imds import ScriptedImds, granted

CALLER = result('GetCallerIdentity', f'<Arn>arn:aws:iam::{MOTO_ACCOUNT}:user/alice</Arn>')
API, STS = 'http://api.example.test', 'http://aws.example.test'
SECURE, PLAIN = 'http://secure.example:3128', 'http://plain.example:3128'
BOTH = {'https': SECURE, 'http': PLAIN}

CHOICES = [
    pytest.param({}, 'https://api.datadoghq.com', None, id='the environment counts where the Agent has no proxy'),
    pytest.param({'no_proxy': ('a',)}, 'https://api.datadoghq.com', None, id='exceptions are no proxy'),
    pytest.param(BOTH, 'https://api.datadoghq.com', BOTH, id='the proxies of the Agent'),
    pytest.param({'https': SECURE}, 'https://sts.amazonaws.com', {'https': SECURE}, id='only one of them is set'),
    pytest.param({**BOTH, 'no_proxy': ('datadoghq.com',)}, 'https://api.datadoghq.com', DIRECT, id='an exempt domain'),
    pytest.param({**BOTH, 'no_proxy': ('datadoghq.com',)}, 'https://sts.amazonaws.com', BOTH, id='another domain'),
    pytest.param({**BOTH, 'no_proxy': ('10.0.0.0/8',)}, 'https://10.1.2.3', DIRECT, id='an exempt network'),
    pytest.param({**BOTH, 'no_proxy': ('*',)}, 'https://sts.amazonaws.com', DIRECT, id='everything is exempt'),
    pytest.param(BOTH, 'http://127.0.0.1:8080', DIRECT, id='loopback'),
    pytest.param(BOTH, 'http://[::1]:8080', DIRECT, id='loopback with IPv6'),
    pytest.param(BOTH, 'http://localhost', DIRECT, id='loopback by name'),
    pytest.param(BOTH, 'http://169.254.169.254', DIRECT, id='IMDS'),
    pytest.param(BOTH, 'http://[fd00:ec2::254]', DIRECT, id='IMDS with IPv6'),
    pytest.param({}, 'http://169.254.169.254', DIRECT, id='IMDS, whatever the environment says'),
]


@pytest.mark.parametrize(('settings', 'url', 'expected'), CHOICES)
def test_the_proxies_of_a_request(settings: dict[str, Any], url: str, expected: Mapping[str, str] | None) -> None:
    assert Proxies(**settings).of(url) == expected


SETTINGS = [
    pytest.param({}, {}, Proxies(), id='nothing is set'),
    pytest.param(
        {'proxy': {'https': SECURE, 'http': PLAIN, 'no_proxy': ['a.example', '10.0.0.0/8']}},
        {},
        Proxies(SECURE, PLAIN, ('a.example', '10.0.0.0/8')),
        id='datadog.yaml',
    ),
    pytest.param(
        {},
        {'DD_PROXY_HTTPS': SECURE, 'DD_PROXY_NO_PROXY': 'a.example b.example,c.example'},
        Proxies(SECURE, '', ('a.example', 'b.example', 'c.example')),
        id='the environment of the Agent',
    ),
    pytest.param({'proxy': {'https': ['x'], 'no_proxy': 5}}, {}, Proxies(), id='settings that make no sense'),
]


@pytest.mark.parametrize(('configuration', 'environ', 'expected'), SETTINGS)
def test_the_settings_of_the_agent(
    configuration: dict[str, object], environ: dict[str, str], expected: Proxies
) -> None:
    agent = DescribedAgent(None, '', configuration, environ)
    assert with_agent_defaults(AccountOptions(), agent).proxies == expected


def test_no_repr_shows_the_password_of_a_proxy() -> None:
    assert 'hunter2' not in repr(AccountOptions(proxies=Proxies('http://u:hunter2@p', 'http://u:hunter2@p')))


def in_the_environment(monkeypatch: pytest.MonkeyPatch, running: Proxy) -> None:
    for name in ('NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy'):
        monkeypatch.delenv(name, raising=False)
    for name in ('HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'):
        monkeypatch.setenv(name, running.url)


def test_a_whole_run_follows_the_proxy_of_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        datadog_api(Datadog([account(MOTO_ACCOUNT)])) as datadog,
        scripted_aws({'GetCallerIdentity': [CALLER]}) as aws,
        proxy({'api.example.test': datadog.url, 'aws.example.test': aws.endpoint}) as of_the_agent,
        proxy() as of_the_environment,
    ):
        servers.use(monkeypatch, servers.environment(STS, tmp_path))
        in_the_environment(monkeypatch, of_the_environment)
        options = AccountOptions(
            datadog_api_url=API, api_key=API_KEY, app_key=APP_KEY, features=frozenset[Feature](), regions=('eu-west-1',)
        )
        agent = DescribedAgent(None, '', {'proxy': {'http': of_the_agent.url}}, {})
        found = AccountCollector(with_agent_defaults(options, agent)).collect().of_account
    assert isinstance(found.caller, Caller) and isinstance(found.integration, Integration)
    assert of_the_agent.asked == ['aws.example.test', 'api.example.test']
    assert of_the_environment.asked == []


def test_the_datadog_api_through_the_proxy_of_the_agent() -> None:
    with datadog_api(Datadog([account(MOTO_ACCOUNT)])) as datadog, proxy({'api.example.test': datadog.url}) as running:
        api = DatadogApi(API, api_key=API_KEY, app_key=APP_KEY, proxies=Proxies(http=running.url))
        assert api.get('/api/v2/integration/aws/accounts', with_keys=True) == {'data': [account(MOTO_ACCOUNT)]}
    assert running.asked == ['api.example.test']
    assert datadog.keys == [(API_KEY, APP_KEY)]


def test_a_tunnel_that_the_proxy_refuses_is_told_without_its_password() -> None:
    with proxy() as running, pytest.raises(RequestFailed) as failure:
        address = running.url.replace('//', '//user:hunter2@')
        DatadogApi('https://api.example.test', proxies=Proxies(address)).get('/')
    assert str(failure.value) == 'the proxy on the way to the Datadog API failed'
    assert running.asked == ['api.example.test:443']


def test_the_datadog_api_through_the_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        datadog_api(Datadog(instead=b'HTTP/1.1 200 OK\r\n\r\n{}')) as datadog,
        proxy({'api.example.test': datadog.url}) as running,
    ):
        in_the_environment(monkeypatch, running)
        assert DatadogApi(API).get('/') == {}
        assert DatadogApi(datadog.url).get('/') == {}
    assert running.asked == ['api.example.test']  # and not for loopback


def whoami(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, endpoint: str, proxies: Proxies) -> object:
    servers.use(monkeypatch, servers.environment(endpoint, tmp_path))
    with open_session(AccountOptions(proxies=proxies)) as session:
        return session.client('sts').get_caller_identity()['Arn']


def test_aws_through_the_proxy_of_the_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_aws({'GetCallerIdentity': [CALLER]}) as aws, proxy({'aws.example.test': aws.endpoint}) as running:
        arn = whoami(monkeypatch, tmp_path, STS, Proxies(http=running.url))
    assert arn == f'arn:aws:iam::{MOTO_ACCOUNT}:user/alice'
    assert running.asked == ['aws.example.test']


def test_aws_through_the_proxy_of_the_environment_but_not_on_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_aws({'GetCallerIdentity': [CALLER]}) as aws, proxy({'aws.example.test': aws.endpoint}) as running:
        for endpoint in (STS, aws.endpoint):
            with monkeypatch.context() as patch:
                environ = servers.environment(endpoint, tmp_path)
                servers.use(patch, environ)
                in_the_environment(patch, running)
                with open_session(AccountOptions()) as session:
                    assert session.client('sts').get_caller_identity()['Arn']
    assert running.asked == ['aws.example.test']


def test_an_exempt_endpoint_of_aws_is_asked_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing resolves that name, so a request that passes the proxy by fails."""
    with proxy() as running, pytest.raises(Exception, match='Could not connect to the endpoint URL'):
        whoami(monkeypatch, tmp_path, STS, Proxies(http=running.url, no_proxy=('example.test',)))
    assert running.asked == []


def test_credentials_of_imds_are_never_asked_for_through_a_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedImds([granted()]) as imds, proxy() as running:
        environ = servers.environment('http://127.0.0.1:9', tmp_path)
        for name in (*servers.KEYS, 'AWS_EC2_METADATA_DISABLED'):
            del environ[name]
        servers.use(monkeypatch, {**environ, 'AWS_EC2_METADATA_SERVICE_ENDPOINT': imds.endpoint})
        in_the_environment(monkeypatch, running)
        with open_session(AccountOptions(proxies=Proxies(running.url, running.url))) as session:
            session.client('sts')
    assert imds.requests
    assert running.asked == []
