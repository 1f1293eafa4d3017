"""What an operator installs: one wheel with the package and its data, and nothing that the Agent does not embed."""

import configparser
import os
import re
import subprocess
import sys
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

from datadog_checks.aws_diagnostics import __version__
from tests.imports import SOURCE

ROOT = SOURCE.parent.parent
INFO = f'datadog_aws_diagnostics-{__version__}.dist-info'


def built(directory: Path) -> Path:
    """A wheel, built with what is installed here: nothing is downloaded."""
    subprocess.run(
        [sys.executable, '-m', 'hatchling', 'build', '--target', 'wheel', '--directory', directory],
        cwd=ROOT,
        env={**os.environ, 'SOURCE_DATE_EPOCH': '1790000000'},
        capture_output=True,
        timeout=120,
        check=True,
    )
    (wheel,) = directory.glob('*.whl')
    return wheel


@pytest.fixture(scope='module')
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp('wheel'))


@pytest.fixture(scope='module')
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        return message_from_string(archive.read(f'{INFO}/METADATA').decode())


def test_the_wheel_is_named_after_the_distribution_and_fits_every_python(wheel: Path) -> None:
    assert re.fullmatch(rf'datadog_aws_diagnostics-{re.escape(__version__)}-(py2\.)?py3-none-any\.whl', wheel.name)


def test_the_wheel_holds_the_package_with_its_data_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if not name.startswith(f'{INFO}/')}
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCE.rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    }
    assert packed == sources
    assert 'datadog_checks/aws_diagnostics/data/conf.yaml.example' in packed
    assert {Path(name).suffix for name in packed} <= {'.py', '.example', '.json', '.typed'}


def test_the_wheel_carries_its_licence(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        assert archive.read(f'{INFO}/licenses/LICENSE').startswith(b'BSD 3-Clause License')


def test_two_builds_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    assert built(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_demands_the_base_of_all_checks_and_nothing_else(metadata: Message) -> None:
    demanded = metadata.get_all('Requires-Dist', [])
    assert [requirement for requirement in demanded if 'extra ==' not in requirement] == [
        'datadog-checks-base>=37.36.0'
    ]
    assert metadata.get_all('Provides-Extra') == ['cli']
    assert {re.split(r'[=;]', requirement)[0] for requirement in demanded if 'extra ==' in requirement} == {
        'botocore',
        'click',
        'lazy-loader',
        'pydantic',
        'pyyaml',
        'requests',
        'rich',
    }


def test_the_wheel_says_who_it_is(metadata: Message) -> None:
    said = {key: metadata[key] for key in ('Name', 'Version', 'License-Expression', 'Requires-Python')}
    assert said == {
        'Name': 'datadog-aws-diagnostics',
        'Version': __version__,
        'License-Expression': 'BSD-3-Clause',
        'Requires-Python': '>=3.11',
    }


def test_the_console_script_is_the_command_line(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        scripts = configparser.ConfigParser()
        scripts.read_string(archive.read(f'{INFO}/entry_points.txt').decode())
    assert dict(scripts['console_scripts']) == {'aws-diagnostics': 'datadog_checks.aws_diagnostics.cli:main'}
