"""The pages of the CloudFormation templates name their parameters, and their commands are commands."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.rollout.cloudformation import Template
from tests.rollout.environment import ROOT

STACKS = [ROOT / 'rollout' / tool for tool in ('ssm', 'ecs', 'stackset')]
by_tool = pytest.mark.parametrize('directory', STACKS, ids=lambda path: path.name)


@by_tool
def test_every_parameter_is_explained_with_its_default(directory: Path) -> None:
    declared = Template.read(directory / 'template.yaml').body['Parameters']
    rows = re.findall(r'^\| (`.+?) \| (.+?) \|', (directory / 'README.md').read_text(), re.MULTILINE)
    explained = {
        name.strip('`'): default.strip('`')
        for names, defaults in rows
        for name, default in zip(names.split(', '), _each(defaults, names), strict=True)
    }
    assert explained == {name: str(rule.get('Default', 'none')) or 'empty' for name, rule in declared.items()}


def _each(defaults: str, names: str) -> list[str]:
    """One word stands for all of them."""
    given = defaults.split(', ')
    return given if len(given) > 1 else given * len(names.split(', '))


@by_tool
def test_the_commands_are_commands_that_name_parameters(directory: Path) -> None:
    declared = Template.read(directory / 'template.yaml').body['Parameters']
    blocks = re.findall(r'```shell\n(.+?)```', (directory / 'README.md').read_text(), re.DOTALL)
    assert blocks
    for block in blocks:
        subprocess.run(['sh', '-n'], input=block, text=True, check=True)
        assert set(re.findall(r'\b(\w+)=', block.partition('--parameter-overrides')[2])) <= declared.keys()
    required = {name for name, rule in declared.items() if 'Default' not in rule}
    assert any(required <= set(re.findall(r'\b(\w+)=', block)) for block in blocks)
