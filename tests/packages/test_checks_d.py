"""The file in checks.d beside what else an Agent has: a wheel, what a wheel left behind, a second load."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports import SOURCE
from tests.packages.agent import VERSIONS, Agent, bare_agent
from tools import single_file

pytestmark = pytest.mark.parametrize('version', VERSIONS[-1:])


@pytest.fixture
def agent(version: str, checks_d: Path) -> Agent:
    return bare_agent(version).with_file(checks_d)


@pytest.fixture
def other_version(tmp_path: Path) -> Path:
    """The same source as 9.9.9, in a checks.d of its own."""
    source = tmp_path / 'source'
    about = source / single_file.PACKAGE / '__about__.py'
    about.parent.mkdir(parents=True)
    for path in SOURCE.iterdir():
        (about.parent / path.name).symlink_to(path)
    about.unlink()
    about.write_text("__version__ = '9.9.9'\n")
    (source / 'LICENSE').touch()
    return single_file.build(tmp_path / 'checks.d', source).parent


def test_the_file_for_hosts_judges_a_host_alike_and_says_that_it_knows_no_account(
    version: str, agent: Agent, tmp_path: Path
):
    small = bare_agent(version).with_file(single_file.build(tmp_path / 'host', host_only=True).parent)
    program = """
import aws_diagnostics
from datadog_checks.base import ConfigurationError
from datadog_checks.aws_diagnostics.diagnoses import of_scope
from datadog_checks.aws_diagnostics.findings import Scope
check = aws_diagnostics.AwsDiagnosticsCheck('aws_diagnostics', {}, [{'ec2': 'never'}])
print(check.run(), [d.id for d in of_scope(Scope.HOST)])
try:
    aws_diagnostics.AwsDiagnosticsCheck('aws_diagnostics', {}, [{'account': {}}])
except ConfigurationError as e:
    print(e)
"""
    whole, _, refusal = small.program(program).rpartition('\n')
    assert whole == agent.program(program)
    assert refusal == (
        'account: this file of the check is for host instances only; install the larger file that `make checks-d` '
        'builds beside it, or the wheel'
    )


def test_the_wheel_wins(version: str, installed: Callable[[str], Agent], other_version: Path):
    both = installed(version).with_file(other_version)
    printed = both.program("""
import aws_diagnostics, datadog_checks.aws_diagnostics as wheel
print(aws_diagnostics.__version__ == wheel.__version__ != '9.9.9')
print(aws_diagnostics.AwsDiagnosticsCheck is wheel.AwsDiagnosticsCheck)
""")
    assert printed == 'True\nTrue'


def test_directories_that_a_removed_wheel_left_behind_do_not_count(
    version: str, wheel: Path, shelf: Path, checks_d: Path
):
    agent = bare_agent(version).with_wheel(wheel, shelf).with_file(checks_d)
    agent.call('-m', 'pip', 'uninstall', '--quiet', '--yes', 'datadog-aws-diagnostics')
    left = agent.packages / 'datadog_checks' / 'aws_diagnostics' / '__pycache__'
    left.mkdir(parents=True)
    printed = agent.program("""
import datadog_checks.aws_diagnostics
print(hasattr(datadog_checks.aws_diagnostics, 'AwsDiagnosticsCheck'))
import aws_diagnostics
print(aws_diagnostics.AwsDiagnosticsCheck.__module__, aws_diagnostics.package.__file__.split('/')[-4])
""")
    assert printed == 'False\ndatadog_checks.aws_diagnostics.check aws_diagnostics.py'


def test_a_second_load_finds_the_same_class_and_adds_no_second_finder(agent: Agent):
    printed = agent.program("""
import importlib, aws_diagnostics
first, finders = aws_diagnostics.AwsDiagnosticsCheck, list(sys.meta_path)
again = importlib.reload(aws_diagnostics).AwsDiagnosticsCheck
by_package = importlib.import_module('datadog_checks.aws_diagnostics').AwsDiagnosticsCheck
print(first is again is by_package, finders == sys.meta_path)
""")
    assert printed == 'True True'


def test_an_error_names_the_line_of_the_source_and_shows_it(agent: Agent):
    printed = agent.program("""
import traceback, aws_diagnostics
from datadog_checks.aws_diagnostics.diagnoses import diagnose
try:
    diagnose(None, None, None)
except Exception:
    print(traceback.format_exc())
""")
    frame = r'  File "(.*)/aws_diagnostics\.py/datadog_checks/aws_diagnostics/(.*)", line (\d+), in .*\n    (.*)\n'
    ((directory, module, line, shown),) = re.findall(frame, printed)
    assert Path(directory) == agent.checks_d
    assert (SOURCE / module).read_text().splitlines()[int(line) - 1].strip() == shown


def test_a_module_that_is_not_there_is_reported_by_its_name(agent: Agent):
    with pytest.raises(subprocess.CalledProcessError) as failed:
        agent.program('import aws_diagnostics, datadog_checks.aws_diagnostics.cli')
    assert failed.value.stderr.endswith("ModuleNotFoundError: No module named 'datadog_checks.aws_diagnostics.cli'\n")


def test_the_files_beside_the_sources_are_read_as_those_of_any_package(agent: Agent):
    printed = agent.program("""
import aws_diagnostics
from importlib import resources
data = resources.files('datadog_checks.aws_diagnostics') / 'data'
print(sorted(path.name for path in data.iterdir()), len((data / 'conf.yaml.example').read_text()))
""")
    data = SOURCE / 'data'
    names = sorted(path.name for path in data.iterdir())
    assert printed == f'{names} {len((data / "conf.yaml.example").read_text())}'
