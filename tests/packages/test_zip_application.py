"""The command line as one file: which Python runs it, with what installed, and what it says where it cannot run."""

import ast
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from datadog_checks.aws_diagnostics import __version__
from datadog_checks.aws_diagnostics.cli import ExitStatus
from tests.document_blocks import Block, blocks
from tests.packages.agent import VERSIONS, bare_agent
from tests.packages.builds import ROOT, built_once
from tests.rollout.reached import by_ssh
from tests.simulator import Topology, World, namespaces_available
from tools.single_file.zip_application import START, build

OF_AN_AGENT = '/opt/datadog-agent/embedded/bin/python3'
OLDER = ('2.7', '3.6', '3.8', '3.9', '3.10')
TOLD = ('--agent-hostname', 'i-0123456789abcdef0', '--agent-version', '7.81.3', '--agent-provider', 'aws')
FACTS = ROOT / 'tests' / 'cli' / 'saved' / 'schema-1.json'
FAULT = 'CRITICAL i-0123456789abcdef0: IMDSv2 hop limit is 1, the Agent needs 2 (1 finding, 1 cause)'
A_CONTAINER, A_POD = '/run/.containerenv', '/var/run/secrets/kubernetes.io/serviceaccount/token'
IN_A_NETWORK = [block for block in blocks() if block.document == 'docs/run-once.md' and not block.needs]
INTO_A_CONTAINER = """#!{python} -IS
import os, shlex, sys
words = sys.argv[1:]
last = words.index('--' if '--' in words else 'python:3.13-slim')
os.execvp('ssh', ['ssh', 'container', shlex.join(words[last + 1:])])
"""
in_a_world = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')


