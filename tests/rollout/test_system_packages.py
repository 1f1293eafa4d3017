"""tools/system-packages: the programs of the system that the tests of the rollouts run."""

import re
import subprocess
from pathlib import Path

from tests.rollout.environment import ROOT, system_program

SCRIPT = ROOT / 'tools' / 'system-packages'
OTHERS = {'kubectl', 'terraform'}
"""Not installed by the script."""


def ended(*options: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`path`: the only directory of PATH."""
    bash = system_program('bash')
    environment = {'PATH': str(path)} if path else None
    return subprocess.run([bash, SCRIPT, *options], env=environment, capture_output=True, text=True, check=False)


def test_it_knows_every_program_that_a_test_asks_for() -> None:
    asked = {
        name
        for file in Path(__file__).parents[1].rglob('*.py')
        if file != Path(__file__)
        for name in re.findall(r"system_program\('([\w-]+)'\)", file.read_text())
    }
    assert asked == set(ended('--list').stdout.split()) | OTHERS


def test_where_nothing_is_there_and_nothing_can_be_installed_it_says_so(tmp_path: Path) -> None:
    programs = ended('--list').stdout.strip()
    said = ended(path=tmp_path)
    assert (said.returncode, said.stderr) == (
        1,
        f'Only root can install packages, and only with apt-get: {programs}\n',
    )
    assert {tuple(line.split()) for line in said.stdout.splitlines()} == {
        (name, 'missing') for name in (*programs.split(), *OTHERS)
    }


def test_it_is_content_where_everything_is_there(tmp_path: Path) -> None:
    for name in ended('--list').stdout.split():
        (tmp_path / name).touch(mode=0o755)
    said = ended('--check', path=tmp_path)
    assert (said.returncode, said.stderr) == (0, '')
    assert f'puppet-lint  {tmp_path}/puppet-lint\n' in said.stdout


def test_an_unknown_option_is_refused() -> None:
    said = ended('--chekc')
    assert (said.returncode, said.stderr) == (2, '--chekc is no option; there are --check and --list\n')
