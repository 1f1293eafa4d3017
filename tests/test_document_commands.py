"""What the documents tell a person to paste: commands run or are known to take what they are given, files are read.

Blocks that need an Agent or an account are executed in tests/rollout and tests/account, the installation in tests/cli.
"""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from botocore import xform_name
from botocore.session import get_session
from botocore.validate import ParamValidator

from datadog_checks.aws_diagnostics.cli.program import whole_program
from datadog_checks.aws_diagnostics.configuration import read_configuration
from tests.document_blocks import DOCUMENTS, INSTALLING, NOT_EXECUTED, ROOT, Block, blocks, commands
from tests.rollout.environment import program

OF_THE_AWS_CLI = {'--region', '--output', '--query'}
SAFE = '.venv/bin/towncrier build --draft '
"""How a command begins that a test may run in this repository: it only reads."""
OF_THIS_MACHINE = [block for block in blocks() if not block.needs and block.executed and block != INSTALLING]
AWS = [command for block in blocks() for command in commands(block.text) if command.startswith('aws ')]
MAKE = sorted({command for block in blocks() for command in commands(block.text) if command.startswith('make ')})


def test_every_block_that_is_not_executed_is_there_and_has_a_reason() -> None:
    for beginning, reason in NOT_EXECUTED.items():
        assert reason
        assert [block for block in blocks() if block.text.startswith(beginning)], beginning


def test_a_block_that_needs_nothing_only_reads_or_has_a_reason_why_it_is_not_executed() -> None:
    assert [str(b) for b in OF_THIS_MACHINE if not all(c.startswith(SAFE) for c in commands(b.text))] == []


@pytest.mark.parametrize('command', [c for b in OF_THIS_MACHINE for c in commands(b.text) if c.startswith(SAFE)])
def test_a_command_that_only_reads_runs_as_it_stands(command: str) -> None:
    words = shlex.split(command.replace('.venv/bin/', f'{Path(sys.executable).parent}/'))
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize('command', MAKE)
def test_make_knows_its_targets(command: str) -> None:
    _, *words = shlex.split(command, comments=True)
    targets = [word for word in words if '=' not in word]
    asked = subprocess.run(['make', '--dry-run', '--question', *targets], cwd=ROOT, capture_output=True, text=True)
    assert 'No rule' not in asked.stderr


@pytest.mark.parametrize('command', AWS)
def test_the_models_of_aws_know_an_aws_command_and_every_value_in_it(command: str) -> None:
    _, service, operation, *words = shlex.split(command)
    model = get_session().get_service_model(service)
    (name,) = [name for name in model.operation_names if xform_name(name, '-') == operation]
    shape = model.operation_model(name).input_shape
    members = {f'--{xform_name(member, "-")}': member for member in shape.members}
    given = options(words)
    assert given.keys() - members.keys() - OF_THE_AWS_CLI == set()
    parameters = {
        members[option]: value(values, shape.members[members[option]])
        for option, values in given.items()
        if option in members
    }
    assert ParamValidator().validate(parameters, shape).generate_report() == ''
    assert not [option for option, text in parameters.items() if _is_wrong(text, shape.members[option])]


def options(words: list[str]) -> dict[str, list[str]]:
    """Option -> its values."""
    found: dict[str, list[str]] = {}
    for word in words:
        if word.startswith('--'):
            found[word] = []
        else:
            found[list(found)[-1]].append(word)
    return found


def value(words: list[str], shape: Any) -> Any:
    """As the AWS CLI reads it, as far as the documents use its syntax: scalars, JSON, and `Name=a,Value=b`."""
    if words[0].startswith(('{', '[')):
        return json.loads(words[0])
    match shape.type_name:
        case 'integer' | 'long':
            return int(words[0])
        case 'list':
            return [value([word], shape.member) for word in words]
        case 'structure':
            return dict(pair.split('=', 1) for pair in words[0].split(','))
        case _:
            return words[0]


def _is_wrong(given: object, shape: Any) -> bool:
    return bool(isinstance(given, str) and shape.type_name == 'string' and shape.enum and given not in shape.enum)


@pytest.mark.parametrize('block', blocks('json'), ids=str)
def test_json_is_json(block: Block) -> None:
    assert json.loads(block.text)


@pytest.mark.parametrize('block', blocks('yaml'), ids=str)
def test_yaml_is_yaml_and_the_check_takes_the_instances_in_it(block: Block) -> None:
    document = yaml.safe_load(block.text)
    assert document
    for instance in document.get('instances', []):
        read_configuration(instance)


@pytest.mark.parametrize('block', blocks('hcl'), ids=str)
def test_hcl_is_hcl(block: Block, tmp_path: Path) -> None:
    file = tmp_path / 'block.tf'
    file.write_text(block.text)
    parsed = subprocess.run([program('hcl2tojson'), file], capture_output=True, text=True)
    assert (parsed.returncode, 'resource' in json.loads(parsed.stdout)) == (0, True)


def mentioned() -> list[str]:
    """Every command line of our own program, in blocks and within the text."""
    texts = [path.read_text(encoding='utf-8') for path in DOCUMENTS]
    return sorted(
        {found for text in texts for found in re.findall(r'\baws-diagnostics [a-z][^`\n"<]*?(?= -->|[`\n"<])', text)}
    )


@pytest.mark.parametrize('command', mentioned())
def test_our_own_program_knows_a_command_and_its_options(command: str) -> None:
    _, *words = shlex.split(command.partition(' #')[0].replace("'", ''))
    named: click.Command = whole_program()
    while isinstance(named, click.Group) and words:
        named = named.commands[words.pop(0)]
    known = {option for parameter in named.params for option in parameter.opts}
    assert {word for word in words if word.startswith('--')} - known == set()


def test_the_options_that_the_documents_name_exist_in_the_example() -> None:
    example = (ROOT / 'datadog_checks/aws_diagnostics/data/conf.yaml.example').read_text(encoding='utf-8')
    table = (ROOT / 'README.md').read_text(encoding='utf-8').partition('### Configuration')[2].partition('###')[0]
    named = {name for row in re.findall(r'^\| (`.*?) \|', table, re.MULTILINE) for name in re.findall(r'`(\w+)`', row)}
    assert named
    assert {name for name in named if f'@param {name} ' not in example} == set()
