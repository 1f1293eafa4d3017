"""The Puppet module, as Puppet's parser and its linter see it."""

import re
import subprocess
from pathlib import Path

from tests.rollout.environment import system_program
from tests.rollout.puppet.node import MODULES, PUPPET
from tests.rollout.rolled_out import in_table

MANIFESTS = sorted(MODULES.rglob('*.pp'))


def test_the_parser_accepts_every_manifest_and_refuses_a_broken_one(tmp_path: Path) -> None:
    command = (system_program('puppet'), 'parser', 'validate', f'--confdir={tmp_path}', f'--vardir={tmp_path}')
    subprocess.run([*command, *MANIFESTS], check=True)
    broken = tmp_path / 'broken.pp'
    broken.write_text(MANIFESTS[0].read_text().removesuffix('}\n'))
    assert subprocess.run([*command, broken], check=False, capture_output=True).returncode == 1


def test_the_readme_names_every_parameter() -> None:
    declared = (MODULES / 'aws_diagnostics' / 'manifests' / 'init.pp').read_text().split(') {')[0]
    assert in_table(PUPPET / 'README.md') == set(re.findall(r'^  .*\$(\w+)(?: =|,)', declared, re.MULTILINE))
