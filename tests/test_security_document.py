"""What docs/security.md lists is what watched runs do, and its numbers are those of the code."""

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest

from tests.collect.agent.guarded_api import TOKEN, certificate
from tests.imports import PACKAGE, SOURCE
from tests.simulator import Topology, World, namespaces_available
from tests.watched_run import Watched, collect_watched

TEXT = (Path(__file__).parents[1] / 'docs' / 'security.md').read_text(encoding='utf-8')
FACTORS = {'KiB': 1024, 'MiB': 1024**2, '%': 0.01, 's': 1, 'characters': 1, '': 1}
NAMED_BY_THE_AGENT = '/run/name-of-the-host'
GUARD = {'/etc/datadog-agent/ipc_cert.pem': certificate().decode(), '/etc/datadog-agent/auth_token': TOKEN}
IN_ECS = {'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2/v4'}

needs_namespaces = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')


def section(heading: str) -> str:
    """What stands below a heading, up to the next of any level."""
    found = re.search(rf'^#+ {re.escape(heading)}\n(.*?)(?=^#)', TEXT, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def rows(heading: str) -> Iterator[list[str]]:
    """The cells of every row of the table there."""
    for line in section(heading).splitlines():
        if line.startswith('|') and not line.startswith('| ---'):
            yield [cell.strip() for cell in line.strip('|').split('|')]


def quoted(text: str) -> list[str]:
    return re.findall(r'`([^`]+)`', text)


def expanded(name: str) -> list[str]:
    """'/a/{b,c}' as '/a/b' and '/a/c'."""
    parts = [part.split(',') for part in re.split(r'[{}]', name)]
    return [''.join(chosen) for chosen in product(*parts)]


def watched(topology: Topology, hop_limit: int, environ: dict[str, str]) -> tuple[Watched, set[tuple[str, str]]]:
    """One first run, and its requests: (method and path, token). Nothing listens on the Agent's ports."""
    files = {**World.EC2_FILES, **GUARD, NAMED_BY_THE_AGENT: 'web-1\n'}
    with World(topology, hop_limit=hop_limit, files=files) as world:
        seen = world.run(collect_watched, environ, {'hostname_file': NAMED_BY_THE_AGENT})
        return seen, {(f'{request.method} {request.path}', request.token) for request in world.requests}


@pytest.fixture(scope='module')
def runs() -> tuple[Watched, set[tuple[str, str]]]:
    """All of a run where a token is granted, one where its reply is lost, and one in an ECS task."""
    first, asked = watched(Topology.HOST, 2, {})
    for topology, environ in ((Topology.CONTAINER, {}), (Topology.HOST, IN_ECS)):
        seen, more = watched(topology, 1, environ)
        asked |= more
        first = Watched(first.opened | seen.opened, first.connected | seen.connected, first.variables | seen.variables)
    return first, asked


@needs_namespaces
def test_the_requests_to_imds_are_those_listed(runs) -> None:
    listed = {(quoted(request)[0], quoted(token)[0]) for request, token, _ in [*rows('Requests to IMDS')][1:]}
    assert runs[1] == listed


@needs_namespaces
def test_the_connections_are_those_listed(runs) -> None:
    assert runs[0].connected == {quoted(to)[0] for to, _ in [*rows('Connections of a host instance')][1:]}


@needs_namespaces
def test_the_files_that_are_opened_are_those_listed(runs) -> None:
    listed = {
        path
        for cell, _ in rows('Files of a host instance')
        for name in quoted(cell)
        if name.startswith('/')
        for path in expanded(name)
    }
    assert runs[0].opened == {*listed, NAMED_BY_THE_AGENT}


@needs_namespaces
def test_the_variables_of_the_environment_are_those_listed(runs) -> None:
    variables, _, _ = section('Environment and settings of the Agent').partition('Settings:')
    assert runs[0].variables == set(quoted(variables))


def test_the_settings_of_the_agent_are_those_that_the_source_names() -> None:
    source = '\n'.join(path.read_text(encoding='utf-8') for path in SOURCE.rglob('*.py'))
    versioned = import_module(f'{PACKAGE}.collect.agent.configuration').KNOWN_SINCE
    _, _, settings = section('Environment and settings of the Agent').partition('Settings:')
    assert {*re.findall(r"setting\('([\w.]+)'\)", source), *versioned} == set(quoted(settings))


def test_what_is_only_looked_for_is_listed() -> None:
    source = '\n'.join(path.read_text(encoding='utf-8') for path in (SOURCE / 'collect' / 'host').glob('*.py'))
    named = {f'/{path}' for path in re.findall(r"root / '([^']+)'(?! /)", source)}
    listed = {path for name in quoted(section('Files of a host instance')) for path in expanded(name)}
    assert named - listed == set()


def test_no_other_program_is_started_and_no_code_is_evaluated() -> None:
    source = {path: path.read_text(encoding='utf-8') for path in SOURCE.rglob('*.py')}
    suspicious = re.compile(
        r'\b(subprocess|os\.(system|popen|exec\w*|spawn\w*|fork)|pickle|marshal|yaml\.load)\b|\beval\('
    )
    assert [str(path) for path, text in source.items() if suspicious.search(text)] == []


def limits() -> list[tuple[str, str, str]]:
    return [(words, value, quoted(constant)[0]) for words, value, constant in [*rows('Limits')][1:]]


@pytest.mark.parametrize(('words', 'value', 'constant'), limits(), ids=lambda cell: cell[:60])
def test_a_limit_is_the_constant_of_the_code(words: str, value: str, constant: str) -> None:
    number, _, unit = value.partition(' ')
    module, _, names = constant.partition(':')
    found: object = import_module(f'{PACKAGE}.{module}')
    for name in names.split('.'):
        found = _attribute(found, name)
    assert float(number) * FACTORS[unit] == pytest.approx(found)


def _attribute(of: object, name: str) -> object:
    """The default of a field where it is one of a dataclass."""
    fields = getattr(of, '__dataclass_fields__', {})
    return fields[name].default if name in fields else getattr(of, name)


@needs_namespaces
@pytest.mark.parametrize('hop_limit', (1, 2, 3))
def test_a_run_sends_as_many_requests_as_the_document_says(hop_limit: int) -> None:
    counted = re.search(
        r'A steady run sends (\d+) requests to IMDS\. A run that also measures the path sends at most (\d+)',
        ' '.join(TEXT.split()),
    )
    assert counted
    steady, most = map(int, counted.groups())
    totals = []
    for runs in (1, 2):
        with World(hop_limit=hop_limit) as world:
            world.run(collect_watched, {}, {}, runs)
            totals.append(len(world.requests))
    assert totals[0] <= most
    assert totals[1] - totals[0] == steady
