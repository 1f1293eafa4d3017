"""`check` against a real IMDS simulator and a stand-in for the Agent, both on 127.0.0.1."""

import json
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.cli import run
from tests.served import served
from tests.simulator import Behaviour, Persona
from tests.simulator.loopback import expvar_server, loopback_imds

INSTANCE_ID = 'i-0123456789abcdef0'
REQUIRED = Behaviour(tokens='required', hop_limit=2)
NAMED = ['--agent-hostname', INSTANCE_ID, '--agent-version', '7.81.3']


@contextmanager
def expvar(provider: str = 'aws', errors: dict[str, str] | None = None):
    server = expvar_server(0, provider, errors or {})
    with served(server):
        yield server.server_port


@pytest.fixture
def conf(tmp_path: Path):
    def write(**instance: Any) -> str:
        file = tmp_path / 'conf.yaml'
        file.write_text(json.dumps({'instances': [{'ec2': 'always', **instance}]}))
        return str(file)

    return write


def check(capsys, *arguments: str) -> tuple[int, str]:
    status = run(['check', *arguments])
    captured = capsys.readouterr()
    assert captured.err == ''
    return status, captured.out


def test_a_healthy_host_is_ok(conf, capsys):
    with loopback_imds(REQUIRED) as imds, expvar() as port:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=port)
        status, output = check(capsys, '--config', config, *NAMED)
    assert status == 0
    assert output.startswith(f'OK {INSTANCE_ID}: no problem found (')
    assert '--agent-' not in output


def test_json_holds_what_was_measured(conf, capsys):
    with loopback_imds(REQUIRED) as imds, expvar() as port:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=port)
        _, output = check(capsys, '--json', '--config', config, *NAMED)
    (document,) = json.loads(output)['reports']
    names = ('gateways', 'gateway_addresses', 'confirmed')
    assert document['instance_id'] == INSTANCE_ID
    assert {name: document['facts']['path'][name] for name in names} == {
        'gateways': 0,
        'gateway_addresses': [],
        'confirmed': True,
    }
    assert document['facts']['agent']['provider'] == 'aws'


@pytest.mark.skipif(sys.platform != 'linux', reason='the hop limit is measured on Linux only')
def test_the_hop_limit_is_measured(conf, capsys):
    with loopback_imds(REQUIRED) as imds, expvar() as port:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=port)
        _, output = check(capsys, '--json', '--config', config, *NAMED)
    path = json.loads(output)['reports'][0]['facts']['path']
    assert (path['remaining_ttl'], path['hop_limit'], path['hop_limit_at_most']) == (2, 2, None)


def judgement(output: str) -> list[dict[str, Any]]:
    """What both commands print of the same facts."""
    return [{**report, 'saved_at': None, 'source': None} for report in json.loads(output)['reports']]


@pytest.mark.parametrize(
    'behaviour',
    [
        pytest.param(REQUIRED, id='healthy'),
        pytest.param(Behaviour(endpoint='disabled'), id='endpoint disabled'),
        pytest.param(Behaviour(persona=Persona.KUBE2IAM), id='kube2iam'),
        pytest.param(Behaviour(persona=Persona.GARBAGE), id='garbage'),
    ],
)
def test_judge_finds_on_saved_facts_what_the_run_found_that_saved_them(conf, capsys, tmp_path, behaviour):
    file = tmp_path / 'facts.json'
    with loopback_imds(behaviour) as imds, expvar('os', {'aws': 'status code [401]'}) as port:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=port, max_hop_limit=1, require_imdsv2=True)
        arguments = ('--config', config, '--agent-hostname', 'web-1', '--agent-version', '7.60.0')
        status, output = check(capsys, '--json', '--save-facts', str(file), *arguments)
    assert run(['judge', '--json', str(file)]) == status
    assert judgement(capsys.readouterr().out) == judgement(output)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_the_expvar_of_a_local_agent_does_not_tell_is_unknown_with_the_options_that_would(conf, capsys):
    with loopback_imds(REQUIRED) as imds, expvar() as port:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=port)
        status, output = check(capsys, '--config', config)
    assert status == 3
    hints = [line for line in ' '.join(output.split()).split('UNKNOWN ')[2:] if 'hostname' in line]
    assert hints
    assert 'Pass --agent-hostname and --agent-version.' in ' '.join(output.split())


def test_the_configuration_of_the_agent_counts(conf, capsys, tmp_path):
    datadog_yaml = tmp_path / 'datadog.yaml'
    datadog_yaml.write_text('cloud_provider_metadata: [gcp]\n')
    with loopback_imds(REQUIRED) as imds, expvar() as port:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=port)
        _, output = check(capsys, '--json', '--config', config, *NAMED, '--agent-config', str(datadog_yaml))
    failed = [f['id'] for f in json.loads(output)['reports'][0]['findings'] if f['status'] in ('warning', 'critical')]
    assert 'aws-metadata-disabled' in failed


def test_the_provider_can_be_told(conf, capsys):
    with loopback_imds(REQUIRED) as imds:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=1)
        _, output = check(capsys, '--json', '--config', config, *NAMED, '--agent-provider', 'os')
    agent = json.loads(output)['reports'][0]['facts']['agent']
    assert (agent['provider'], agent['source']) == ('os', 'given')


def test_nothing_that_answers_in_place_of_imds_acts_on_the_terminal(conf, capsys):
    with loopback_imds(Behaviour(persona=Persona.GARBAGE)) as imds, expvar('os', {'aws': '\x1b[31m[red]x'}) as port:
        config = conf(imds_endpoint=imds.endpoint, agent_expvar_port=port)
        _, output = check(capsys, '-v', '--config', config, '--agent-hostname', '\x1b]0;x\x07', *NAMED[2:])
    assert not [c for c in output if ord(c) < 32 and c != '\n']
    assert '[red]' in output
