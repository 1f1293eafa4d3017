"""`make release`: what it writes, and that it writes the same again."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from datadog_checks.aws_diagnostics import __version__
from tests.packages.builds import ROOT
from tools.release import release

WHEEL = f'datadog_aws_diagnostics-{__version__}-py3-none-any.whl'
SBOM = f'datadog-aws-diagnostics-{__version__}.cdx.json'
BUILT = (WHEEL, 'checks.d/aws_diagnostics.py', 'checks.d/host/aws_diagnostics.py', 'aws-diagnostics.pyz')


def pinned(name: str) -> str:
    lines = (ROOT / 'requirements' / 'cli.txt').read_text().splitlines()
    return next(line.replace('==', '@') for line in lines if line.startswith(f'{name}=='))


@pytest.fixture(scope='module')
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp('release')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('SOURCE_DATE_EPOCH', '1790000000')
        release(directory)
    return directory


def test_another_day_the_same_commit_gives_the_same_bytes(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('SOURCE_DATE_EPOCH', '1790000000')
    monkeypatch.setenv('TZ', 'Asia/Tokyo')
    files = release(tmp_path / 'again')
    assert tuple(str(file.relative_to(tmp_path / 'again')) for file in files) == (*BUILT, SBOM, 'SHA256SUMS')
    for file in files:
        assert file.read_bytes() == (released / file.relative_to(tmp_path / 'again')).read_bytes(), file


def test_the_sums_are_of_every_file_and_see_a_change(released: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(released, tmp_path / 'copy')
    check = ['sha256sum', '--check', '--strict', 'SHA256SUMS']
    ended = subprocess.run(check, cwd=copy, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout.splitlines()) == (0, [f'{name}: OK' for name in (*BUILT, SBOM)])
    (copy / WHEEL).write_bytes(b'another')
    assert subprocess.run(check, cwd=copy, capture_output=True).returncode == 1


def test_the_sbom_is_valid_and_names_all_that_is_delivered(released: Path) -> None:
    text = (released / SBOM).read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bom = json.loads(text)
    product = bom['metadata']['component']
    assert (product['purl'], bom['metadata']['timestamp']) == (
        f'pkg:pypi/datadog-aws-diagnostics@{__version__}',
        '2026-09-21T14:13:20+00:00',
    )
    packages = {c['purl']: c['licenses'] for c in bom['components'] if c['type'] == 'library'}
    assert packages == {
        f'pkg:pypi/{pinned("click")}': [{'license': {'id': 'BSD-3-Clause'}}],
        f'pkg:pypi/{pinned("pyyaml")}': [{'license': {'id': 'MIT'}}],
        f'pkg:pypi/{pinned("rich")}': [{'license': {'id': 'MIT'}}],
    }
    files = {c['name']: c['hashes'][0]['content'] for c in bom['components'] if c['type'] == 'file'}
    assert files == {name: hashlib.sha256((released / name).read_bytes()).hexdigest() for name in BUILT}
