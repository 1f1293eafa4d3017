"""docs/compatibility.md says what the package says, and what these tests try."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emit.test_issues import pytestmark as of_issues
from tests.packages.agent import VERSIONS
from tests.packages.builds import ROOT
from tools.single_file import BOOTSTRAP

DOCUMENT = (ROOT / 'docs' / 'compatibility.md').read_text(encoding='utf-8')
MAKEFILE = (ROOT / 'Makefile').read_text(encoding='utf-8')
PYTHONS = re.findall(r'^PYTHONS \?= (.+)$', MAKEFILE, re.MULTILINE)[0].split()
PROJECT = tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))['project']
Version = tuple[int, ...]


def version(text: str) -> Version:
    return tuple(map(int, re.findall(r'\d+', text)))


def rows(heading: str, section: str) -> Iterator[dict[str, str]]:
    """Of the table that begins with a column of that name."""
    table = re.search(rf'^\| {heading} \|.*\n(\|.*\n)+', section, re.MULTILINE)
    assert table, heading
    head, _, *lines = [[cell.strip() for cell in line.strip('|\n ').split('|')] for line in table[0].splitlines()]
    yield from (dict(zip(head, line, strict=True)) for line in lines)


AGENTS = list(rows('Agent', DOCUMENT))
TRIED = list(rows('Python', DOCUMENT))


def pins(python: str) -> dict[str, str]:
    text = (ROOT / 'requirements' / f'agent-{python}.txt').read_text(encoding='utf-8')
    return dict(re.findall(r'^([a-z0-9-]+)==(\S+)$', text, re.MULTILINE))


def test_the_table_of_agents_leaves_none_out():
    minors = [[version(end)[1] for end in re.findall(r'7\.\d+', row['Agent'])] for row in AGENTS]
    assert minors[0][0] == 40
    assert [ends[0] for ends in minors[1:]] == [ends[-1] + 1 for ends in minors[:-1]]
    assert AGENTS[-1]['Agent'].endswith('and newer')


def test_the_check_runs_where_the_python_is_new_enough_and_nowhere_else():
    needed = version(PROJECT['requires-python'])
    runs = {row['Agent']: row['The check'] == 'yes' for row in AGENTS}
    assert runs == {row['Agent']: version(row['Python']) >= needed for row in AGENTS}


def test_the_wheel_demands_the_base_of_the_oldest_agent_that_runs_it():
    oldest = next(row for row in AGENTS if row['The check'] == 'yes')
    assert PROJECT['dependencies'] == [f'datadog-checks-base>={oldest["datadog-checks-base"]}']
    for claim in (PROJECT['dependencies'][0], f'Requires-Python: {PROJECT["requires-python"]}'):
        assert claim in DOCUMENT


def test_each_python_is_declared_and_tried():
    declared = [name.removeprefix('Programming Language :: Python :: ') for name in PROJECT['classifiers']]
    pythons = {row['Python'] for row in AGENTS if row['The check'] == 'yes'}
    assert {name for name in declared if re.fullmatch(r'3\.\d+', name)} == pythons
    assert set(VERSIONS) == set(PYTHONS) == {row['Python'] for row in TRIED} == pythons


@pytest.mark.parametrize('row', TRIED, ids=lambda row: f'Python {row["Python"]}')
def test_what_was_tried_is_what_the_requirements_say(row: dict[str, str]):
    said = {name: row[name] for name in ('datadog-checks-base', 'pydantic', 'botocore')}
    assert said == {name: pins(row['Python'])[name] for name in said}


@pytest.mark.parametrize('row', TRIED, ids=lambda row: f'Python {row["Python"]}')
def test_a_base_that_was_tried_is_within_an_agent_of_that_python(row: dict[str, str]):
    of_that_python = [row_ for row_ in AGENTS if row_['Python'] == row['Python']]
    oldest, *_, newest = [version(end) for r in of_that_python for end in r['datadog-checks-base'].split(' to ')]
    assert oldest <= version(row['datadog-checks-base']) <= newest


def test_what_an_older_base_lacks_is_told_where_tests_are_left_out_for_it():
    lacking = {row['What']: row['With datadog-checks-base'] for row in rows('What', DOCUMENT)}
    assert version(lacking["Issues of the Agent's health platform"])[:2] == of_issues.args


def test_what_is_tried_exists() -> None:
    names = re.findall(r'\$\(addprefix tests/,([^)]+)\)', MAKEFILE)[0].replace('\\', ' ').split()
    assert len(names) > 10
    assert [name for name in names if not (ROOT / 'tests' / name).exists()] == []


def test_the_file_for_checks_d_asks_for_the_same_python():
    needed = ', '.join(map(str, version(PROJECT['requires-python'])))
    assert f'sys.version_info < ({needed})' in BOOTSTRAP.read_text(encoding='utf-8')
    message = re.search(r"ImportError\(f'(AWS Diagnostics needs .*)\{", Path(BOOTSTRAP).read_text(encoding='utf-8'))
    assert message
    assert f'ImportError: {message[1]}' in DOCUMENT
