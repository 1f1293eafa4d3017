"""What an operator installs: one wheel with the package and its data, and nothing that the Agent does not embed."""

import configparser
import re
import tomllib
from collections.abc import Callable
from email import message_from_string
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

from datadog_checks.aws_diagnostics import __version__
from datadog_checks.aws_diagnostics.cli import ExitStatus
from tests.imports import SOURCE
from tests.packages.agent import VERSIONS, Agent
from tests.packages.builds import ROOT, build_wheel

INFO = f'datadog_aws_diagnostics-{__version__}.dist-info'


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
    assert {Path(name).suffix for name in packed} <= {
        *('.py', '.csv', '.example', '.json', '.txt', '.typed'),
        *('.css', '.html', '.js', '.md', '.LICENSE'),  # the page of `metrics reconcile`
    }


def test_the_wheel_carries_its_licence(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        assert archive.read(f'{INFO}/licenses/LICENSE').startswith(b'BSD 3-Clause License')


def test_two_builds_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    assert build_wheel(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_wheel_demands_the_base_of_all_checks_and_nothing_else(metadata: Message) -> None:
    demanded = metadata.get_all('Requires-Dist', [])
    said = tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))['project']['dependencies']
    assert [requirement for requirement in demanded if 'extra ==' not in requirement] == said
    assert [re.split('[<=>]', requirement)[0] for requirement in said] == ['datadog-checks-base']
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


def test_the_command_says_what_an_agent_lacks_for_it(installed: Callable[[str], Agent]) -> None:
    """An Agent has neither click nor rich; the check does not need them."""
    ran = installed(VERSIONS[-1]).call('-m', 'datadog_checks.aws_diagnostics', check=False)
    needed = "aws-diagnostics needs click: pip install 'datadog-aws-diagnostics[cli]'\n"
    assert (ran.stdout, ran.stderr, ran.returncode) == ('', needed, ExitStatus.NOT_INSTALLED)


@pytest.mark.parametrize('version', VERSIONS)
def test_an_agent_has_all_that_the_wheel_demands(installed: Callable[[str], Agent], version: str) -> None:
    ran = installed(version).call('-m', 'pip', 'check', check=False)
    assert (ran.stdout, ran.returncode) == ('No broken requirements found.\n', 0)


LOOKED = """
import gc
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.many_accounts import Accounts
from datadog_checks.aws_diagnostics.collect.run import Deadline
list(Accounts(AccountOptions(), None, None, None, 1).look((), Deadline(1)))
print(gc.get_freeze_count() < 1000)
"""


def test_a_look_at_accounts_leaves_no_more_frozen_than_python_itself_has(installed: Callable[[str], Agent]) -> None:
    """This one begins with hundreds of objects that are frozen."""
    assert installed('3.12').program(LOOKED) == 'True'
