"""rollout/run-once by Run Command: a script that starts it, collects the facts and judges them."""

import base64
import gzip
import hashlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.account import program_server
from tests.account.aws_command import programs
from tests.account.servers import environment
from tests.rollout.cloudformation import lint
from tests.rollout.environment import ROOT
from tests.rollout.host import Host
from tests.rollout.ssm.run_command import COMMAND, RunCommand, listening

FLEET = ROOT / 'rollout' / 'run-once' / 'fleet.sh'
ON_HOST = FLEET.with_name('on-host.sh')
EMBEDDED = '/opt/datadog-agent/embedded/bin/python3'
SCRATCH = '/var/look'
UNKNOWN = 3
NOT_EC2 = (
    f'UNKNOWN {socket.gethostname()}: not known to be EC2: neither DMI, the hypervisor nor cloud-init says which '
    'platform this is, and http://169.254.169.254 does not answer as EC2 does'
)
SOURCE = 'https://packages.s3.eu-west-1.amazonaws.com/aws-diagnostics/aws-diagnostics.pyz'
ANSWERS, SILENT = 'i-0123456789abcdef0', 'i-0fedcba9876543210'


@pytest.fixture(scope='module')
def server() -> Iterator[str]:
    with program_server.started() as address:
        yield address


def test_a_command_runs_everywhere_and_ends_with_one_table(host: Host, pyz: Path, server: str, tmp_path: Path) -> None:
    before = host.snapshot()
    service = RunCommand({ANSWERS: host, SILENT: None}, {SOURCE: pyz})
    with listening(service) as endpoint:
        path = f'{programs(tmp_path, server)}:{os.environ["PATH"]}'
        told = {'PATH': path, 'PYZ': str(pyz), 'PYTHON': sys.executable, 'POLL': '0', 'COLUMNS': '200'}
        ended = subprocess.run(
            [FLEET, 'ssm', SOURCE, tmp_path / 'facts', 'Key=tag:env,Values=prod,test'],
            env={**environment(endpoint, tmp_path), **told},
            capture_output=True,
            text=True,
            timeout=300,
        )
    assert (ended.returncode, ended.stderr, host.snapshot()) == (UNKNOWN, '', before)
    assert ended.stdout.splitlines()[1:3] == [f'Command {COMMAND} runs', NOT_EC2]
    assert ended.stdout.splitlines()[-2:] == [
        f'No answer from 1 of 2 hosts; {tmp_path}/facts/.raw/no-answer has all:',
        f'{SILENT}: Delivery Timed Out',
    ]
    (sent,) = service.sent
    assert {name: sent[name] for name in ('Targets', 'MaxConcurrency', 'MaxErrors', 'TimeoutSeconds')} == {
        'Targets': [{'Key': 'tag:env', 'Values': ['prod', 'test']}],
        'MaxConcurrency': '20',
        'MaxErrors': '100%',
        'TimeoutSeconds': 120,
    }


def test_a_host_with_an_agent_is_looked_at_as_the_agent_and_keeps_nothing(host: Host, pyz: Path) -> None:
    python = host.run('readlink', '-f', EMBEDDED).stdout.strip()
    host.remove(EMBEDDED)
    host.write(EMBEDDED, f'#!/bin/sh\nid -un >&2\nexec {python} "$@"\n', mode=0o755)
    host.run('install', '-d', '-m', '1777', SCRATCH)
    before = host.snapshot()
    ended = host.run('dash', ON_HOST, pyz, env={'TMPDIR': SCRATCH, 'REDACT': 'yes'})
    assert ended.stderr.splitlines()[0] == 'dd-agent'
    saved = json.loads(gzip.decompress(base64.b64decode(ended.stdout.removeprefix('facts:'))))
    assert (saved['format'], saved['redacted']) == ('aws_diagnostics facts', True)
    assert (host.run('ls', SCRATCH).stdout, host.snapshot()) == ('', before)


def test_another_file_than_was_meant_is_not_run(host: Host, pyz: Path) -> None:
    ended = host.run('dash', ON_HOST, pyz, env={'SHA256': '0' * 64}, check=False)
    digest = hashlib.sha256(pyz.read_bytes()).hexdigest()
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        65,
        '',
        f'aws-diagnostics: the SHA-256 of the file is {digest}, not {"0" * 64}; it was not run\n',
    )


def test_the_document_is_one_that_systems_manager_takes(tmp_path: Path) -> None:
    document = yaml.safe_load(subprocess.run([FLEET, 'document'], capture_output=True, text=True, check=True).stdout)
    *_, script = document['mainSteps'][1]['inputs']['runCommand']
    assert script == ON_HOST.read_text()
    properties = {'Content': document, 'DocumentType': 'Command'}
    template = {'Resources': {'Document': {'Type': 'AWS::SSM::Document', 'Properties': properties}}}
    (tmp_path / 'template.yaml').write_text(yaml.safe_dump(template))
    mistake = {'E3051': ("schemaVersion: '2.2'", "schemaVersion: '2.3'")}
    assert lint(tmp_path / 'template.yaml', mistake, tmp_path) == ([], list(mistake))