@pytest.fixture(scope='module')
def pyz(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_once(tmp_path_factory, 'pyz', build, shelf / 'pyz')


def bare_python(version: str) -> list[str]:
    """An interpreter with its standard library, and nothing that anybody installed."""
    return [str(bare_agent(version).python.resolve()), '-I', '-S']


def older_python(version: str) -> str:
    roots = (Path(sys.base_prefix).parent.glob(f'{version}.*/bin/python'), Path('/usr/bin').glob(f'python{version}'))
    found = [str(path) for root in roots for path in root]
    return found[0] if found else pytest.skip(f'no Python {version} is beside this Python')


def run(*command: str | Path, **environ: str) -> 'subprocess.CompletedProcess[str]':
    env = {'PATH': os.environ['PATH'], 'COLUMNS': '120', **environ}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize('arguments', [(), ('--help',)], ids=('without arguments', '--help'))
def test_help_needs_nothing_installed_and_says_what_a_command_needs(pyz: Path, arguments: tuple[str, ...]) -> None:
    ended = run(*bare_python('3.13'), pyz, *arguments)
    assert ended.returncode == (0 if arguments else ExitStatus.USAGE)
    lines = [line.strip() for line in (ended.stdout + ended.stderr).splitlines()]
    assert {'accounts     Needs pydantic, which is not installed here.'} <= set(lines)
    assert any(line.startswith('judge ') for line in lines)


def test_a_page_is_written_where_nothing_is_installed(pyz: Path, tmp_path: Path) -> None:
    page = tmp_path / 'page.html'
    ended = run(*bare_python('3.13'), pyz, 'judge', FACTS, '--html', page, '--quiet')
    assert (ended.returncode, ended.stderr) == (2, '')
    assert page.read_text(encoding='utf-8').startswith('<!doctype html>')


@pytest.mark.parametrize('version', VERSIONS)
def test_every_python_builds_the_same_bytes(pyz: Path, tmp_path: Path, version: str) -> None:
    program = (
        f'from pathlib import Path\nfrom tools.single_file.zip_application import build\nbuild(Path({str(tmp_path)!r}))'
    )
    command = (bare_agent(version).python, '-c', program)
    environ = {**os.environ, 'PYTHONPATH': f'{ROOT}:{Path(click.__file__).parent.parent}', 'TZ': 'Asia/Tokyo'}
    subprocess.run(command, cwd=tmp_path, env=environ, check=True)
    assert (tmp_path / pyz.name).read_bytes() == pyz.read_bytes()


def test_nothing_in_it_tells_where_and_when_it_was_built_and_every_licence_is_there(pyz: Path) -> None:
    with zipfile.ZipFile(pyz) as archive:
        entries = archive.infolist()
    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {(entry.date_time, entry.create_system) for entry in entries} == {((1980, 1, 1, 0, 0, 0), 3)}
    licences = [name.split('.dist-info')[0] for name in names if Path(name).name.startswith('LICENSE')]
    assert sorted(name.split('/')[-1].partition('-')[0] for name in licences) == ['LICENSE', 'click', 'pyyaml', 'rich']
    assert [name for name in names if name.endswith(('.so', '.pyc', '.pyd'))] == []


@pytest.mark.parametrize('version', VERSIONS)
@in_a_world
def test_a_python_with_nothing_installed_finds_the_fault_of_a_host(pyz: Path, version: str) -> None:
    files = {**World.EC2_FILES, A_CONTAINER: ''}
    with World(Topology.CONTAINER, files=files, tokens='required', hop_limit=1) as world:
        ended = world.command([*bare_python(version), str(pyz), 'check'], env={'PATH': os.environ['PATH']})
    assert ended.stderr == ''
    assert (ended.returncode, ended.stdout.splitlines()[0]) == (2, FAULT)


@pytest.mark.parametrize('version', VERSIONS)
@in_a_world
def test_the_python_of_an_agent_judges_a_healthy_host_by_a_configuration(pyz: Path, version: str, shelf: Path) -> None:
    conf = shelf / 'conf.yaml'
    conf.write_text('instances: [{min_hop_limit: 2}]')
    with World(tokens='required', hop_limit=2) as world:
        ended = world.command(
            [str(bare_agent(version).python), '-I', str(pyz), 'check', '--config', str(conf), *TOLD],
            env={'PATH': os.environ['PATH'], 'DD_HOSTNAME_TRUST_UTS_NAMESPACE': 'true'},
        )
    assert ended.stderr == ''
    assert (ended.returncode, ended.stdout.splitlines()[0]) == (
        0,
        'OK i-0123456789abcdef0: no problem found (22 OK, 3 N/A)',
    )


@pytest.mark.parametrize('version', [VERSIONS[0], VERSIONS[-1]])
def test_the_python_of_an_agent_has_what_the_account_scope_needs(pyz: Path, version: str, shelf: Path) -> None:
    conf = shelf / 'account.yaml'
    conf.write_text('instances: [{account: {regions: [eu-west-1], features: [role]}}]')
    python = bare_agent(version).python
    nowhere = {'AWS_EC2_METADATA_DISABLED': 'true', 'HOME': '/nonexistent'}
    ended = run(python, '-I', pyz, 'check', '--config', conf, '--json', **nowhere)
    assert ended.returncode == 3, ended.stderr
    (report,) = json.loads(ended.stdout)['reports']
    assert (report['scope'], report['not_judged'][0]['reason']) == (
        'account',
        'no AWS credentials were found (iam:GetRole)',
    )


@pytest.mark.parametrize(
    ('arguments', 'missing'),
    [
        pytest.param(['check', '--config', 'conf.yaml'], 'pydantic', id='a configuration'),
        pytest.param(['fleet'], 'botocore', id='an account'),
        pytest.param(['hosts', 'duplicates'], 'pydantic', id='the host list'),
    ],
)
def test_one_line_says_what_is_missing_and_how_to_get_it(
    pyz: Path, tmp_path: Path, arguments: list[str], missing: str
) -> None:
    (tmp_path / 'conf.yaml').write_text('instances: [{ec2: never}]')
    python = bare_python('3.11')
    ended = subprocess.run([*python, pyz, *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        ExitStatus.NOT_INSTALLED,
        '',
        f'aws-diagnostics needs {missing}: the Python of an Agent has it ({OF_AN_AGENT}); for another, {python[0]} -m '
        'pip install botocore datadog-checks-base lazy-loader pydantic requests\n',
    )


def test_saved_facts_are_judged_without_anything_installed(pyz: Path) -> None:
    ended = run(*bare_python('3.11'), pyz, 'judge', FACTS, '--json')
    assert (ended.returncode, ended.stderr) == (2, '')
    assert json.loads(ended.stdout)['version'] == __version__


@pytest.mark.parametrize('version', OLDER)
def test_an_old_python_is_told_what_is_needed(pyz: Path, version: str) -> None:
    ended = run(older_python(version), pyz, 'check', '-v')
    assert (ended.returncode, ended.stdout) == (ExitStatus.NOT_INSTALLED, '')
    assert ended.stderr.startswith(f'aws-diagnostics needs Python 3.11 or newer, and this is {version}.')
    assert ended.stderr.endswith(f': use that of the Agent, sudo -u dd-agent {OF_AN_AGENT} {pyz.name} check -v\n')


def test_where_no_old_python_is_installed_its_grammar_still_reads_the_beginning() -> None:
    assert ast.parse(START.read_text(), feature_version=(3, 4)).body


def test_what_is_installed_in_another_version_stays_aside(pyz: Path, tmp_path: Path) -> None:
    package = tmp_path / 'datadog_checks' / 'aws_diagnostics'
    package.mkdir(parents=True)
    extended = '__path__ = __import__("pkgutil").extend_path(__path__, __name__)'
    (package.parent / '__init__.py').write_text(extended)
    for other in (package / '__init__.py', tmp_path / 'click.py', tmp_path / 'rich.py'):
        other.write_text(f'raise SystemExit("another {other.name}")')
    python = bare_agent('3.11').python
    ended = run(python, pyz, '--version', PYTHONPATH=str(tmp_path))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f'{__version__}\n', '')


def test_it_is_a_program(pyz: Path) -> None:
    path = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    assert run(pyz, '--version', PATH=path).stdout == f'{__version__}\n'


@pytest.mark.parametrize(
    ('block', 'mark', 'fix'),
    [
        pytest.param(IN_A_NETWORK[0], A_POD, 'host network, in the Helm values', id='kubectl exec'),
        pytest.param(IN_A_NETWORK[1], A_POD, 'host network, in the Helm values', id='kubectl debug'),
        pytest.param(IN_A_NETWORK[2], A_CONTAINER, 'in the host network', id='docker run'),
    ],
)
@in_a_world
def test_in_the_network_of_a_container_it_tells_what_is_met_there(
    pyz: Path, shelf: Path, tmp_path: Path, block: Block, mark: str, fix: str
) -> None:
    python = bare_agent('3.11').python.resolve()
    writable = shelf / tmp_path.name
    writable.mkdir(exist_ok=True)
    writable.chmod(0o777)
    (tmp_path / 'dist').symlink_to(pyz.parent)
    files = {**World.EC2_FILES, mark: ''}
    with World(Topology.CONTAINER, files=files, tokens='required', hop_limit=1) as world:

        def run(command: str, given: bytes) -> 'subprocess.CompletedProcess[bytes]':
            there = command.replace(OF_AN_AGENT, str(python)).replace('/tmp/', f'{writable}/')
            env = {'PATH': f'{python.parent}:/usr/bin:/bin'}
            return world.command(['sh', '-c', there], input=given, stdin=None, text=False, env=env)  # type: ignore[return-value]

        with by_ssh({'container': run}, tmp_path) as programs:
            for name in ('kubectl', 'docker'):
                (programs / name).write_text(INTO_A_CONTAINER.format(python=sys.executable))
                (programs / name).chmod(0o755)
            env = {'PATH': f'{programs}:{os.environ["PATH"]}', 'NAMESPACE': 'datadog', 'POD': 'p', 'CONTAINER': 'c'}
            ended = subprocess.run(['bash', '-c', block.text], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert ended.stderr == ''
    assert ended.stdout.splitlines()[0] == FAULT
    assert fix in ended.stdout
