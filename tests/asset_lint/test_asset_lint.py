"""The program: every file, the manifest beside them, and one line for each complaint."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.asset_lint.__main__ import manifest_complaints, read_document

from .mutations import MONITORS, shipped

ROOT = MONITORS.parents[1]
TITLES = {'assets/monitors/a.json': 'A', 'assets/monitors/b.json': 'B'}


@pytest.mark.parametrize(
    ('listed', 'complaints'),
    [
        pytest.param({'A': 'assets/monitors/a.json', 'B': 'assets/monitors/b.json'}, [], id='each file'),
        pytest.param(
            {'A': 'assets/monitors/a.json'},
            ["assets.monitors: 'B' is not assets/monitors/b.json"],
            id='one is forgotten',
        ),
        pytest.param(
            {'A': 'assets/monitors/b.json', 'B': 'assets/monitors/b.json'},
            ["assets.monitors: 'A' is not assets/monitors/a.json"],
            id='the file of another',
        ),
        pytest.param(
            {'A': 'assets/monitors/a.json', 'B': 'assets/monitors/b.json', 'C': 'assets/monitors/c.json'},
            ["assets.monitors: 'C' is not shipped"],
            id='one that is not shipped',
        ),
    ],
)
def test_the_manifest_lists_each_monitor_under_its_title(listed: dict[str, str], complaints: list[str]) -> None:
    assert list(manifest_complaints({'assets': {'monitors': listed}}, 'monitors', TITLES)) == complaints


def test_two_files_with_one_title_cannot_both_be_listed() -> None:
    titles = {'assets/monitors/a.json': 'A', 'assets/monitors/b.json': 'A'}
    listed = {'assets': {'monitors': {'A': 'assets/monitors/a.json'}}}
    assert list(manifest_complaints(listed, 'monitors', titles)) == [
        "assets.monitors: 'A' is not assets/monitors/b.json"
    ]


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        pytest.param(
            '{"a": 1, "b": {"c": 1, "d": 2, "c": 3}}',
            "the key 'c' appears twice",
            id='a key twice',
        ),
        pytest.param('[]', 'not an object', id='a list'),
        pytest.param(
            '{"a" 1}',
            "Expecting ':' delimiter: line 1 column 6 (char 5)",
            id='no JSON',
        ),
    ],
)
def test_what_is_no_document_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / 'file.json').write_text(text, encoding='utf-8')
    with pytest.raises(ValueError) as refused:
        read_document(tmp_path / 'file.json')
    assert str(refused.value) == message


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, '-m', 'tools.asset_lint', str(root)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / 'assets', tmp_path / 'assets')
    shutil.copy(ROOT / 'manifest.json', tmp_path)
    return tmp_path


def test_the_program_names_file_place_and_fault(copy: Path) -> None:
    file = copy / 'assets' / 'monitors' / 'permissions.json'
    file.write_text(json.dumps({**shipped('permissions'), 'version': 3}), encoding='utf-8')
    ended = lint(copy)
    assert (ended.stdout, ended.stderr) == ('assets/monitors/permissions.json: $.version: 2 was expected\n', '')
    assert ended.returncode == 1


def test_the_program_is_silent_about_what_is_shipped(copy: Path) -> None:
    ended = lint(copy)
    assert (ended.stdout, ended.stderr, ended.returncode) == ('', '', 0)
