"""rollout/run-once: many hosts looked at once, over ssh and by Ansible, with nothing installed on them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from tests.rollout.ansible_controller import environment
from tests.rollout.environment import ROOT, program, system_program
from tests.rollout.reached import Answer, by_ssh, unreachable
from tests.simulator import Instance, Topology, World, namespaces_available

DIRECTORY = ROOT / 'rollout' / 'run-once'
FLEET = DIRECTORY / 'fleet.sh'
PYTHON = Path(sys.executable).resolve()
PLAYBOOK = DIRECTORY / 'playbook.yml'
CRITICAL, UNKNOWN = 2, 3
TABLE = """\
CRITICAL 2 hosts: IMDSv2 hop limit is 1, the Agent needs 2: 2
facts saved TIME

CRITICAL     2  IMDSv2 hop limit is 1, the Agent needs 2 ({cause}): i-0123456789abcdef0, i-0fedcba9876543210

No answer from 2 of 4 hosts; {facts}/.raw/no-answer has all:
gone-1: ssh: connect to host gone-1 port 22: Connection timed out
old-1: aws-diagnostics: no Python 3.11 or newer: neither /opt/datadog-agent/embedded/bin/python3 nor python3 is one
"""
OF_ANSIBLE = 'Task failed: Failed to connect to the host via ssh: '
A_CONTAINER = {**World.EC2_FILES, '/run/.containerenv': ''}
pytestmark = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')


def answering(world: World, path: str) -> Answer:
    def run(command: str, given: bytes) -> 'subprocess.CompletedProcess[bytes]':
        greeted = f'echo Welcome; {command}'
        return world.command(['sh', '-c', greeted], input=given, stdin=None, text=False, env={'PATH': path})  # type: ignore[return-value]

    return run


@pytest.fixture(scope='module')
def hosts() -> Iterator[dict[str, Answer]]:
    """Two with the same fault, and one whose Python is too old."""
    with ExitStack() as stack:
        old = Path(stack.enter_context(TemporaryDirectory(prefix='old-')))
        old.chmod(0o755)
        for name in ('python3', 'python3.13', 'python3.12', 'python3.11'):
            (old / name).write_text('#!/bin/sh\nexit 1\n')
            (old / name).chmod(0o755)
        found: dict[str, Answer] = {}
        for name, id in (('web-1', 'i-0123456789abcdef0'), ('web-2', 'i-0fedcba9876543210')):
            files = {path: text.replace('i-0123456789abcdef0', id) for path, text in A_CONTAINER.items()}
            world = World(
                Topology.CONTAINER, files=files, instance=Instance(instance_id=id), tokens='required', hop_limit=1
            )
            found[name] = answering(stack.enter_context(world), f'{PYTHON.parent}:/usr/bin:/bin')
        found['old-1'] = answering(stack.enter_context(World(Topology.EMPTY)), f'{old}:/usr/bin:/bin')
        yield found


def without_times(text: str) -> str:
    return re.sub(r'(?<=^facts saved ).*$', 'TIME', text, flags=re.MULTILINE)


def fleet(programs: Path, pyz: Path, *arguments: str | Path, **environ: str) -> 'subprocess.CompletedProcess[str]':
    told = {'PATH': f'{programs}:{os.environ["PATH"]}', 'PYZ': str(pyz), 'PYTHON': sys.executable, 'COLUMNS': '200'}
    return subprocess.run([FLEET, *arguments], env={**told, **environ}, capture_output=True, text=True, timeout=300)


def test_one_table_by_cause_and_who_did_not_answer(tmp_path: Path, pyz: Path, hosts: dict[str, Answer]) -> None:
    facts = tmp_path / 'facts'
    (tmp_path / 'hosts').write_text('# canary\nweb-1\nweb-2\n\nold-1\ngone-1\nweb-1\n')
    with by_ssh(hosts, tmp_path) as programs:
        ended = fleet(programs, pyz, 'ssh', tmp_path / 'hosts', facts, '-l', 'ops', '-o', 'ProxyJump=bastion')
    assert (ended.returncode, ended.stderr) == (CRITICAL, '')
    assert without_times(ended.stdout) == TABLE.format(facts=facts, cause='imds-hop-limit-too-low')
    assert {path.name: path.stat().st_mode & 0o77 for path in facts.iterdir()} == {
        '.raw': 0,
        'web-1.json': 0,
        'web-2.json': 0,
    }
    again = fleet(tmp_path, pyz, 'judge', facts)
    assert (again.returncode, again.stdout) == (CRITICAL, ended.stdout)


def test_ansible_asks_the_same_hosts(tmp_path: Path, pyz: Path, hosts: dict[str, Answer]) -> None:
    facts = tmp_path / 'facts'
    (tmp_path / 'inventory').write_text('web-1\nweb-2\nold-1\ngone-1\n[all:vars]\nansible_become=false\n')
    told = {'PYZ': str(pyz), 'PYTHON': sys.executable, 'COLUMNS': '200', 'ANSIBLE_SSH_TRANSFER_METHOD': 'piped'}
    command: list[str | Path] = [
        program('ansible-playbook'),
        '-i',
        'inventory',
        PLAYBOOK,
        '-f',
        '4',
        '-e',
        f'directory={facts}',
    ]
    with by_ssh(hosts, tmp_path) as programs:
        # The hosts are this machine's own files, and Ansible would make a directory in the home of their user.
        places = {'HOME': str(tmp_path), 'ANSIBLE_REMOTE_TEMP': str(tmp_path / 'on-the-host')}
        env = {**environment(), **places, 'ANSIBLE_SSH_EXECUTABLE': str(programs / 'ssh'), **told}
        ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    shown = json.loads(re.findall(r'^ok: \[localhost\] => (\{.*?^\})', ended.stdout, re.DOTALL | re.MULTILINE)[-1])
    table = TABLE.format(facts=facts, cause='imds-hop-limit-too-low').replace('gone-1: ssh', f'gone-1: {OF_ANSIBLE}ssh')
    assert without_times('\n'.join(shown['msg'])) == table.rstrip()


def test_a_host_that_hangs_is_given_up(tmp_path: Path, pyz: Path) -> None:
    ends = Event()

    def hang(command: str, given: bytes) -> 'subprocess.CompletedProcess[bytes]':
        ends.wait(60)
        return unreachable('slow-1')

    (tmp_path / 'hosts').write_text('slow-1\n')
    with by_ssh({'slow-1': hang}, tmp_path) as programs:
        ended = fleet(programs, pyz, 'ssh', tmp_path / 'hosts', tmp_path / 'facts', LIMIT='0.2')
        ends.set()
    assert (ended.returncode, ended.stderr) == (UNKNOWN, '')
    assert ended.stdout.splitlines()[-1] == 'slow-1: ended with status 124'


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        pytest.param(['ssh', 'hosts'], 'ssh: an argument is missing', id='no directory'),
        pytest.param(['ssh', 'hosts', '.'], 'DIR: . is not empty', id='a directory with something in it'),
        pytest.param(['ssh', 'hosts', 'new'], 'HOSTS: the lines above are no names', id='an option as a name'),
        pytest.param(['judge', 'nothing'], 'DIR: nothing holds nothing that was collected', id='nothing to judge'),
        pytest.param(['salt'], "'salt' is not known", id='another tool'),
    ],
)
def test_a_wrong_call_says_what_is_wrong(tmp_path: Path, pyz: Path, arguments: list[str], message: str) -> None:
    (tmp_path / 'hosts').write_text('web-1\n-oProxyCommand=touch${IFS}/tmp/x\n')
    command: list[str | Path] = [FLEET, *arguments]
    ended = subprocess.run(command, cwd=tmp_path, env={**os.environ, 'PYZ': str(pyz)}, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (64, f'fleet.sh: {message}; see the beginning of {FLEET}\n')


def test_the_scripts_are_clean() -> None:
    scripts = sorted(DIRECTORY.glob('*.sh'))
    checked = subprocess.run([system_program('shellcheck'), *scripts], capture_output=True, text=True)
    assert (len(scripts), checked.stdout) == (2, '')
