"""The one file for checks.d: what it holds, how it may be carried, what it says where it cannot run."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics import __version__
from tests.imports import SOURCE, imports
from tests.packages.agent import VERSIONS, bare_agent
from tests.packages.builds import ROOT
from tools.single_file import FOR_A_PERSON, build

HALF_A_CONFIGMAP = 512 * 1024
"""Bytes. A ConfigMap may have 1 MiB, and in the release of a Helm chart the file counts about twice its size."""
OLDEST_READER = (3, 8)
"""The Python of Agents up to 7.46: it has to understand the file, to say that it is too old."""


@pytest.fixture(scope='module')
def file(checks_d: Path) -> Path:
    return checks_d / 'aws_diagnostics.py'


def run(*arguments: str | Path) -> 'subprocess.CompletedProcess[str]':
    return subprocess.run([sys.executable, '-I', *arguments], capture_output=True, text=True, timeout=300)


def digest(file: Path) -> str:
    found = re.search(r"^SHA256 = '([0-9a-f]{64})'$", file.read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_two_builds_are_the_same_bytes(file: Path, tmp_path: Path) -> None:
    assert build(tmp_path).read_bytes() == file.read_bytes()


@pytest.mark.parametrize('version', VERSIONS)
def test_every_python_builds_the_same_bytes(file: Path, tmp_path: Path, version: str) -> None:
    python = str(bare_agent(version).python)
    subprocess.run([python, '-m', 'tools.single_file', tmp_path], cwd=ROOT, check=True, capture_output=True)
    built = tmp_path / 'aws_diagnostics.py'
    assert built.read_bytes() == file.read_bytes()


def test_it_goes_into_a_configmap_and_through_a_template_of_helm(file: Path) -> None:
    text = file.read_text(encoding='ascii')
    assert len(json.dumps(text)) < HALF_A_CONFIGMAP
    assert re.findall(r'\{\{|\}\}', text) == []
    assert max(map(len, text.splitlines())) <= 120


def test_the_files_come_out_as_they_went_in_but_for_docstrings(file: Path, tmp_path: Path) -> None:
    ran = run(file, '--extract', tmp_path / 'new')
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, '', '')
    extracted = {
        path.relative_to(tmp_path / 'new'): path.read_bytes() for path in tmp_path.rglob('*') if path.is_file()
    }
    sources = [
        path
        for path in SOURCE.rglob('*')
        if path.is_file() and '__pycache__' not in path.parts and path.relative_to(SOURCE).parts[0] not in FOR_A_PERSON
    ]
    assert extracted.keys() == {path.relative_to(ROOT) for path in [ROOT / 'LICENSE', *sources]}
    assert {path: content for path, content in extracted.items() if path.suffix != '.py'} == {
        path.relative_to(ROOT): path.read_bytes() for path in [ROOT / 'LICENSE', *sources] if path.suffix != '.py'
    }
    for path in (path for path in sources if path.suffix == '.py'):
        came_out = ast.parse(extracted[path.relative_to(ROOT)])
        assert statements(came_out) == statements(ast.parse(path.read_bytes())), path


def statements(module: ast.Module) -> list[str]:
    """All of them with their lines, docstrings by their place alone."""
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant('')
    return [f'{node.lineno}: {ast.dump(node)}' for node in ast.walk(module) if isinstance(node, ast.stmt)]


def test_nothing_in_it_imports_what_is_left_out() -> None:
    left_out = {name.removesuffix('.py') for name in FOR_A_PERSON}
    assert [str(i) for i in imports() if i.imported_part in left_out and i.part not in left_out] == []


def test_it_lists_its_files_and_says_its_version(file: Path) -> None:
    listed = run(file, '--list').stdout
    assert re.search(r'^datadog_checks/aws_diagnostics/check\.py +1980-', listed, re.MULTILINE)
    assert run(file, '--version').stdout == f'{__version__}\n'


def test_it_does_not_write_among_other_files(file: Path, tmp_path: Path) -> None:
    (tmp_path / 'mine').touch()
    ran = run(file, '--extract', tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.endswith(f'error: --extract: {tmp_path} is not empty\n')
    assert [path.name for path in tmp_path.iterdir()] == ['mine']


def test_an_old_python_understands_the_file(file: Path) -> None:
    assert ast.parse(file.read_text(), feature_version=OLDEST_READER).body


def older_python() -> str:
    """One that no longer is enough. Skips the test where there is none."""
    roots = [Path(sys.base_prefix).parent, Path('/usr')]
    found = [path for root in roots for path in [*root.glob('3.[89].*/bin/python'), *root.glob('bin/python3.[89]')]]
    if not found:
        pytest.skip('no Python 3.8 or 3.9 is beside this Python')
    return str(min(found))


def test_an_old_python_is_told_what_is_needed(file: Path) -> None:
    ran = subprocess.run(
        [older_python(), '-c', 'import aws_diagnostics'], cwd=file.parent, capture_output=True, text=True
    )
    assert re.search(
        r'ImportError: AWS Diagnostics needs an Agent with Python 3\.11 or newer, not 3\.[89]\.\d+\n$', ran.stderr
    )


def damaged(text: str, line: int, cut: bool) -> str:
    lines = text.splitlines()
    lines[line] = '' if cut else lines[line][::-1]
    return '\n'.join(lines)


@pytest.mark.parametrize(
    ('line', 'cut', 'message'),
    [
        pytest.param(-20, False, 'its payload cannot be decoded', id='a line is turned round'),
        pytest.param(-20, True, 'its payload cannot be decoded', id='a line is lost'),
    ],
)
def test_a_damaged_file_says_so(file: Path, tmp_path: Path, line: int, cut: bool, message: str) -> None:
    copy = tmp_path / 'aws_diagnostics.py'
    copy.write_text(damaged(file.read_text(), line, cut))
    ran = run(copy, '--list')
    assert f'ImportError: {copy} is damaged: {message}' in ran.stderr


def test_a_payload_of_another_build_is_refused(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / 'aws_diagnostics.py'
    copy.write_text(file.read_text().replace(digest(file), '0' * 64))
    ran = run(copy, '--list')
    assert f'{copy} is damaged: the SHA-256 of its payload is {digest(file)}, not {"0" * 64}' in ran.stderr
