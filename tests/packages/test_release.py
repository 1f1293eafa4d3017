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
from datadog_checks.aws_diagnostics.diagnoses.links import GUIDE
from tests.packages.builds import ROOT
from tools.release import linked_assets, release

WHEEL = f'datadog_aws_diagnostics-{__version__}-py3-none-any.whl'
SBOM = f'datadog-aws-diagnostics-{__version__}.cdx.json'
ASSETS = tuple(str(path.relative_to(ROOT)) for path in sorted((ROOT / 'assets').glob('[dm]*/*.json')))
BUILT = (WHEEL, 'checks.d/aws_diagnostics.py', 'checks.d/host/aws_diagnostics.py', 'aws-diagnostics.pyz', *ASSETS)
SITE = 'https://docs.internal/aws/'


def pinned(name: str) -> str:
    lines = (ROOT / 'requirements' / 'cli.txt').read_text().splitlines()
    return next(line.replace('==', '@') for line in lines if line.startswith(f'{name}=='))


@pytest.fixture(scope='module')
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp('release')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('SOURCE_DATE_EPOCH', '1790000000')
        patch.setenv('DOCS_URL', SITE)
        release(directory)
    return directory


def test_another_day_the_same_commit_gives_the_same_bytes(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('SOURCE_DATE_EPOCH', '1790000000')
    monkeypatch.setenv('DOCS_URL', SITE.rstrip('/'))
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


def test_without_an_address_of_documentation_nothing_links_and_no_older_copy_stays(tmp_path: Path) -> None:
    linked = tuple(linked_assets(tmp_path, SITE))
    assert (tuple(str(path.relative_to(tmp_path)) for path in linked), *linked_assets(tmp_path, '')) == (ASSETS,)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ('monitor', 'section'),
    [
        pytest.param('hop_limit_too_low', '#imds-hop-limit-too-low', id='it watches one diagnosis'),
        pytest.param('many_names_lost', '#hostname-provider-mismatch', id='it reads one diagnosis twice'),
        pytest.param('permissions', '#{{diagnosis.name}}', id='an alert for each of several'),
        pytest.param('hostname_not_instance_id', '', id='one alert for several'),
        pytest.param('group_failing', '', id='all diagnoses that begin alike'),
        pytest.param('imdsv2_unusable', '', id='a service check'),
    ],
)
def test_a_monitor_links_to_the_section_of_what_it_watches(released: Path, monitor: str, section: str) -> None:
    name = f'assets/monitors/{monitor}.json'
    document = json.loads((ROOT / name).read_text())
    document['definition']['message'] += f'\n\n[Documentation]({SITE}diagnoses.html{section})'
    assert json.loads((released / name).read_text()) == document


def test_every_runbook_of_a_dashboard_is_the_documentation(released: Path) -> None:
    for name in ASSETS[:2]:
        shipped = (ROOT / name).read_text()
        assert (released / name).read_text() == shipped.replace(f'"link": "{GUIDE}"', f'"link": "{SITE}diagnoses.html"')
        assert f'"link": "{GUIDE}"' in shipped
